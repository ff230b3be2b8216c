/**
 * One practice session, from its start to its end: this object owns its sockets, timers, microphone and player, and `dispose`
 * closes all of them. Practising again is a new object.
 */

import type { AnyMessage, Attached, ErrorMessage, Pong, TranscriptDelta } from "../protocol"
import { Caller } from "./caller"
import { GAP, STALE } from "./closing"
import { Configuring } from "./configuring"
import { type Cursor, START, afterOf, attached, see } from "./cursor"
import { type Debug, quiet } from "./debug"
import { Heartbeat } from "./heartbeat"
import { Line } from "./line"
import { type Remembered, forget, remember } from "./memory"
import type { Microphone } from "./microphone"
import { type NewSession, Rest } from "./rest"
import { Scope } from "./scope"
import { ServerTime } from "./serverTime"
import { NEW, type SessionState, type Trouble, onPhone } from "./sessionState"
import { BEFORE, type StoredEvent, caption, elapsedMs, isError, isStored, reduce } from "./state"
import { arrived, refused, unsure } from "./typed"

export interface SessionOptions {
  /** Where the server's page is, with a slash at its end. */
  base?: string
  debug?: Debug
  /** Look on: no sound, no microphone, and nothing is kept for a refresh. */
  watch?: boolean
  /** For tests: a number from 0 up to 1. */
  chance?: () => number
}

/** The observer's ticket that comes with a new session is used within this time; later a fresh one is fetched. */
const FIRST_TICKET_MS = 20_000
const END_ANSWERED_MS = 5_000
/** An error answers soon or never: what is older is not waited for. */
const MOST_ASKED = 50

export class PracticeSession {
  readonly rest: Rest
  readonly time = new ServerTime()
  /** The peak of each 20 ms that the microphone hears, 0 to 1. */
  onLevel: (peak: number) => void = () => {}
  /** The interviewer is to be heard, or has fallen silent. */
  onSpeaking: (speaking: boolean) => void = () => {}
  readonly #scope = new Scope()
  readonly #debug: Debug
  readonly #watch: boolean
  readonly #logs: Line
  readonly #caller: Caller
  readonly #configuring: Configuring
  readonly #heartbeat: Heartbeat
  readonly #hearers = new Set<(state: SessionState) => void>()
  #state: SessionState = NEW
  #cursor: Cursor = START
  #headSeq = 0
  #form: NewSession | null = null
  #firstTicket: { ticket: string; atMs: number } | null = null
  #nextId = 1
  readonly #asked = new Map<string, Trouble["asked"]>()
  #typing = false
  #awaitEnd: () => void = () => {}
  #seenAt: string | null = null

