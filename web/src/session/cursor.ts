/** Where a reader of a session's log stands, and what each message means to it. Pure. */

import type { Attached, Cursor as WireCursor } from "../protocol"

export interface Cursor {
  readonly logId: string | null
  readonly seq: number
}

export const START: Cursor = { logId: null, seq: 0 }

/** `again`: it was there before, drop it; `gap`: one is missing before it, attach again. */
export type Seen = "new" | "again" | "gap"

/** For `attach`; null for a newcomer. */
export function afterOf(cursor: Cursor): WireCursor | null {
  return cursor.logId === null ? null : { logId: cursor.logId, seq: cursor.seq }
}

/** The cursor once the server has answered; from the start when what was read so far is void. */
export function attached(cursor: Cursor, answer: Attached): Cursor {
  return { logId: answer.logId, seq: answer.resumed ? cursor.seq : 0 }
}

export function see(cursor: Cursor, event: { logId: string; seq: number }): Seen {
  if (event.logId !== cursor.logId) return "gap"
  if (event.seq <= cursor.seq) return "again"
  return event.seq === cursor.seq + 1 ? "new" : "gap"
}
