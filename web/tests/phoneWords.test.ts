import { describe, expect, test } from "vitest"
import { callingHelp, callingWords, closedWords, isBeforeAnswer, leftWords, numberFault } from "../src/view/phoneWords"
import { endWords, refusalWords } from "../src/view/words"
import { RestError } from "../src/session/rest"

const CLOSED =
  "cooldown calls_per_number_per_hour calls_per_address_per_hour daily_call_budget calls_at_once number_in_call".split(
    " ",
  )

test("every limit has its own words", () => {
  expect(new Set(CLOSED.map((code) => closedWords(code).title)).size).toBe(CLOSED.length)
  for (const code of CLOSED) expect(closedWords(code).again).not.toBeNull()
  expect(closedWords("something_new")).toEqual({ title: "Phone calls are not possible at the moment", again: null })
  expect(closedWords(null).again).toBeNull()
})

test("what is wrong with a number is told, and a limit is no fault of the number", () => {
  expect(numberFault({ code: "bad_phone_number", message: "there is no such phone number" })).toBe(
    "There is no such phone number.",
  )
  expect(numberFault({ code: "number_not_allowed" })).toBe("This number can’t be called.")
  expect(numberFault({ code: "country_not_allowed", countries: ["GB", "US"] })).toBe(
    "Numbers of this country are not called from here, only of: United Kingdom, United States.",
  )
  expect(numberFault({ code: "cooldown" })).toBeNull()
  expect(numberFault({ code: null })).toBeNull()
})

test("what is left is told as far as anything limits it", () => {
  const open = { available: true, code: null }
  expect(leftWords({ ...open, callsLeftForNumber: 4, callsLeftForAddress: 9, callsLeftToday: 187 })).toBe(
    "Calls left: 4 to this number this hour, 9 from you this hour, 187 from this server today.",
  )
  expect(leftWords({ ...open, callsLeftToday: 0 })).toBe("Calls left: 0 from this server today.")
  expect(leftWords({ ...open, callsLeftForNumber: null, callsLeftToday: null })).toBeNull()
})

describe("where a call stands", () => {
  test.each([
    ["idle", "Preparing the call…"],
    ["calling", "Calling …42"],
    ["ringing", "Ringing …42"],
    ["connecting", "Picked up. Connecting…"],
    ["interrupted", "Paused while the phone’s line comes back"],
  ] as const)("%s is told as %j", (status, words) => expect(callingWords(status, "…42")).toBe(words))

  test("after a refresh the number's end is not known", () =>
    expect(callingWords("ringing", "")).toBe("Ringing your phone"))

  test("a conversation has no words of the phone's own", () => {
    for (const status of ["connected", "ending", "ended"] as const) expect(callingWords(status, "…42")).toBeNull()
  })

  test("it can be cancelled until somebody has picked up", () => {
    expect(["idle", "calling", "ringing"].every((status) => isBeforeAnswer(status as "idle"))).toBe(true)
    expect(["connecting", "connected", "ended"].some((status) => isBeforeAnswer(status as "idle"))).toBe(false)
    expect(callingHelp("ringing")).not.toBe(callingHelp("calling"))
  })
})

test("some ends are other ones on a phone", () => {
  expect(endWords("caller_hung_up", true).title).toBe("You hung up")
  expect(endWords("caller_hung_up").title).toBe("You ended the practice")
  expect(endWords("caller_lost", true)).not.toEqual(endWords("caller_lost"))
  expect(endWords("busy", true)).toEqual(endWords("busy"))
})

test("phones that are switched off are told, and nobody is asked to wait for them", () => {
  const refusal = refusalWords(new RestError(503, "phone_off", "m", "r", null))
  expect(refusal).toMatchObject({ title: "Phone calls are switched off", waitMs: null })
})
