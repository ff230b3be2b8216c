/** A server of one session, as the client sees it: sockets and REST answers that a test plays by hand. */

import { vi } from "vitest"
import type { StoredEvent } from "../src/session/state"

export class FakeSocket extends EventTarget {
  static readonly OPEN = 1
  static all: FakeSocket[] = []
  binaryType = ""
  bufferedAmount = 0
  readyState = 0
  readonly sent: Record<string, unknown>[] = []
  readonly frames: ArrayBuffer[] = []
  closedWith: number | undefined | null = null

  constructor(readonly url: URL) {
    super()
    FakeSocket.all.push(this)
  }

  static at(path: string): FakeSocket {
    const found = FakeSocket.all.filter((socket) => socket.url.pathname === path)
    return found.at(-1)!
  }

  static count(path: string): number {
    return FakeSocket.all.filter((socket) => socket.url.pathname === path).length
  }

  send(data: string | ArrayBuffer): void {
    if (typeof data === "string") this.sent.push(JSON.parse(data) as Record<string, unknown>)
    else this.frames.push(data)
  }

  close(code?: number): void {
    if (this.readyState >= 2) return
    this.closedWith = code
    this.readyState = 3
  }

  // What the server does.

  open(): this {
    this.readyState = 1
    this.dispatchEvent(new Event("open"))
    return this
  }

  say(message: object): this {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }))
    return this
  }

  lose(code: number, reason = ""): void {
    this.readyState = 3
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason }))
  }

  attach(more: object = {}): this {
    const answer = { logId: "log", headSeq: 0, resumed: true, status: "connected", callerPresent: true, pingMs: 10_000 }
    return this.open().say({ type: "attached", sessionId: "s1", ...answer, ...more })
  }

  join(): this {
    return this.open().say({ type: "joined", sessionId: "s1", sampleRateHz: 24_000 })
  }

  /** What was sent of this kind. */
  of(type: string): Record<string, unknown>[] {
    return this.sent.filter((message) => message.type === type)
  }
}

export interface Answer {
  status: number
  body?: unknown
  retryAfter?: number
}

/**
 * Stubs for everything of the browser that the client uses; `requests` are what was asked by REST, as `POST api/…`, and `bodies`
 * what was sent with it.
 */
export function browser(answers: (request: string) => Answer | Promise<Answer> = usual) {
  FakeSocket.all = []
  const requests: string[] = []
  const bodies: unknown[] = []
  const stored = new Map<string, string>()
  const window = new EventTarget()
  const navigator = { onLine: true }
  vi.stubGlobal("window", window)
  vi.stubGlobal("navigator", navigator)
  vi.stubGlobal("document", { baseURI: "http://practice.test/" })
  vi.stubGlobal("WebSocket", FakeSocket)
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  })
  vi.stubGlobal("fetch", async (url: URL, asked: { method: string; signal: AbortSignal; body?: string }) => {
    const { method, signal, body: sent } = asked
    const request = `${method} ${url.pathname.slice(1)}`
    requests.push(request)
    bodies.push(sent === undefined ? undefined : JSON.parse(sent))
    await Promise.resolve()
    if (signal.aborted) throw signal.reason
    const { status, body, retryAfter } = await answers(request)
    if (status === 0) throw new TypeError("Failed to fetch")
    const headers = retryAfter === undefined ? new Headers() : new Headers({ "retry-after": String(retryAfter) })
    return new Response(body === undefined ? null : JSON.stringify(body), { status, headers })
  })
  return { requests, bodies, window, navigator, stored }
}

export function usual(request: string): Answer {
  if (request === "POST api/sessions") return { status: 201, body: { sessionId: "s1", ticket: "first" } }
  if (request.endsWith("/tickets")) {
    return { status: 200, body: { ticket: "fresh", expiresAt: "2026-01-01T10:00:30.000Z" } }
  }
  return { status: 200, body: {} }
}

export function event(seq: number, type: string, fields: object = {}): StoredEvent {
  return { type, sessionId: "s1", logId: "log", seq, at: "2026-01-01T10:00:00.000Z", ...fields } as StoredEvent
}

/** Let answers that are on their way arrive. */
export async function arrive(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0)
}
