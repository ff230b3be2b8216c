/** What a client does after each close code. Pure. */

export type Next =
  | { do: "again" }
  /** Attach again, no earlier than the reason says. */
  | { do: "wait"; ms: number }
  /** The session is over and all of it was read. */
  | { do: "over" }
  | { do: "stop"; why: StopCode }

/** Why a connection will not come back by itself. */
export type StopCode =
  "ticket_refused" | "not_yours" | "no_such_session" | "replaced" | "refused" | "too_large" | "unsupported" | "gave_up"

export const SESSION_OVER = 4410
export const TOO_MANY = 4429
/** This page gave the connection up: nothing came although it asked. */
export const STALE = 4900
/** This page saw an event too many: one was missing before it. */
export const GAP = 4901
const DEFAULT_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 3_600_000

const STOPS: Record<number, StopCode> = {
  4401: "ticket_refused",
  4403: "not_yours",
  4404: "no_such_session",
  4409: "replaced",
  1008: "refused",
  1009: "too_large",
  1003: "unsupported",
}

/** What this close asks for; everything that is not known is worth another attempt. */
export function afterClose(code: number, reason = ""): Next {
  if (code === SESSION_OVER) return { do: "over" }
  if (code === TOO_MANY) return { do: "wait", ms: retryAfterMs(reason) }
  const why = STOPS[code]
  return why === undefined ? { do: "again" } : { do: "stop", why }
}

/** What a refused ticket asks for. */
export function afterRefusal(status: number, retryAfterMs: number | null): Next {
  if (status === 401) return { do: "stop", why: "ticket_refused" }
  if (status === 403) return { do: "stop", why: "not_yours" }
  if (status === 404) return { do: "stop", why: "no_such_session" }
  if (retryAfterMs !== null) return { do: "wait", ms: Math.min(retryAfterMs, LONGEST_WAIT_MS) }
  return { do: "again" }
}

/** From the reason of a 4429; a second if it can't be read. */
export function retryAfterMs(reason: string): number {
  try {
    const told: unknown = JSON.parse(reason)
    const seconds = typeof told === "object" && told !== null && "retryAfter" in told ? Number(told.retryAfter) : NaN
    return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_WAIT_MS) : DEFAULT_WAIT_MS
  } catch {
    return DEFAULT_WAIT_MS
  }
}
