import { describe, expect, test } from "vitest"
import { RestError, Unreachable } from "../src/session/rest"
import { BEFORE, type CallState, reduce } from "../src/session/state"
import { asText } from "../src/view/download"
import {
  browserOf,
  clock,
  duration,
  endWords,
  lineWords,
  microphoneWords,
  named,
  refusalWords,
  statusWords,
  stopWords,
} from "../src/view/words"
import { recording } from "./recordings"

const REASONS = (
  "user_ended caller_hung_up interviewer_ended time_limit silence budget no_answer busy failed voicemail cancelled " +
  "caller_lost engine_lost engine_refused rate_limited expired erased reset drained node_lost log_unavailable"
).split(" ")

describe("every end", () => {
  test.each(REASONS)("%s has its own words", (reason) => {
    expect(endWords(reason)).not.toEqual(endWords("something new"))
    expect(endWords(reason).title).not.toMatch(/_/)
  })

  test("that this page does not know is told all the same", () =>
    expect(endWords("meteor").title).toBe("The practice is over"))
})

test("every reason to stop has its own words", () => {
  const all = [
    "ticket_refused",
    "not_yours",
    "no_such_session",
    "replaced",
    "refused",
    "too_large",
    "unsupported",
    "gave_up",
  ] as const
  expect(new Set(all.map((why) => stopWords(why).title)).size).toBe(all.length)
})

describe("the microphone", () => {
  const faults = [
    "insecure",
    "unsupported",
    "refused",
    "refused_by_system",
    "absent",
    "busy",
    "unplugged",
    "unreachable",
    "failed",
  ] as const

  test("has its own words for each fault", () => {
    expect(new Set(faults.map((fault) => microphoneWords(fault, "chrome").title)).size).toBe(faults.length)
  })

  test.each([
    ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36", "chrome"],
    [
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0",
      "edge",
    ],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "firefox"],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15",
      "safari",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1",
      "ios",
    ],
    [
      "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36",
      "android",
    ],
    ["Something else", "other"],
  ])("%s: a refusal says how to allow it in %s", (agent, browser) => {
    expect(browserOf(agent)).toBe(browser)
    expect(microphoneWords("refused", browserOf(agent)).text).toMatch(/allow|microphone/i)
  })
})

describe("a connection that is missing", () => {
  const waiting = { is: "waiting", attempt: 2, code: "1006" } as const

  test("counts down", () => {
    expect(lineWords({ ...waiting, until: 5000, limited: false }, 1200)).toEqual({
      text: "Connection lost. Reconnecting",
      count: " in 4 s.",
    })
  })

  test("says when it is the server that asks to wait, and when the network is gone", () => {
    expect(lineWords({ ...waiting, until: 90_000, limited: true }, 0)).toEqual({
      text: "Too many connections. Trying again",
      count: " in 90 s.",
    })
    expect(lineWords({ ...waiting, until: null, limited: false }, 0)?.text).toMatch(/offline/)
  })

  test("says nothing while it is there, or while it is made for the first time", () => {
    expect(lineWords({ is: "open" }, 0)).toBeNull()
    expect(lineWords({ is: "connecting", attempt: 1 }, 0)).toBeNull()
    expect(lineWords({ is: "connecting", attempt: 2 }, 0)?.text).toBe("Reconnecting…")
  })
})

describe("what is going on", () => {
  const now = {
    status: "connected",
    speaking: false,
    lastSpeaker: null,
    open: null,
    muted: false,
    partner: "Interviewer",
  } as const

  test.each([
    [{}, "Connected"],
    [{ open: "candidate" }, "Listening"],
    [{ speaking: true }, "Interviewer is speaking"],
    [{ open: "interviewer" }, "Interviewer is speaking"],
    [{ lastSpeaker: "candidate" }, "Thinking…"],
    [{ lastSpeaker: "interviewer" }, "Your turn"],
    [{ lastSpeaker: "interviewer", muted: true }, "You’re muted"],
    [{ status: "interrupted" }, "Paused while the connection comes back"],
    [{ status: "ending" }, "Saying goodbye…"],
  ] as const)("%o", (change, words) => expect(statusWords({ ...now, ...change })).toBe(words))

  test.each(["idle", "connecting", "calling", "ringing", "interrupted"] as const)(
    "%s is never shown as connected",
    (status) => {
      expect(statusWords({ ...now, status })).not.toMatch(/^(Connected|Your turn|Listening)/)
    },
  )
})

describe("a refusal", () => {
  test("tells when it opens again", () => {
    const refused = refusalWords(new RestError(429, "rate_limited", "m", "req", 42_000))
    expect(refused).toMatchObject({ waitMs: 42_000, requestId: "req" })
    expect(refusalWords(new RestError(503, "server_full", "m", null, null)).waitMs).toBe(5000)
  })

  test("of something for good offers no wait, and says what the server said", () => {
    const refused = refusalWords(new RestError(400, "bad_configuration", "jobTitle is required", "r", null))
    expect(refused).toMatchObject({ waitMs: null, text: "JobTitle is required." })
  })

  test("that nobody gave is a server that can't be reached", () => {
    expect(refusalWords(new Unreachable("x")).title).toBe("The server can’t be reached")
  })
})

test("times are shown in the shortest way that is clear", () => {
  expect([0, 59_999, 61_000, 3_600_000, -5].map(clock)).toEqual(["00:00", "00:59", "01:01", "60:00", "00:00"])
  expect([1, 1001, 119_000, 125_000, 7_300_000].map(duration)).toEqual(["1 s", "2 s", "119 s", "3 minutes", "3 hours"])
  expect(named("calm_voice")).toBe("Calm voice")
})

test("a transcript as text has every line with its time and speaker", () => {
  const call: CallState = recording("interrupted-and-resumed").reduce(reduce, BEFORE)
  const lines = asText(call).split("\n")
  expect(lines).toContain("jobTitle: <script>alert(1)</script> Nurse")
  expect(lines).toContain("[00:06] You: It was the best of times, it was the worst of times. It was the age of wisdom.")
  expect(lines.filter((line) => line.includes("Interviewer:"))).toHaveLength(3)
})
