import { describe, expect, test } from "vitest"
import { CALM_MS, FRESH, delayMs, givenUp, lost, opened } from "../src/session/backoff"

function failing(times: number) {
  let backoff = FRESH
  for (let failure = 0; failure < times; failure++) backoff = lost(backoff, 0)
  return backoff
}

describe("when to connect again", () => {
  test("the first attempt comes after a random time of at most a second", () => {
    expect(delayMs(failing(1), 0)).toBe(0)
    expect(delayMs(failing(1), 0.999)).toBeCloseTo(999)
  })

  test("later ones have full jitter on half a second that doubles up to ten", () => {
    const most = [2, 3, 4, 5, 6, 7, 8, 9].map((failures) => delayMs(failing(failures), 1))
    expect(most).toEqual([500, 1000, 2000, 4000, 8000, 10000, 10000, 10000])
    expect(delayMs(failing(6), 0)).toBe(0)
  })

  test("it stops after ten failures in a row", () => {
    expect(givenUp(failing(9))).toBe(false)
    expect(givenUp(failing(10))).toBe(true)
  })

  test("thirty seconds of calm make it begin anew", () => {
    expect(lost(opened(failing(7), 1000), 1000 + CALM_MS).failures).toBe(1)
  })

  test("a connection that breaks earlier was no calm", () => {
    expect(lost(opened(failing(7), 1000), 999 + CALM_MS).failures).toBe(8)
  })

  test("a failed attempt to connect forgets when the last connection was up", () => {
    const twice = lost(lost(opened(FRESH, 0), CALM_MS), 2 * CALM_MS)
    expect(twice).toEqual({ failures: 2, openSince: null })
  })
})
