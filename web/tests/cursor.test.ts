import { describe, expect, test } from "vitest"
import { START, afterOf, attached, see } from "../src/session/cursor"

const ANSWER = {
  type: "attached",
  sessionId: "s",
  logId: "log",
  headSeq: 9,
  resumed: true,
  status: "connected",
  callerPresent: true,
  pingMs: 10_000,
} as const

describe("a reader's place in the log", () => {
  test("a newcomer has none", () => expect(afterOf(START)).toBeNull())

  test("it goes on from where it stood", () => {
    expect(attached({ logId: "log", seq: 5 }, ANSWER)).toEqual({ logId: "log", seq: 5 })
  })

  test("it begins anew when what it read is void", () => {
    expect(attached({ logId: "old", seq: 50 }, { ...ANSWER, resumed: false })).toEqual({ logId: "log", seq: 0 })
  })

  test.each([
    [6, "new"],
    [5, "again"],
    [1, "again"],
    [7, "gap"],
  ])("after 5, an event with seq %i is %s", (seq, seen) => {
    expect(see({ logId: "log", seq: 5 }, { logId: "log", seq })).toBe(seen)
  })

  test("an event of another log is a gap", () => {
    expect(see({ logId: "log", seq: 5 }, { logId: "other", seq: 6 })).toBe("gap")
  })
})
