/** Runs beside the sound hardware: plays what it is sent, and says what has sounded. */

import { type Played, Playout } from "./playout"

export type PlayerOrder =
  | { do: "reply"; replyId: string; fromMs: number }
  | { do: "push"; pcm: ArrayBuffer }
  | { do: "mark"; name: string }
  | { do: "clear" }
  | { do: "empty" }
  | { do: "close" }

export type PlayerMessage =
  { told: "marks"; names: string[] } | { told: "cleared"; played: Played | null } | { told: "busy"; busy: boolean }

class Player extends AudioWorkletProcessor {
  readonly #playout = new Playout()
  #closed = false
  #busy = false

  constructor() {
    super()
    this.port.onmessage = (event: MessageEvent<PlayerOrder>) => this.#obey(event.data)
  }

  override process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const names = this.#playout.read(outputs[0]![0]!)
    if (names.length > 0) this.#tell({ told: "marks", names })
    if (this.#playout.busy !== this.#busy) {
      this.#busy = this.#playout.busy
      this.#tell({ told: "busy", busy: this.#busy })
    }
    return !this.#closed
  }

  #obey(order: PlayerOrder): void {
    switch (order.do) {
      case "reply":
        return this.#playout.reply(order.replyId, order.fromMs)
      case "push":
        return this.#playout.push(new Int16Array(order.pcm))
      case "mark":
        return this.#playout.mark(order.name)
      case "clear":
        return this.#tell({ told: "cleared", played: this.#playout.clear() })
      case "empty":
        this.#playout.clear()
        return
      case "close":
        this.#closed = true
    }
  }

  #tell(message: PlayerMessage): void {
    this.port.postMessage(message)
  }
}

registerProcessor("greenroom-player", Player)
