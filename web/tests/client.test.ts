import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { PracticeSession } from "../src/session/client"
import { type SessionState, onPhone } from "../src/session/sessionState"
import type { DebugName } from "../src/session/debug"
import { remembered } from "../src/session/memory"
import { RestError, Unreachable } from "../src/session/rest"
import { type Answer, FakeSocket, arrive, browser, event, usual } from "./fakes"

const FORM = { scenarioId: "job_interview", config: { jobTitle: "Nurse", company: "Clinic" }, voice: "heart" }

let told: DebugName[] = []
let made: PracticeSession[] = []

function make(): PracticeSession {
  const session = new PracticeSession({ debug: (name) => told.push(name), chance: () => 0.5 })
  made.push(session)
  return session
}

/** A session that was just made, by typing, with both its connections up. */
async function started(answers?: (request: string) => Answer) {
  const stubs = browser(answers)
  const session = make()
  await session.start(FORM, null)
  await arrive()
  FakeSocket.at("/logs").attach()
  FakeSocket.at("/voice").join()
  return { session, ...stubs }
}

beforeEach(() => {
  told = []
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"] })
})

afterEach(() => {
  for (const session of made) session.dispose()
  made = []
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe("a new session", () => {
  test("is made, attached to with its own ticket, and joined with a fresh one", async () => {
    const { requests } = await started()
    expect(requests).toEqual(["POST api/sessions", "POST api/sessions/s1/tickets"])
    expect(FakeSocket.at("/logs").sent[0]).toEqual({ type: "attach", sessionId: "s1", ticket: "first" })
    expect(FakeSocket.at("/voice").sent[0]).toEqual({
      type: "join",
      sessionId: "s1",
      ticket: "fresh",
      sampleRateHz: 24_000,
    })
  })

  test("sends its configuration the moment the socket is open, and every second for five until it is acknowledged", async () => {
    await started()
    const logs = FakeSocket.at("/logs")
    expect(logs.of("scenario.configuration")).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2000)
    expect(logs.of("scenario.configuration")).toHaveLength(3)
    expect(logs.of("scenario.configuration")[0]).toMatchObject({ ...FORM, revision: 1 })
    logs.say(event(1, "configuration.accepted", { ...FORM, revision: 1 }))
    await vi.advanceTimersByTimeAsync(5000)
    expect(logs.of("scenario.configuration")).toHaveLength(3)
    expect(told).toContain("configuration acknowledged")
  })

  test("says so when nobody acknowledges it for five seconds", async () => {
    const { session } = await started()
    await vi.advanceTimersByTimeAsync(5999)
    expect(session.state.delivery).toBe("sending")
    await vi.advanceTimersByTimeAsync(1)
    expect(session.state.delivery).toBe("unanswered")
  })

  test("takes the present state, which is no event, for an acknowledgement", async () => {
    const { session } = await started()
    FakeSocket.at("/logs").say({ type: "configuration.applied", sessionId: "s1", revision: 1 })
    expect(session.state.delivery).toBe("acknowledged")
  })

  test("that is refused leaves nothing open", async () => {
    browser(() => ({
      status: 503,
      body: { error: { code: "server_full", message: "full", requestId: "r" } },
      retryAfter: 5,
    }))
    const session = make()
    const refusal = await session.start(FORM, null).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(RestError)
    expect(refusal).toMatchObject({ code: "server_full", retryAfterMs: 5000, requestId: "r" })
    expect(session.open).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  test("that nobody answers is unreachable", async () => {
    browser(() => ({ status: 0 }))
    await expect(make().start(FORM, null)).rejects.toBeInstanceOf(Unreachable)
  })
})

describe("what is read", () => {
  test("becomes the state, and an event that came before is dropped", async () => {
    const { session } = await started()
    const started1 = event(1, "turn.started", { turnId: "t1", speaker: "interviewer", afterTurnId: null })
    FakeSocket.at("/logs").say(started1).say(started1)
    expect(session.state.call.turns).toHaveLength(1)
  })

  test("with a gap in it makes the client attach again from where it stood", async () => {
    await started()
    FakeSocket.at("/logs")
      .say(event(1, "session.created"))
      .say(event(3, "notice", { code: "x", message: "y" }))
    await vi.advanceTimersByTimeAsync(1000)
    expect(FakeSocket.count("/logs")).toBe(2)
    const again = FakeSocket.at("/logs").open()
    expect(again.sent[0]).toEqual({ type: "attach", sessionId: "s1", ticket: "fresh", after: { logId: "log", seq: 1 } })
  })

  test("is begun anew when the server says that it is void", async () => {
    const { session } = await started()
    FakeSocket.at("/logs").say(event(1, "turn.started", { turnId: "old", speaker: "candidate", afterTurnId: null }))
    FakeSocket.at("/logs").lose(1006)
    await vi.advanceTimersByTimeAsync(1000)
    FakeSocket.at("/logs").attach({ logId: "new", resumed: false, headSeq: 1 })
    expect(session.state.call.turns).toEqual([])
    FakeSocket.at("/logs").say({
      ...event(1, "turn.started", { turnId: "n", speaker: "candidate", afterTurnId: null }),
      logId: "new",
    })
    expect(session.state.call.turns.map((turn) => turn.turnId)).toEqual(["n"])
  })

  test("tells what time it is, though the page's own clock is an hour off", async () => {
    vi.setSystemTime(new Date("2026-01-01T11:00:00Z"))
    const { session } = await started()
    FakeSocket.at("/logs").say(event(1, "call.status_changed", { status: "connected" }))
    await vi.advanceTimersByTimeAsync(5000)
    expect(session.elapsedMs).toBe(5000)
  })
})

describe("a connection that breaks", () => {
  test("comes back with a fresh ticket and its cursor, and says when it will", async () => {
    const { session } = await started()
    FakeSocket.at("/logs").lose(1006)
    expect(session.state.logs).toMatchObject({ is: "waiting", attempt: 2, code: "1006" })
    await vi.advanceTimersByTimeAsync(499)
    expect(FakeSocket.count("/logs")).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    FakeSocket.at("/logs").attach()
    expect(session.state.logs.is).toBe("open")
    expect(told).toEqual(expect.arrayContaining(["logs lost", "reconnecting", "resumed"]))
  })

  test("after ten failures stops, says so, and offers to try again", async () => {
    let down = false
    const { session } = await started((request) => (down ? { status: 0 } : usual(request)))
    down = true
    FakeSocket.at("/logs").lose(1006)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(session.state.logs).toEqual({ is: "stopped", why: "gave_up" })
    session.retry()
    expect(session.state.logs.is).toBe("connecting")
  })

  test("can be taken part in again after it was given up and tried anew", async () => {
    let down = false
    const { session } = await started((request) => (down ? { status: 0 } : usual(request)))
    down = true
    FakeSocket.at("/logs").lose(1006)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(session.state).toMatchObject({ voice: { is: "off" }, sound: "off" })
    down = false
    session.retry()
    await arrive()
    FakeSocket.at("/logs").attach()
    await session.takePart(null)
    await arrive()
    FakeSocket.at("/voice").join()
    expect(session.state).toMatchObject({ logs: { is: "open" }, voice: { is: "open" }, sound: "silent" })
  })

  test("of the voice that is given up frees the microphone", async () => {
    let down = false
    const { session } = await started((request) => (down ? { status: 0 } : usual(request)))
    down = true
    FakeSocket.at("/voice").lose(1006)
    for (let beat = 0; beat < 12; beat++) {
      await vi.advanceTimersByTimeAsync(10_000)
      FakeSocket.at("/logs").say({ type: "pong", t: 1 })
    }
    expect(session.state).toMatchObject({ voice: { is: "stopped", why: "gave_up" }, sound: "off" })
  })

  test("waits as long as a 4429 says", async () => {
    const { session } = await started()
    FakeSocket.at("/logs").lose(4429, '{"retryAfter":20}')
    expect(session.state.logs).toMatchObject({ is: "waiting", limited: true })
    await vi.advanceTimersByTimeAsync(19_999)
    expect(FakeSocket.count("/logs")).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(FakeSocket.count("/logs")).toBe(2)
  })

  test("fails an attempt when its ticket can't be had, and waits as long as the refusal says", async () => {
    let limited = false
    const { session } = await started((request) =>
      limited && request.endsWith("/tickets") ? { status: 429, body: {}, retryAfter: 30 } : usual(request),
    )
    limited = true
    FakeSocket.at("/logs").lose(1012)
    await vi.advanceTimersByTimeAsync(500)
    expect(session.state.logs).toMatchObject({ is: "waiting", limited: true, attempt: 3 })
  })

  test.each([
    [4401, "ticket_refused"],
    [4404, "no_such_session"],
    [1008, "refused"],
  ] as const)("with %i stops and frees the microphone", async (code, why) => {
    const { session } = await started()
    FakeSocket.at("/logs").lose(code)
    expect(session.state.logs).toEqual({ is: "stopped", why })
    expect(session.state.voice).toEqual({ is: "off" })
    expect(FakeSocket.at("/voice").readyState).toBe(3)
  })

  test("is noticed within 18 seconds, though the socket does not know", async () => {
    const { session } = await started()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(FakeSocket.at("/logs").of("ping")).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(7_999)
    expect(session.state.logs.is).toBe("open")
    await vi.advanceTimersByTimeAsync(1)
    expect(session.state.logs.is).toBe("waiting")
    expect(session.state.voice.is).toBe("waiting")
  })

  test("is well as long as the pings are answered", async () => {
    const { session } = await started()
    for (let beat = 0; beat < 6; beat++) {
      await vi.advanceTimersByTimeAsync(10_000)
      FakeSocket.at("/logs").say({ type: "pong", t: 1 })
    }
    expect(session.state.logs.is).toBe("open")
    expect(FakeSocket.count("/logs")).toBe(1)
  })

  test("offline: it is asked at once whether it still stands, and no patience is spent until the network is back", async () => {
    const { session, window, navigator } = await started()
    navigator.onLine = false
    window.dispatchEvent(new Event("offline"))
    expect(FakeSocket.at("/logs").of("ping")).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2000)
    expect(session.state.logs).toMatchObject({ is: "waiting", until: null, attempt: 1 })
    navigator.onLine = true
    window.dispatchEvent(new Event("online"))
    await vi.advanceTimersByTimeAsync(0)
    FakeSocket.at("/logs").attach()
    expect(session.state.logs.is).toBe("open")
  })

  test("that another tab has replaced stops and falls silent", async () => {
    const { session } = await started()
    FakeSocket.at("/voice").lose(4409)
    expect(session.state.voice).toEqual({ is: "stopped", why: "replaced" })
    expect(session.state.sound).toBe("off")
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeSocket.count("/voice")).toBe(1)
  })
})

describe("a typed answer", () => {
  test("is on its way until the log has it", async () => {
    const { session } = await started()
    expect(session.type("I led the team.")).toBe(true)
    expect(session.state.typed).toMatchObject([{ text: "I led the team.", is: "sent" }])
    const turn = { turnId: "t", speaker: "candidate", text: "I led the team.", typed: true, startedMs: 0, endedMs: 0 }
    FakeSocket.at("/logs").say(event(1, "turn.completed", turn))
    expect(session.state.typed).toEqual([])
  })

  test("that a broken connection may have swallowed is shown as unsure", async () => {
    const { session } = await started()
    session.type("I led the team.")
    FakeSocket.at("/logs").lose(1006)
    await vi.advanceTimersByTimeAsync(1000)
    FakeSocket.at("/logs").attach()
    expect(session.state.typed).toMatchObject([{ is: "unsure" }])
  })

  test("is not taken from the person while there is no connection", async () => {
    const { session } = await started()
    FakeSocket.at("/logs").lose(1006)
    expect(session.type("I led the team.")).toBe(false)
    expect(session.state.typed).toEqual([])
  })

  test("that is refused says so and stays", async () => {
    const { session } = await started()
    session.type("I led the team.")
    const { id } = FakeSocket.at("/logs").of("turn.text")[0]!
    FakeSocket.at("/logs").say({
      type: "error",
      code: "out_of_order",
      message: "m",
      retryable: false,
      requestId: "r",
      inReplyTo: id,
    })
    expect(session.state.typed).toMatchObject([{ is: "refused" }])
    expect(session.state.trouble).toMatchObject({ asked: "text", code: "out_of_order", requestId: "r" })
  })

  test("sends silence in the place of speech, at the pace of time", async () => {
    await started()
    const { frames } = FakeSocket.at("/voice")
    const before = frames.length
    await vi.advanceTimersByTimeAsync(1000)
    expect(frames.length - before).toBe(50)
    expect(frames.every((frame) => frame.byteLength === 960)).toBe(true)
  })
})

describe("a session on the phone", () => {
  const NUMBER = "+447400123456"
  const PLACED = "POST api/sessions/s1/call"

  async function called(placing: Answer | Promise<Answer> = { status: 202, body: { status: "calling" } }) {
    const stubs = browser((request) => (request === PLACED ? placing : usual(request)))
    const session = make()
    const calling = session.call(FORM, NUMBER)
    calling.catch(() => {}) // looked at by whoever expects it to fail
    await arrive()
    return { session, calling, ...stubs }
  }

  test("is made with the number, looked on at, and called; nothing is heard or said here", async () => {
    const { session, calling, requests, bodies } = await called()
    await calling
    expect(requests).toEqual(["POST api/sessions", PLACED])
    expect(bodies[0]).toEqual({ ...FORM, channel: "phone", phoneNumber: NUMBER })
    FakeSocket.at("/logs").attach()
    expect(FakeSocket.at("/logs").of("scenario.configuration")).toMatchObject([{ ...FORM, revision: 1 }])
    expect(FakeSocket.count("/voice")).toBe(0)
    expect(onPhone(session.state)).toBe(true)
    expect(session.state).toMatchObject({ sound: "off", microphone: "none" })
  })

  test("shows what the provider tells", async () => {
    const { session } = await called()
    const logs = FakeSocket.at("/logs").attach()
    for (const [seq, status] of ["calling", "ringing", "connecting", "connected"].entries()) {
      logs.say(event(seq + 1, "call.status_changed", { status }))
      expect(session.state.call.status).toBe(status)
    }
  })

  test("keeps no number for a refresh, and goes on as one", async () => {
    const { stored } = await called()
    FakeSocket.at("/logs").attach()
    expect([...stored.values()].join()).toContain("s1")
    expect([...stored.values()].join()).not.toContain("123456")
    const again = make()
    again.resume(remembered()!)
    await again.takePart(null)
    await arrive()
    expect(onPhone(again.state)).toBe(true)
    expect(FakeSocket.count("/voice")).toBe(0)
  })

  test("that may not be called is erased, and nothing is left open", async () => {
    const refusal = { error: { code: "rate_limited", message: "this number was called a moment ago", requestId: "r" } }
    const { session, calling, requests } = await called({ status: 429, body: refusal, retryAfter: 24 })
    await expect(calling).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 24_000 })
    await arrive()
    expect(requests).toContain("DELETE api/sessions/s1")
    expect(session.open).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  test("whose request has no answer is erased too: it may have been placed", async () => {
    const { calling, requests } = await called({ status: 0 })
    await expect(calling).rejects.toBeInstanceOf(Unreachable)
    await arrive()
    expect(requests).toContain("DELETE api/sessions/s1")
  })

  test("can be cancelled before its call is placed", async () => {
    let answer: (answer: Answer) => void = () => {}
    const { session, calling, requests } = await called(new Promise<Answer>((resolve) => (answer = resolve)))
    const logs = FakeSocket.at("/logs").attach()
    session.end()
    logs.say(event(1, "call.status_changed", { status: "ended", reason: "user_ended" }))
    answer({ status: 409, body: { error: { code: "out_of_order", message: "m", requestId: "r" } } })
    await calling
    expect(session.state.call).toMatchObject({ status: "ended", reason: "user_ended" })
    expect(requests).not.toContain("DELETE api/sessions/s1")
  })
})

describe("the end", () => {
  test("is asked for once, falls silent at once, and is told by an event", async () => {
    const { session } = await started()
    session.end()
    session.end()
    expect(FakeSocket.at("/logs").of("call.end")).toHaveLength(1)
    expect(session.state).toMatchObject({ ending: true, sound: "off" })
    FakeSocket.at("/logs").say(event(1, "call.status_changed", { status: "ended", reason: "user_ended" }))
    expect(session.state).toMatchObject({ ending: false, voice: { is: "off" } })
    expect(session.state.call).toMatchObject({ status: "ended", reason: "user_ended" })
    expect(told).toContain("call ended")
  })

  test("is asked for by REST when there is no connection", async () => {
    const { session, requests } = await started()
    FakeSocket.at("/logs").lose(1006)
    session.end()
    await arrive()
    expect(requests).toContain("POST api/sessions/s1/end")
  })

  test("is asked for by REST when nobody answers", async () => {
    const { session, requests } = await started()
    session.end()
    await vi.advanceTimersByTimeAsync(5000)
    expect(requests).toContain("POST api/sessions/s1/end")
  })

  test("is asked for no more once it is told", async () => {
    const { session, requests } = await started()
    session.end()
    FakeSocket.at("/logs").say(event(1, "call.status_changed", { status: "ended", reason: "user_ended" }))
    expect(session.open).not.toContain("end awaited")
    await vi.advanceTimersByTimeAsync(5000)
    expect(requests).not.toContain("POST api/sessions/s1/end")
  })

  test("that the log could not take is told all the same", async () => {
    const { session } = await started()
    const end = { status: "ended", reason: "log_unavailable", stored: false }
    FakeSocket.at("/logs").say(event(9, "call.status_changed", end))
    expect(session.state.call).toMatchObject({ status: "ended", endStored: false })
  })

  test("forgets what a refresh would have needed", async () => {
    await started()
    expect(remembered()?.sessionId).toBe("s1")
    FakeSocket.at("/logs").say(event(1, "call.status_changed", { status: "ended", reason: "time_limit" }))
    expect(remembered()).toBeNull()
  })

  test("closes what is open when the session is read to its end", async () => {
    const { session } = await started()
    FakeSocket.at("/logs")
      .say(event(1, "call.status_changed", { status: "ended", reason: "time_limit" }))
      .lose(4410)
    expect(session.state.logs).toEqual({ is: "over" })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeSocket.count("/logs")).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe("a refresh", () => {
  test("goes on with the same session from its cursor, its transcript whole", async () => {
    await started()
    FakeSocket.at("/logs").say(event(1, "turn.started", { turnId: "t1", speaker: "interviewer", afterTurnId: null }))
    const kept = remembered()!
    FakeSocket.all = []
    const session = make()
    session.resume(kept)
    await arrive()
    FakeSocket.at("/logs").attach({ headSeq: 2 })
    expect(FakeSocket.at("/logs").sent[0]).toMatchObject({ after: { logId: "log", seq: 1 } })
    expect(session.state).toMatchObject({ catchingUp: true, sessionId: "s1" })
    FakeSocket.at("/logs").say(event(2, "turn.started", { turnId: "t2", speaker: "candidate", afterTurnId: "t1" }))
    expect(session.state.catchingUp).toBe(false)
    expect(session.state.call.turns.map((turn) => turn.turnId)).toEqual(["t1", "t2"])
    await session.takePart(null)
    await arrive()
    FakeSocket.at("/voice").join()
    expect(session.state.voice).toEqual({ is: "open" })
  })

  test("knows what time it is at least, though the page's own clock is an hour off", async () => {
    await started()
    const notice = event(2, "notice", { code: "c", message: "m" })
    FakeSocket.at("/logs")
      .say(event(1, "call.status_changed", { status: "connected" }))
      .say({ ...notice, at: "2026-01-01T10:00:20.000Z" })
    const kept = remembered()!
    vi.setSystemTime(new Date("2026-01-01T11:00:00Z"))
    const session = make()
    session.resume(kept)
    expect(session.elapsedMs).toBe(20_000)
  })

  test("with what another version of the page kept reads the log from its start", async () => {
    const { stored } = await started()
    FakeSocket.at("/logs").say(event(1, "session.created"))
    const [[key, text]] = [...stored] as [[string, string]]
    const { plan: _plan, ...older } = (JSON.parse(text) as { call: SessionState["call"] }).call
    stored.set(key, JSON.stringify({ ...JSON.parse(text), call: older }))
    expect(remembered()).toMatchObject({ sessionId: "s1", cursor: { logId: null, seq: 0 } })
  })

  test.each(["", "null", "{}", "{", '"x"'])("with nonsense in the tab's storage (%s) begins anew", (text) => {
    const { stored } = browser()
    stored.set("greenroom.session", text)
    expect(remembered()).toBeNull()
  })
})

describe("taking part", () => {
  test("opens one microphone, however often it is asked for", async () => {
    browser()
    const session = make()
    session.resume({ sessionId: "s1" })
    await arrive()
    FakeSocket.at("/logs").attach()
    const open = vi.fn(() => Promise.reject(new Error("none here")))
    await Promise.all([session.takePart(open), session.takePart(open)])
    await arrive()
    expect(open).toHaveBeenCalledOnce()
    expect(session.state.microphone).toBe("failed")
    expect(FakeSocket.count("/voice")).toBe(1)
  })
})

describe("disposing", () => {
  test("closes every socket, timer and listener, and nothing is told any more", async () => {
    const { session } = await started()
    let heard = 0
    session.subscribe(() => heard++)
    session.dispose()
    const before = heard
    expect(session.open).toEqual([])
    expect(FakeSocket.all.every((socket) => socket.readyState === 3)).toBe(true)
    FakeSocket.at("/logs").say(event(1, "session.created"))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(heard).toBe(before)
    expect(vi.getTimerCount()).toBe(0)
    expect(FakeSocket.all).toHaveLength(2)
    expect(told.at(-1)).toBe("connection disposed")
  })

  test("while it is being made opens nothing afterwards", async () => {
    browser()
    const session = make()
    const starting = session.start(FORM, null).catch(() => "aborted")
    session.dispose()
    await starting
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeSocket.all).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  test("while it reconnects ends that, too", async () => {
    const { session } = await started()
    FakeSocket.at("/logs").lose(1006)
    session.dispose()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeSocket.count("/logs")).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})
