import { describe, expect, test } from "vitest"
import { BEFORE, type CallState, type StoredEvent, caption, elapsedMs, reduce } from "../src/session/state"
import { recording } from "./recordings"

const interrupted = recording("interrupted-and-resumed")

function read(events: readonly StoredEvent[], from: CallState = BEFORE): CallState {
  return events.reduce(reduce, from)
}

function event(type: string, fields: object, at = "2026-01-01T10:00:00.000Z"): StoredEvent {
  return { type, sessionId: "s", logId: "l", seq: 1, at, ...fields } as StoredEvent
}

const status = (status: string, at: string, more = {}) =>
  event("call.status_changed", { status, streamSid: null, ...more }, `2026-01-01T10:00:${at}Z`)

describe("a recorded conversation", () => {
  test("shows each line once, in the order in which it was begun", () => {
    const lines = read(interrupted).turns.map((turn) => `${turn.speaker}: ${turn.text.slice(0, 32)}`)
    expect(lines).toEqual([
      "interviewer: Hello, and thank you for joining",
      "candidate: It was the best of times, it was",
      "interviewer: Sorry, we spoke at the same time",
      "interviewer: No hurry.",
    ])
  })

  test("tells up to where a line was heard that was spoken over", () => {
    const turn = read(interrupted).turns[0]!
    expect(turn.interrupted?.heardMs).toBe(6149)
    expect(turn.text.startsWith(turn.interrupted!.heardText)).toBe(true)
  })

  test("ends with its reason, and nothing is left open or lost", () => {
    const state = read(interrupted)
    expect([state.status, state.reason, state.endStored]).toEqual(["ended", "user_ended", true])
    expect(state.turns.filter((turn) => turn.open)).toEqual([])
    expect(state.configuration).toMatchObject({ revision: 1, applied: true, failed: null })
    expect(state.plan).toEqual({ stepId: "warm-up", title: "Warm-up", index: 1, count: 6 })
  })

  test("keeps script in a job title as the text that it is", () => {
    expect(read(interrupted).configuration?.config.jobTitle).toBe("<script>alert(1)</script> Nurse")
  })

  test("stops the clock while a leg is missing", () => {
    const [connected, lost, restored, end] = interrupted
      .filter((each) => each.type === "call.status_changed")
      .slice(1)
      .map((each) => Date.parse(each.at))
    expect(elapsedMs(read(interrupted).clock, Infinity)).toBe(lost! - connected! + (end! - restored!))
  })
})

describe.each(["interrupted-and-resumed", "ended-by-silence", "moved-between-tabs"])("the recording %s", (name) => {
  const events = recording(name)

  test("is the same when it is read in two parts, as after a refresh", () => {
    for (let cut = 0; cut <= events.length; cut++) {
      const kept = JSON.parse(JSON.stringify(read(events.slice(0, cut)))) as CallState
      expect(read(events.slice(cut), kept)).toEqual(read(events))
    }
  })

  test("ends with nothing open, nothing missing and the clock at a stand", () => {
    const state = read(events)
    expect(state.status).toBe("ended")
    expect(state.turns.filter((turn) => turn.open)).toEqual([])
    expect(state.clock.runsSince).toBeNull()
  })

  test("has each turn once, with the text that its completion brought", () => {
    const completed = events.filter((each) => each.type === "turn.completed")
    const texts = new Map(read(events).turns.map((turn) => [turn.turnId, turn.text]))
    expect(texts).toEqual(new Map(completed.map((turn) => [turn.turnId, turn.text])))
    expect(read(events).turns).toHaveLength(completed.length)
  })
})

describe("captions", () => {
  const started = reduce(BEFORE, event("turn.started", { turnId: "t1", speaker: "candidate", afterTurnId: null }))
  const delta = { type: "transcript.delta", sessionId: "s", turnId: "t1", speaker: "candidate", text: "So I" } as const

  test("are the text of an open turn", () => {
    expect(caption(started, delta).turns[0]).toMatchObject({ text: "So I", open: true })
  })

  test("of a turn that is closed, or that never began, are ignored", () => {
    const closed = reduce(
      started,
      event("turn.completed", { turnId: "t1", speaker: "candidate", text: "So I led it.", startedMs: 0, endedMs: 9 }),
    )
    expect(caption(closed, delta)).toBe(closed)
    expect(caption(BEFORE, delta)).toBe(BEFORE)
  })
})

describe("events that come otherwise than expected", () => {
  test("a kind that this page does not know changes nothing", () => {
    expect(reduce(BEFORE, event("weather.changed", { to: "rain" }))).toBe(BEFORE)
  })

  test("a completed turn that was never begun is a line all the same", () => {
    const state = reduce(
      BEFORE,
      event("turn.completed", { turnId: "t9", speaker: "candidate", text: "Yes.", startedMs: 5, endedMs: 9 }),
    )
    expect(state.turns).toHaveLength(1)
  })

  test("what is said of an older configuration does not touch the newer one", () => {
    const accepted = { scenarioId: "job_interview", config: {}, voice: "heart" }
    const state = read([
      event("configuration.accepted", { revision: 1, ...accepted }),
      event("configuration.accepted", { revision: 2, ...accepted }),
      event("configuration.applied", { revision: 1 }),
    ])
    expect(state.configuration).toMatchObject({ revision: 2, applied: false })
  })

  test("an end that could not be stored says so", () => {
    expect(read([status("ended", "09.000", { reason: "log_unavailable", stored: false })]).endStored).toBe(false)
  })

  test("a leg that comes back is no longer missing", () => {
    const lost = reduce(BEFORE, event("leg.lost", { leg: "engine", code: "1006" }))
    expect(lost.lostLegs).toEqual({ engine: "1006" })
    expect(reduce(lost, event("leg.restored", { leg: "engine", code: "connected" })).lostLegs).toEqual({})
  })
})

describe("the clock", () => {
  test("stands before the call, runs through the farewell, and stands after it", () => {
    const before = read([status("connecting", "00.000")])
    expect(elapsedMs(before.clock, Date.parse("2026-01-01T11:00:00Z"))).toBe(0)
    const during = read([status("connected", "10.000"), status("ending", "20.000")])
    expect(elapsedMs(during.clock, Date.parse("2026-01-01T10:00:25Z"))).toBe(15_000)
    const after = read([status("connected", "10.000"), status("ending", "20.000"), status("ended", "22.000")])
    expect(elapsedMs(after.clock, Date.parse("2026-01-01T12:00:00Z"))).toBe(12_000)
  })

  test("never runs backwards when the page's idea of the time is too early", () => {
    const state = read([status("connected", "10.000")])
    expect(elapsedMs(state.clock, Date.parse("2026-01-01T09:00:00Z"))).toBe(0)
  })
})
