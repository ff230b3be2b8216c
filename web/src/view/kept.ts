/** What this browser keeps from one visit to the next. Nothing of a session is in it but the form it was made with. */

export interface Kept {
  scenarioId: string | null
  /** By scenario: what was typed, and the voice. */
  forms: Record<string, { answers: Record<string, string>; voice: string }>
  deviceId: string | null
  processing: boolean
  captions: boolean
  channel: Channel
  /** Of the number that was called last, which itself is kept nowhere. */
  country: string | null
}

/** Where one talks. */
export type Channel = "browser" | "phone"

const KEY = "greenroom.kept"
const LIVE = "greenroom.live"
const EMPTY: Kept = {
  scenarioId: null,
  forms: {},
  deviceId: null,
  processing: true,
  captions: true,
  channel: "browser",
  country: null,
}

export function kept(): Kept {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Kept>
    return { ...EMPTY, ...found, forms: { ...found.forms } }
  } catch {
    return { ...EMPTY, forms: {} }
  }
}

/** The session of this browser that some tab takes part in, as far as it was told. */
export function live(): string | null {
  try {
    return localStorage.getItem(LIVE)
  } catch {
    return null
  }
}

export function setLive(sessionId: string | null): void {
  try {
    if (sessionId === null) localStorage.removeItem(LIVE)
    else localStorage.setItem(LIVE, sessionId)
  } catch {
    // Then another tab does not know of it.
  }
}

export function keep(change: Partial<Kept>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...kept(), ...change }))
  } catch {
    // Full or forbidden: the next visit begins with an empty form.
  }
}
