import { describe, expect, test } from "vitest"
import { afterClose, afterRefusal, retryAfterMs } from "../src/session/closing"

describe("what a close code asks for", () => {
  test.each([1000, 1001, 1006, 1011, 1012, 4408, 4508, 4900, 4999])("%i: attach again", (code) => {
    expect(afterClose(code)).toEqual({ do: "again" })
  })

  test("4429 says how long to wait", () => {
    expect(afterClose(4429, '{"retryAfter":7}')).toEqual({ do: "wait", ms: 7000 })
  })

  test("4410: the session is over", () => {
    expect(afterClose(4410)).toEqual({ do: "over" })
  })

  test.each([
    [4401, "ticket_refused"],
    [4403, "not_yours"],
    [4404, "no_such_session"],
    [4409, "replaced"],
    [1008, "refused"],
    [1009, "too_large"],
    [1003, "unsupported"],
  ])("%i: stop and say so (%s)", (code, why) => {
    expect(afterClose(code)).toEqual({ do: "stop", why })
  })

  test.each(["", "soon", "null", "[]", "{}", '{"retryAfter":"x"}', '{"retryAfter":-1}', '{"retryAfter":null,'])(
    "a reason that can't be read (%s) waits a second",
    (reason) => expect(retryAfterMs(reason)).toBe(1000),
  )

  test("nobody is made to wait for more than an hour", () => {
    expect(retryAfterMs('{"retryAfter":1e12}')).toBe(3_600_000)
  })
})

describe("what a refused ticket asks for", () => {
  test.each([
    [401, null, { do: "stop", why: "ticket_refused" }],
    [403, null, { do: "stop", why: "not_yours" }],
    [404, null, { do: "stop", why: "no_such_session" }],
    [429, 3000, { do: "wait", ms: 3000 }],
    [503, 5000, { do: "wait", ms: 5000 }],
    [500, null, { do: "again" }],
    [502, null, { do: "again" }],
  ])("HTTP %i", (status, retryMs, next) => {
    expect(afterRefusal(status, retryMs)).toEqual(next)
  })
})
