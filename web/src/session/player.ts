/** Lets the interviewer be heard. Without sound (typing on a page that may not play) it keeps the time all the same. */

import { PLAYER_RATE_HZ, type Played, Playout } from "./playout"
import type { PlayerMessage, PlayerOrder } from "./player.worklet"
import type { Scope } from "./scope"
import { playerWorklet } from "./worklets"

/** `blocked`: the browser wants a touch or a key before it lets a page be heard. */
export type Sound = "off" | "on" | "blocked" | "silent"

export interface PlayerEvents {
  markPlayed: (name: string) => void
  cleared: (played: Played) => void
  sound: (sound: Sound) => void
  busy: (busy: boolean) => void
}

const SILENT_STEP_MS = 50
const CHANNEL_BYTES = 2

export class Player {
  readonly #scope: Scope
  readonly #events: PlayerEvents
  #context: AudioContext | null = null
  #order: (order: PlayerOrder) => void = () => {}

  constructor(parent: Scope, events: PlayerEvents) {
    this.#scope = parent.child("player")
    this.#events = events
  }

  /** Call it from a click where that is possible: browsers let a page be heard after one. */
  async open(): Promise<void> {
    if (typeof AudioContext === "undefined" || !("audioWorklet" in AudioContext.prototype)) {
      this.#withoutSound()
      return
    }
    const context = new AudioContext({ sampleRate: PLAYER_RATE_HZ, latencyHint: "interactive" })
    this.#scope.own("player's audio context", () => void context.close().catch(() => {}))
    try {
      await context.audioWorklet.addModule(playerWorklet)
    } catch {
      // The server is gone just now, or the page was left: the conversation can go on without sound.
      if (!this.#scope.disposed) this.#withoutSound()
      return
    }
    if (this.#scope.disposed) return
    const node = new AudioWorkletNode(context, "greenroom-player", { numberOfInputs: 0, outputChannelCount: [1] })
    node.connect(context.destination)
    node.port.onmessage = (event: MessageEvent<PlayerMessage>) => this.#told(event.data)
    this.#order = (order) => node.port.postMessage(order, order.do === "push" ? [order.pcm] : [])
    this.#scope.own("player's worklet", () => {
      this.#order({ do: "close" })
      node.port.onmessage = null // see the microphone's
      node.port.close()
      node.disconnect()
    })
    this.#context = context
    this.#scope.listen(context, "statechange", () => this.#tellSound())
    await this.unblock()
  }

  /** Try to be heard; call it from a click. False: the browser wants a click first. */
  async unblock(): Promise<boolean> {
    const context = this.#context
    if (context === null) return true
    // It stays unsettled for as long as the browser wants that click.
    if (context.state !== "running") await Promise.race([context.resume(), this.#moment(300)])
    this.#tellSound()
    return context.state === "running"
  }

  reply(replyId: string, fromMs: number): void {
    this.#order({ do: "reply", replyId, fromMs })
  }

  push(pcm: ArrayBuffer): void {
    this.#order({ do: "push", pcm: pcm.byteLength % CHANNEL_BYTES ? pcm.slice(0, -1) : pcm })
  }

  mark(name: string): void {
    this.#order({ do: "mark", name })
  }

  clear(): void {
    this.#order({ do: "clear" })
  }

  /** Silence, and nothing is told: the other side is gone. */
  empty(): void {
    this.#order({ do: "empty" })
  }

  dispose(): void {
    this.#order = () => {}
    this.#context = null
    this.#scope.dispose()
  }

  #tellSound(): void {
    if (this.#context !== null) this.#events.sound(this.#context.state === "running" ? "on" : "blocked")
  }

  #told(message: PlayerMessage): void {
    switch (message.told) {
      case "marks":
        return this.#afterLatency(() => message.names.forEach((name) => this.#events.markPlayed(name)))
      case "cleared":
        if (message.played !== null) this.#events.cleared(message.played)
        return
      case "busy":
        this.#events.busy(message.busy)
    }
  }

  /** What was handed to the hardware is heard a little later. */
  #afterLatency(run: () => void): void {
    const latencyS = this.#context?.outputLatency || this.#context?.baseLatency || 0
    this.#scope.after(Math.min(latencyS, 0.5) * 1000, run, "mark on its way to the ear")
  }

  #withoutSound(): void {
    const playout = new Playout()
    let before = performance.now()
    this.#order = (order) => {
      if (order.do === "reply") playout.reply(order.replyId, order.fromMs)
      else if (order.do === "push") playout.push(new Int16Array(order.pcm))
      else if (order.do === "mark") playout.mark(order.name)
      else {
        const played = playout.clear()
        if (order.do === "clear" && played !== null) this.#events.cleared(played)
      }
    }
    this.#scope.every(
      SILENT_STEP_MS,
      () => {
        const now = performance.now()
        const samples = Math.floor(((now - before) * PLAYER_RATE_HZ) / 1000)
        before += (samples * 1000) / PLAYER_RATE_HZ
        for (const name of playout.read(new Float32Array(samples))) this.#events.markPlayed(name)
      },
      "time without sound",
    )
    this.#events.sound("silent")
  }

  #moment(ms: number): Promise<void> {
    return new Promise((resolve) => this.#scope.after(ms, resolve, "browser asked for sound"))
  }
}