  constructor({ base = document.baseURI, debug = quiet, watch = false, chance = Math.random }: SessionOptions = {}) {
    this.rest = new Rest(base)
    this.#debug = debug
    this.#watch = watch
    this.#logs = new Line(this.#scope, {
      url: socketUrl(base, "logs"),
      answer: "attached",
      ticket: (signal) => this.#ticket("observer", signal),
      hello: (ticket) => ({ type: "attach", sessionId: this.#id, ticket, ...this.#after() }),
      onState: (logs) => {
        this.#set({ logs })
        if (logs.is === "stopped") this.#caller.pause()
      },
      onConnecting: (attempt) => this.#tell("logs connecting", { attempt }),
      onOpen: (answer) => this.#attached(answer as unknown as Attached),
      onMessage: (message) => this.#heard(message as StoredEvent | TranscriptDelta | ErrorMessage | Pong),
      onLost: (code) => this.#logsLost(code),
      onWaiting: (ms) => this.#tell("reconnecting", { ms: Math.round(ms) }),
      chance,
    })
    this.#caller = new Caller(this.#scope, {
      url: socketUrl(base, "voice"),
      sessionId: () => this.#id,
      ticket: (signal) => this.#ticket("voice", signal),
      debug: (name, about) => this.#tell(name, about),
      change: (change) => this.#set(change),
      level: (peak) => this.onLevel(peak),
      speaking: (speaking) => this.onSpeaking(speaking),
      ended: () => this.#caller.leave(),
      chance,
    })
    this.#configuring = new Configuring(
      this.#scope,
      (message) => this.#ask("configuration", message),
      (delivery) => this.#set({ delivery }),
      (name, about) => this.#tell(name, about),
    )
    this.#heartbeat = new Heartbeat(
      this.#scope,
      (t) => this.#logs.send({ type: "ping", t }),
      () => this.#stale(),
    )
    this.#scope.listen(window, "offline", () => this.#heartbeat.probe())
    // Leaving frees the microphone at once; the sockets are closed by the browser, which is not an end of the session.
    this.#scope.listen(window, "pagehide", () => this.#caller.silence())
  }

  get state(): SessionState {
    return this.#state
  }

  /** The names of all that is open. */
  get open(): string[] {
    return this.#scope.open
  }

  get form(): NewSession | null {
    return this.#form
  }

  /** How long the conversation has gone on, in milliseconds. */
  get elapsedMs(): number {
    return elapsedMs(this.#state.call.clock, this.time.now())
  }

  /** Be told of every change, and of the state as it is; the answer ends it. */
  subscribe(hear: (state: SessionState) => void): () => void {
    this.#hearers.add(hear)
    hear(this.#state)
    return () => this.#hearers.delete(hear)
  }

  /**
   * Make a session and take part in it; without a microphone, by typing. The microphone is this object's from here on. Call
   * it from a click. Raises `RestError` or `Unreachable` when no session could be made.
   */
  async start(wanted: NewSession, microphone: Microphone | null): Promise<void> {
    this.#form = wanted
    this.#typing = microphone === null
    this.#caller.take(microphone)
    const opening = this.#caller.openPlayer()
    try {
      const made = await this.rest.create(wanted, this.#scope.signal)
      this.#firstTicket = { ticket: made.ticket, atMs: performance.now() }
      this.#set({ sessionId: made.sessionId })
    } catch (error) {
      if (!this.#scope.disposed) this.dispose()
      throw error
    }
    await opening
    if (this.#scope.disposed) return
    this.#configuring.want({ ...wanted, revision: 1 })
    this.#logs.start()
    this.#caller.join()
    this.#keep()
  }

  /**
   * Make a session, have this number called for it, and look on: what is heard and said is the phone's. The number is not
   * kept. Raises `RestError` or `Unreachable` when it can't be called; then no session is left.
   */
  async call(wanted: NewSession, phoneNumber: string): Promise<void> {
    this.#form = wanted
    this.#set({ call: { ...BEFORE, channel: "phone" } })
    try {
      const { sessionId, ticket } = await this.rest.create(wanted, this.#scope.signal, phoneNumber)
      this.#firstTicket = { ticket, atMs: performance.now() }
      this.#set({ sessionId })
      this.#configuring.want({ ...wanted, revision: 1 })
      this.#logs.start()
      this.#keep()
      await this.rest.call(sessionId, this.#scope.signal)
    } catch (error) {
      // Cancelled before it was placed, it is refused, and the log tells of the end.
      if (this.#state.ending || this.#state.call.status === "ended") return
      // Without an answer it may have been placed all the same: erasing hangs up.
      if (this.#state.sessionId !== null) void this.rest.erase(this.#id).catch(() => {})
      if (!this.#scope.disposed) this.dispose()
      throw error
    }
  }

  /** Go on with a session that this tab had before a refresh, or that another one had. */
  resume(kept: Pick<Remembered, "sessionId"> & Partial<Remembered>): void {
    this.#form = kept.form ?? null
    this.#typing = kept.typing ?? false
    this.#cursor = kept.cursor ?? START
    this.#seenAt = kept.seenAt ?? null
    // It is later than that; how much later is told by the first ticket.
    if (this.#seenAt !== null) this.time.saw(this.#seenAt)
    this.#set({ sessionId: kept.sessionId, call: kept.call ?? BEFORE, catchingUp: true })
    this.#logs.start()
  }

  /**
   * Speak in a session that was resumed: open the microphone (unless by typing) and join. When the browser wants a click
   * before a page may be heard, `state.sound` is `blocked` and nothing is joined; call it again from the click.
   */
  async takePart(openMicrophone: (() => Promise<Microphone>) | null): Promise<void> {
    if (onPhone(this.#state)) return
    this.#typing = openMicrophone === null
    await this.#caller.takePart(openMicrophone)
    this.#keep()
  }

  get typing(): boolean {
    return this.#typing
  }

  /** Speak through this microphone from now on. */
  replaceMicrophone(microphone: Microphone | null): void {
    this.#typing = microphone === null
    this.#caller.take(microphone)
    this.#keep()
  }

  /** Want another configuration; the server numbers nothing, so each is one more than the last. */
  configure(wanted: NewSession): void {
    this.#form = wanted
    this.#configuring.want({ ...wanted, revision: (this.#state.call.configuration?.revision ?? 1) + 1 })
  }

  mute(muted: boolean): void {
    this.#caller.mute(muted)
  }

  cue(cue: "repeat" | "skip" | "moment"): boolean {
    return this.#ask("cue", { type: "interviewer.cue", cue })
  }

  /** A typed answer; false when there is no connection just now, and nothing was sent. */
  type(text: string): boolean {
    const clientTurnId = crypto.randomUUID?.() ?? `${Date.now()}-${this.#nextId}`
    if (!this.#ask("text", { type: "turn.text", text, clientTurnId }, clientTurnId)) return false
    this.#set({ typed: [...this.#state.typed, { clientTurnId, text, is: "sent" }] })
    return true
  }

  /** Take an answer out of the list of those on their way, to send it again or to let it go. */
  dropTyped(clientTurnId: string): void {
    this.#set({ typed: this.#state.typed.filter((answer) => answer.clientTurnId !== clientTurnId) })
  }

  /** End the session. The microphone is freed at once; that it is over is told by an event. */
  end(): void {
    if (this.#state.ending || this.#state.call.status === "ended") return
    this.#set({ ending: true })
    this.#caller.silence()
    if (!this.#ask("end", { type: "call.end" })) this.#endByRest()
    else this.#awaitEnd = this.#scope.after(END_ANSWERED_MS, () => this.#endByRest(), "end awaited")
  }

  /** After a connection has stopped trying: try again. */
  retry(): void {
    this.#logs.hurry()
    this.#logs.start()
    this.#caller.retry()
  }

  /** The page has shown it. */
  dismissTrouble(): void {
    this.#set({ trouble: null })
  }

  /** Close everything. What a refresh would need stays, unless the session is over. */
  dispose(): void {
    if (this.#scope.disposed) return
    this.#hearers.clear()
    this.#logs.stop(1000)
    this.#caller.dispose()
    this.#scope.dispose()
    this.#tell("connection disposed", {})
  }

  // What the server tells.

  #attached(answer: Attached): void {
    const again = this.#cursor.logId !== null
    this.#cursor = attached(this.#cursor, answer)
    this.#headSeq = answer.headSeq
    if (!answer.resumed && again) this.#set({ call: { ...BEFORE, channel: this.#state.call.channel } })
    this.#tell("logs open", { status: answer.status })
    if (answer.resumed && again) this.#tell("resumed", { seq: this.#cursor.seq })
    this.#set({ catchingUp: this.#cursor.seq < answer.headSeq })
    this.#heartbeat.start(answer.pingMs)
    this.#configuring.opened()
    if (this.#state.ending && this.#state.call.status !== "ended") this.#ask("end", { type: "call.end" })
    this.#set({ typed: unsure(this.#state.typed) })
  }

  #heard(message: StoredEvent | TranscriptDelta | ErrorMessage | Pong): void {
    this.#heartbeat.heard()
    if (isStored(message)) this.#event(message)
    else if (message.type === "transcript.delta") this.#set({ call: caption(this.#state.call, message) })
    else if (isError(message)) this.#refused(message)
    else this.#acknowledge(message as { type: string })
  }

  /** The answer to a configuration that changed nothing is the present state, not an event of the log. */
  #acknowledge(message: { type: string; revision?: number }): void {
    if (message.type.startsWith("configuration.") && message.revision) this.#configuring.acknowledged(message.revision)
  }

  #event(event: StoredEvent): void {
    // An end that could not be stored is told all the same; no cursor moves by it.
    if (event.type === "call.status_changed" && event.stored === false) return this.#take(event)
    switch (see(this.#cursor, event)) {
      case "again":
        return
      case "gap":
        return this.#logs.abandon(GAP)
      case "new":
        this.#cursor = { ...this.#cursor, seq: event.seq }
        this.#take(event)
    }
  }

  #take(event: StoredEvent): void {
    this.time.saw(event.at)
    this.#seenAt = event.at
    const before = this.#state
    const call = reduce(before.call, event)
    this.#set({ call, catchingUp: this.#cursor.seq < this.#headSeq, typed: arrived(before.typed, event) })
    if (event.type === "configuration.accepted" || event.type === "configuration.applied") {
      this.#configuring.acknowledged(event.revision)
    }
    if (call.status === "ended" && before.call.status !== "ended") this.#ended(call.reason)
    else this.#keep()
  }

  #ended(reason: string | null): void {
    this.#tell("call ended", { reason })
    this.#awaitEnd()
    this.#caller.leave()
    this.#set({ ending: false })
    if (!this.#watch) forget()
  }

  #refused(error: ErrorMessage): void {
    const { code, message, retryable, requestId } = error
    const id = String(error.inReplyTo)
    const asked = this.#asked.get(id) ?? "other"
    this.#asked.delete(id)
    if (asked === "end") return // it has ended already, and an event tells so
    if (asked === "configuration") this.#configuring.refused()
    if (asked === "text") this.#set({ typed: refused(this.#state.typed, id) })
    this.#set({ trouble: { asked, code, message, retryable, requestId } })
  }

  #logsLost(code: number | string): void {
    this.#heartbeat.stop()
    this.#tell("logs lost", { code })
  }

  #stale(): void {
    this.#logs.abandon(STALE)
    this.#caller.abandon()
  }

  // What the page asks.

  #ask(asked: Trouble["asked"], message: AnyMessage, id = String(this.#nextId++)): boolean {
    const sent = this.#logs.send({ ...message, id })
    if (sent) this.#asked.set(id, asked)
    if (this.#asked.size > MOST_ASKED) this.#asked.delete(this.#asked.keys().next().value!)
    return sent
  }

  #endByRest(): void {
    if (this.#state.call.status === "ended" || this.#state.sessionId === null) return
    this.rest.end(this.#id, this.#scope.signal).then(
      () => this.#logs.hurry(),
      () => {
        // The server ends it by itself when nobody comes back; whoever reads the log again is told.
      },
    )
  }

  async #ticket(role: "observer" | "voice", signal: AbortSignal): Promise<string> {
    const first = role === "observer" ? this.#firstTicket : null
    this.#firstTicket = role === "observer" ? null : this.#firstTicket
    if (first !== null && performance.now() - first.atMs < FIRST_TICKET_MS) return first.ticket
    const { ticket, expiresAt } = await this.rest.ticket(this.#id, role, signal)
    this.time.sawTicket(expiresAt)
    return ticket
  }

  get #id(): string {
    return this.#state.sessionId ?? ""
  }

  #after(): { after?: object } {
    const after = afterOf(this.#cursor)
    return after === null ? {} : { after }
  }

  #keep(): void {
    const { sessionId, call } = this.#state
    if (this.#watch || sessionId === null || call.status === "ended") return
    remember({ sessionId, form: this.#form, typing: this.#typing, cursor: this.#cursor, seenAt: this.#seenAt, call })
  }

  #set(change: Partial<SessionState>): void {
    if (this.#scope.disposed) return
    this.#state = { ...this.#state, ...change }
    for (const hear of this.#hearers) hear(this.#state)
  }

  #tell(name: Parameters<Debug>[0], about: Record<string, unknown>): void {
    this.#debug(name, { sessionId: this.#state.sessionId, ...about })
  }
}

function socketUrl(base: string, path: string): URL {
  const url = new URL(path, base)
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
  url.search = url.hash = ""
  return url
}
