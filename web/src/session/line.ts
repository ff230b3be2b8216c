/** A WebSocket that comes back: a fresh ticket before each attempt, and after each loss what its close code asks for. */

import { type Backoff, FRESH, delayMs, givenUp, lost, opened } from "./backoff"
import { type Next, STALE, type StopCode, afterClose, afterRefusal } from "./closing"
import { RestError } from "./rest"
import type { Scope } from "./scope"

export type LineState =
  | { is: "off" }
  | { is: "connecting"; attempt: number }
  | { is: "open" }
  /** `until` is on the clock of `performance.now()`; null while the browser is offline. */
  | { is: "waiting"; until: number | null; attempt: number; limited: boolean; code: string }
  | { is: "over" }
  | { is: "stopped"; why: StopCode }

export interface LineSettings {
  url: URL
  /** What answers the first message, `attached` or `joined`. */
  answer: string
  ticket: (signal: AbortSignal) => Promise<string>
  /** The first message. */
  hello: (ticket: string) => object
  onState: (state: LineState) => void
  onConnecting: (attempt: number) => void
  onOpen: (answer: Record<string, unknown>) => void
  onMessage: (message: { type: string }) => void
  onBinary?: (data: ArrayBuffer) => void
  onLost: (code: number | string, next: Next) => void
  onWaiting: (ms: number) => void
  chance?: () => number
}

const ANSWERED_WITHIN_MS = 10_000
/** While the browser says that it is offline; it is not always right. */
const OFFLINE_TRY_MS = 10_000
const MALFORMED = 4902

export class Line {
  #state: LineState = { is: "off" }
  #backoff: Backoff = FRESH
  #socket: WebSocket | null = null
  #attempt: Scope | null = null
  readonly #scope: Scope
  readonly #settings: LineSettings

  constructor(scope: Scope, settings: LineSettings) {
    this.#scope = scope
    this.#settings = settings
    scope.listen(window, "online", () => {
      if (this.#state.is === "waiting" && this.#state.until === null) this.#wait(0)
    })
  }

  get state(): LineState {
    return this.#state
  }

  /** Connect, and stay connected. Also the way to try again after it has stopped. */
  start(): void {
    if (this.#scope.disposed || this.#state.is === "connecting" || this.#state.is === "open") return
    this.#backoff = FRESH
    this.#try()
  }

  /** Try now what is waited for. */
  hurry(): void {
    if (this.#state.is === "waiting") this.#try()
  }

  /** False when there is no connection just now. */
  send(message: object): boolean {
    return this.#write(JSON.stringify(message))
  }

  sendBinary(data: ArrayBuffer): boolean {
    return this.#write(data)
  }

  /** Bytes that the network has not taken yet. */
  get unsent(): number {
    return this.#socket?.bufferedAmount ?? 0
  }

  /** The other side is gone, though the socket does not know: connect anew. */
  abandon(code: number): void {
    if (this.#state.is === "open") this.#closed(code, "")
  }

  /** For good. `code` 1000 says that this side is done; without one the other side sees a connection that broke. */
  stop(code?: number): void {
    this.#drop(code)
    this.#become({ is: "off" })
  }

  #write(data: string | ArrayBuffer): boolean {
    if (this.#state.is !== "open" || this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(data)
    return true
  }

  #become(state: LineState): void {
    this.#state = state
    this.#settings.onState(state)
  }

  #try(): void {
    this.#drop()
    const attempt = this.#scope.child("connection")
    this.#attempt = attempt
    const number = this.#backoff.failures + 1
    this.#become({ is: "connecting", attempt: number })
    this.#settings.onConnecting(number)
    this.#settings.ticket(attempt.signal).then(
      (ticket) => {
        if (!attempt.disposed) this.#open(attempt, ticket)
      },
      (error: unknown) => {
        if (!attempt.disposed) this.#refused(error)
      },
    )
  }

  #refused(error: unknown): void {
    if (error instanceof RestError) this.#after(error.code, afterRefusal(error.status, error.retryAfterMs))
    else this.#after("unreachable", { do: "again" })
  }

  #open(attempt: Scope, ticket: string): void {
    const socket = new WebSocket(this.#settings.url)
    socket.binaryType = "arraybuffer"
    this.#socket = socket
    attempt.own(`socket ${this.#settings.url.pathname}`, () => socket.close())
    const waiting = attempt.after(ANSWERED_WITHIN_MS, () => this.#closed(STALE, ""), "answer awaited")
    attempt.listen(socket, "open", () => socket.send(JSON.stringify(this.#settings.hello(ticket))))
    attempt.listen(socket, "close", (event) => this.#closed((event as CloseEvent).code, (event as CloseEvent).reason))
    attempt.listen(socket, "message", (event) => {
      const { data } = event as MessageEvent<string | ArrayBuffer>
      if (typeof data === "string") this.#heard(data, waiting)
      else this.#settings.onBinary?.(data)
    })
  }

  #heard(text: string, answered: () => void): void {
    let message: { type: string }
    try {
      message = JSON.parse(text) as { type: string }
    } catch {
      this.#closed(MALFORMED, "")
      return
    }
    if (this.#state.is === "connecting" && message.type === this.#settings.answer) {
      answered()
      this.#backoff = opened(this.#backoff, performance.now())
      this.#become({ is: "open" })
      this.#settings.onOpen(message as unknown as Record<string, unknown>)
    } else {
      this.#settings.onMessage(message)
    }
  }

  #closed(code: number, reason: string): void {
    this.#after(code, afterClose(code, reason))
  }

  #after(code: number | string, next: Next): void {
    this.#drop()
    if (this.#scope.disposed) return
    this.#settings.onLost(code, next)
    if (next.do === "over") return this.#become({ is: "over" })
    if (next.do === "stop") return this.#become({ is: "stopped", why: next.why })
    if (!navigator.onLine) return this.#offline(String(code))
    this.#backoff = lost(this.#backoff, performance.now())
    if (givenUp(this.#backoff)) return this.#become({ is: "stopped", why: "gave_up" })
    const jittered = delayMs(this.#backoff, (this.#settings.chance ?? Math.random)())
    const limited = next.do === "wait"
    this.#wait(limited ? Math.max(next.ms, jittered) : jittered, limited, String(code))
  }

  #offline(code: string): void {
    // Attempts would fail at once and use up the patience that is meant for the server.
    this.#become({ is: "waiting", until: null, attempt: this.#backoff.failures + 1, limited: false, code })
    this.#later(OFFLINE_TRY_MS)
  }

  #wait(ms: number, limited = false, code = ""): void {
    this.#settings.onWaiting(ms)
    this.#become({ is: "waiting", until: performance.now() + ms, attempt: this.#backoff.failures + 1, limited, code })
    this.#later(ms)
  }

  #later(ms: number): void {
    this.#drop()
    const waiting = this.#scope.child("waiting to connect")
    this.#attempt = waiting
    waiting.after(ms, () => this.#try(), "reconnecting")
  }

  #drop(code?: number): void {
    if (code !== undefined && this.#socket && this.#socket.readyState <= WebSocket.OPEN) this.#socket.close(code)
    this.#socket = null
    this.#attempt?.dispose()
    this.#attempt = null
  }
}
