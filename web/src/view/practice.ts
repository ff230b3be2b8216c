/** What the page is doing: which screen, which session, and what leads from one to the next. */

import { signal } from "@preact/signals"
import { PracticeSession } from "../session/client"
import { quiet, toConsole } from "../session/debug"
import { forget, remembered } from "../session/memory"
import { Microphone, MicrophoneError, type MicrophoneFault } from "../session/microphone"
import { type Limits, type NewSession, Rest, type Scenario } from "../session/rest"
import { Seat } from "../session/seat"
import { NEW, type SessionState } from "../session/sessionState"
import { loadAhead } from "../session/worklets"
import { type Channel, keep, kept, live, setLive } from "./kept"
import { type Refusal, refusalWords } from "./words"

export type Flow = "loading" | "setup" | "check" | "call" | "ended" | "elsewhere"

export const flow = signal<Flow>("loading")
export const scenarios = signal<Scenario[]>([])
export const limits = signal<Limits | null>(null)
/** What was chosen; whether there is a phone to choose, `phoning` knows. */
export const channel = signal<Channel>(kept().channel)
/** The scenarios could not be had. */
export const unreachable = signal<Refusal | null>(null)
export const session = signal<PracticeSession | null>(null)
export const state = signal<SessionState>(NEW)
export const level = signal(0)
export const speaking = signal(false)
/** No practice could be made, and why. */
export const refusal = signal<Refusal | null>(null)
/** What the set-up screen was left with. */
export const wanted = signal<NewSession | null>(null)
/** The microphone failed before the call could begin. */
export const microphoneFault = signal<MicrophoneFault | null>(null)
/** A practice of this browser that no tab takes part in. */
export const running = signal<string | null>(null)

const debugging = new URLSearchParams(location.search).has("debug")
const debug = debugging ? toConsole : quiet
const SEAT = `greenroom ${new URL(".", document.baseURI).pathname}`
/** The page that was left before a refresh lets go of its seat a moment after the new one asks for it. */
const REFRESH_MS = 1_500

const OTHER_TAB: Refusal = {
  title: "Another tab is practising",
  text: "Finish the practice there first, or reload this page to see it here.",
  code: "other_tab",
  waitMs: null,
  requestId: null,
}

export const rest = new Rest(document.baseURI)
let seat: Seat | null = null
let sessionsMade = 0

export async function boot(): Promise<void> {
  window.addEventListener("pageshow", (event) => {
    // Out of the browser's cache, with sockets and a microphone that are gone: begin as after a refresh.
    if (event.persisted) location.reload()
  })
  if (debugging)
    Object.assign(window, { greenroom: { sessions: () => sessionsMade, open: () => session.value?.open ?? [] } })
  void loadScenarios()
  loadAhead()
  const before = remembered()
  if (before !== null) {
    seat = await Seat.take(SEAT, { withinMs: REFRESH_MS })
    if (seat === null) return watch(before.sessionId)
    return goOn(before.sessionId)
  }
  const elsewhere = live()
  if (elsewhere !== null && (await Seat.taken(SEAT))) return watch(elsewhere)
  flow.value = "setup"
  if (elsewhere !== null) await offerRunning(elsewhere)
}

export async function loadScenarios(): Promise<void> {
  try {
    unreachable.value = null
    const [found, now] = await Promise.all([rest.scenarios(), rest.limits()])
    scenarios.value = found
    limits.value = now
  } catch (error) {
    unreachable.value = refusalWords(error)
  }
}

export function toSetup(): void {
  leaveSession()
  refusal.value = null
  microphoneFault.value = null
  flow.value = "setup"
}

export function toCheck(form: NewSession): void {
  wanted.value = form
  refusal.value = null
  microphoneFault.value = null
  flow.value = "check"
}

export function openMicrophone(): Promise<Microphone> {
  const { deviceId, processing } = kept()
  return Microphone.open({ deviceId, processing })
}

/** Begin a practice, with this microphone or by typing. Whatever was before is disposed of first. */
export async function begin(form: NewSession, microphone: Microphone | null): Promise<void> {
  if (await takeSeat(form)) return go((practice) => practice.start(form, microphone), "check")
  microphone?.dispose()
  flow.value = "check"
}

/** Begin a practice on the phone, which this page looks on at. Whatever was before is disposed of first. */
export async function beginCall(form: NewSession, phoneNumber: string): Promise<void> {
  if (await takeSeat(form)) return go((practice) => practice.call(form, phoneNumber), "setup")
  flow.value = "setup"
}

export function choose(where: Channel): void {
  channel.value = where
  refusal.value = null
  keep({ channel: where })
}

/** Nothing is left of what was before, and no other tab practises; else false, and why is told. */
async function takeSeat(form: NewSession): Promise<boolean> {
  leaveSession()
  wanted.value = form
  refusal.value = null
  seat = await Seat.take(SEAT)
  if (seat === null) refusal.value = OTHER_TAB
  return seat !== null
}

