/** What a tab keeps of a running session, so that a refresh goes on with it. */

import type { Cursor } from "./cursor"
import type { NewSession } from "./rest"
import { BEFORE, type CallState } from "./state"

export interface Remembered {
  sessionId: string
  form: NewSession | null
  typing: boolean
  cursor: Cursor
  /** When the last of its events was, on the server's clock. */
  seenAt: string | null
  call: CallState
}

const KEY = "greenroom.session"

export function remember(session: Remembered): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(session))
  } catch {
    // Full or forbidden: a refresh then reads the log from its start.
  }
}

export function remembered(): Remembered | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Remembered | null
    if (kept === null || typeof kept.sessionId !== "string") return null
    // Kept by another version of the page, it may lack what this one shows: then all of it is read anew.
    const whole = Object.keys(BEFORE).every((key) => key in (kept.call ?? {}))
    return whole ? kept : { ...kept, cursor: { logId: null, seq: 0 }, call: BEFORE }
  } catch {
    return null
  }
}

export function forget(): void {
  try {
    sessionStorage.removeItem(KEY)
  } catch {
    // Nothing was kept then.
  }
}
