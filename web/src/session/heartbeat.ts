/** A script cannot see the protocol's own pings: so the page asks, too, and takes silence for a loss. */

import type { Scope } from "./scope"

/** With the ping before it, a server that is gone is noticed within 18 s. */
const ANSWERED_WITHIN_MS = 8_000
/** The browser has just said that the network is gone. */
const PROBE_WITHIN_MS = 2_000

export class Heartbeat {
  #beating: Scope | null = null
  #awaited: (() => void) | null = null

  constructor(
    private readonly scope: Scope,
    private readonly ping: (t: number) => boolean,
    private readonly onStale: () => void,
  ) {}

  start(everyMs: number): void {
    this.stop()
    this.#beating = this.scope.child("heartbeat")
    this.#beating.every(Math.max(1_000, everyMs), () => this.#ask(ANSWERED_WITHIN_MS), "heartbeat")
  }

  stop(): void {
    this.#beating?.dispose()
    this.#beating = null
    this.#awaited = null
  }

  /** Anything that comes is an answer. */
  heard(): void {
    this.#awaited?.()
    this.#awaited = null
  }

  /** Ask now, and be quick to give up. */
  probe(): void {
    this.#awaited?.()
    this.#awaited = null
    this.#ask(PROBE_WITHIN_MS)
  }

  #ask(withinMs: number): void {
    if (this.#beating === null || !this.ping(Math.round(performance.now()))) return
    this.#awaited ??= this.#beating.after(withinMs, this.onStale, "pong awaited")
  }
}