async function go(start: (practice: PracticeSession) => Promise<void>, refused: Flow): Promise<void> {
  const practice = makeSession()
  holdSeat(practice)
  flow.value = "call"
  try {
    await start(practice)
    const { sessionId } = practice.state
    if (sessionId !== null && session.value === practice) setLive(sessionId)
  } catch (error) {
    if (session.value !== practice) return
    leaveSession()
    refusal.value = refusalWords(error)
    flow.value = refused
  }
}

/** The same once more: everything of the last session is disposed of, and a new one made with its form. */
export async function again(): Promise<void> {
  const practice = session.value
  const form = practice?.form ?? formOf(state.value) ?? wanted.value
  if (practice === null || form === null) return toSetup()
  const typing = practice.typing
  leaveSession()
  wanted.value = form
  flow.value = "call"
  if (typing) return begin(form, null)
  try {
    await begin(form, await openMicrophone())
  } catch (error) {
    microphoneFault.value = error instanceof MicrophoneError ? error.fault : "failed"
    flow.value = "check"
  }
}

/** The form that a session was made with, as its log tells it. */
export function formOf({ call }: Pick<SessionState, "call">): NewSession | null {
  const made = call.configuration
  return made === null ? null : { scenarioId: made.scenarioId, config: { ...made.config }, voice: made.voice }
}

/** Go on with a session that runs, in this tab. */
export function goOn(sessionId: string): void {
  const before = remembered()
  leaveSession(false)
  running.value = null
  const practice = makeSession()
  practice.resume(before?.sessionId === sessionId ? before : { sessionId })
  setLive(sessionId)
  if (seat !== null) holdSeat(practice)
  flow.value = "call"
}

/** Speak in a session that was resumed; from a click when the browser wants one. */
export function takePart(): void {
  const practice = session.value
  if (practice !== null) void practice.takePart(practice.typing ? null : openMicrophone)
}

/** Continue here what another tab has. */
export async function takeOver(sessionId: string): Promise<void> {
  const before = seat
  seat = null
  before?.release()
  seat = await Seat.take(SEAT, { over: true })
  goOn(sessionId)
}

/** End a session that no tab takes part in. */
export async function endRunning(sessionId: string): Promise<void> {
  try {
    await rest.end(sessionId)
  } catch (error) {
    refusal.value = refusalWords(error)
  }
  setLive(null)
  running.value = null
}

function watch(sessionId: string): void {
  leaveSession(false)
  makeSession(true).resume({ sessionId })
  flow.value = "elsewhere"
}

async function offerRunning(sessionId: string): Promise<void> {
  try {
    const found = await rest.session(sessionId)
    if (found.status === "ended" || found.status === "ending") setLive(null)
    else running.value = sessionId
  } catch {
    setLive(null)
  }
}

function makeSession(watching = false): PracticeSession {
  const practice = new PracticeSession({ debug, watch: watching })
  sessionsMade += 1
  session.value = practice
  practice.onLevel = (peak) => (level.value = peak)
  practice.onSpeaking = (is) => (speaking.value = is)
  practice.subscribe((now) => follow(practice, now, watching))
  return practice
}

function follow(practice: PracticeSession, now: SessionState, watching: boolean): void {
  const before = state.value
  state.value = now
  if (session.value !== practice) return
  const attached = before.logs.is !== "open" && now.logs.is === "open"
  if (attached && !watching && now.voice.is === "off" && flow.value === "call" && now.call.status !== "ended") {
    joinOnceRead(practice)
  }
  if (now.call.status === "ended" && before.call.status !== "ended" && !now.catchingUp) ended(watching)
  if (now.call.status === "ended" && before.catchingUp && !now.catchingUp) ended(watching)
}

/** A refreshed page takes part by itself, once it has read that the session still goes on. */
function joinOnceRead(practice: PracticeSession): void {
  let done = false
  const stop = practice.subscribe((now) => {
    if (now.catchingUp || done) return
    done = true
    queueMicrotask(() => stop())
    if (now.call.status !== "ended" && now.voice.is === "off" && now.sound === "off") takePart()
  })
}

function ended(watching: boolean): void {
  flow.value = "ended"
  if (watching) return
  setLive(null)
  seat?.release()
  seat = null
}

function holdSeat(practice: PracticeSession): void {
  if (seat === null) return
  seat.onLost = () => {
    seat = null
    const { sessionId } = practice.state
    if (session.value !== practice || sessionId === null) return
    forget()
    watch(sessionId)
  }
}

/** Dispose of the session, all of it; `forgetting`: a refresh shall not bring it back. */
function leaveSession(forgetting = true): void {
  session.value?.dispose()
  session.value = null
  state.value = NEW
  level.value = 0
  speaking.value = false
  if (!forgetting) return
  forget()
  setLive(null)
  seat?.release()
  seat = null
}
