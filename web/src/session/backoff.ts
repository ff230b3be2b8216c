/** When to connect again, and when to stop trying: first after a random 0–1 s, then full jitter on 0.5 s doubling to 10 s. Pure. */

export const FIRST_MS = 1_000
export const STEP_MS = 500
export const MOST_MS = 10_000
export const CALM_MS = 30_000
export const MOST_FAILURES = 10

export interface Backoff {
  /** In a row. */
  readonly failures: number
  /** When the connection came up; null while there is none. */
  readonly openSince: number | null
}

export const FRESH: Backoff = { failures: 0, openSince: null }

/** The connection is up; whether it stays is seen later. */
export function opened(backoff: Backoff, atMs: number): Backoff {
  return { ...backoff, openSince: atMs }
}

/** The connection is gone, or none came to be. */
export function lost(backoff: Backoff, atMs: number): Backoff {
  const calm = backoff.openSince !== null && atMs - backoff.openSince >= CALM_MS
  return { failures: (calm ? 0 : backoff.failures) + 1, openSince: null }
}

export function givenUp(backoff: Backoff): boolean {
  return backoff.failures >= MOST_FAILURES
}

/** How long to wait before the next attempt; `chance` is a number from 0 up to 1. */
export function delayMs(backoff: Backoff, chance: number): number {
  const most = backoff.failures <= 1 ? FIRST_MS : Math.min(MOST_MS, STEP_MS * 2 ** (backoff.failures - 2))
  return chance * most
}
