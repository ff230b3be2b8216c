/** The candidate's own connection: what the microphone hears goes up, what the interviewer says comes down. */

import type { AnyDownMessage, AnyUpMessage } from "../protocol"
import { STALE } from "./closing"
import type { Debug } from "./debug"
import { Line } from "./line"
import { type Microphone, MicrophoneError } from "./microphone"
import { PLAYER_RATE_HZ } from "./playout"
import { Player } from "./player"
import type { Scope } from "./scope"
import type { SessionState } from "./sessionState"
import { sendSilence } from "./silence"

export interface CallerSettings {
  url: URL
  sessionId: () => string
  ticket: (signal: AbortSignal) => Promise<string>
  debug: Debug
  change: (change: Partial<SessionState>) => void
  level: (peak: number) => void
  speaking: (speaking: boolean) => void
  ended: () => void
  chance: () => number
}

/** So much sound that was not taken says that the network is stuck, though the socket looks well: 2 s. */
const STUCK_BYTES = 2 * PLAYER_RATE_HZ * 2

export class Caller {
  readonly #scope: Scope
  readonly #settings: CallerSettings
  readonly #line: Line
  #player: Player | null = null
  #microphone: Microphone | null = null
  #releaseMicrophone: () => void = () => {}
  #silence: Scope | null = null
  #muted = false
  #left = false
  #taking: Promise<void> | null = null

  constructor(parent: Scope, settings: CallerSettings) {
    this.#scope = parent.child("caller")
    this.#settings = settings
    this.#line = new Line(this.#scope, {
      url: settings.url,
      answer: "joined",
      ticket: settings.ticket,
      hello: (ticket) => ({ type: "join", sessionId: settings.sessionId(), ticket, sampleRateHz: PLAYER_RATE_HZ }),
      onState: (voice) => {
        settings.change({ voice })
        if (voice.is === "stopped" || voice.is === "over") this.silence()
      },
      onConnecting: (attempt) => settings.debug("voice connecting", { attempt }),
      onOpen: () => this.#joined(),
      onMessage: (message) => this.#heard(message as AnyDownMessage),
      onBinary: (pcm) => this.#player?.push(pcm),
      onLost: (code) => this.#lost(code),
      onWaiting: (ms) => settings.debug("reconnecting", { ms: Math.round(ms), leg: "caller" }),
      chance: settings.chance,
    })
  }

  /** Speak through this microphone; the one before is let go. Null: by typing. */
  take(microphone: Microphone | null): void {
    if (this.#left || this.#scope.disposed) {
      microphone?.dispose()
      return
    }
    this.#letGo()
    this.#microphone = microphone
    if (microphone === null) {
      this.#settings.change({ microphone: "none" })
      this.#silence = this.#scope.child("typing")
      sendSilence(this.#silence, (frame) => this.#line.sendBinary(frame))
      return
    }
    this.#settings.change({ microphone: "on" })
    microphone.onLevel = (peak) => this.#settings.level(this.#muted ? 0 : peak)
    microphone.onFrame = (pcm) => this.#frame(pcm)
    microphone.onFault = (fault) => {
      // The engine's clock is the sound: silence goes on in its place.
      this.take(null)
      this.#settings.change({ microphone: fault })
    }
    this.#releaseMicrophone = this.#scope.own("microphone", () => microphone.dispose())
  }

  async openPlayer(): Promise<void> {
    if (this.#player !== null || this.#left) return
    this.#player = new Player(this.#scope, {
      markPlayed: (name) => this.#send({ type: "mark.played", name }),
      cleared: ({ replyId, playedMs }) => this.#send({ type: "cleared", replyId, playedMs }),
      sound: (sound) => this.#settings.change({ sound }),
      busy: (busy) => this.#settings.speaking(busy),
    })
    await this.#player.open()
  }

  join(): void {
    if (!this.#left) this.#line.start()
  }

  /** Once at a time, however often it is asked for. */
  takePart(openMicrophone: (() => Promise<Microphone>) | null): Promise<void> {
    this.#taking ??= this.#takePart(openMicrophone).finally(() => (this.#taking = null))
    return this.#taking
  }

  async #takePart(openMicrophone: (() => Promise<Microphone>) | null): Promise<void> {
    await this.openPlayer()
    const heard = await this.#player?.unblock()
    if (!heard) return
    if (openMicrophone === null) this.take(null)
    else if (this.#microphone === null) await this.#openMicrophone(openMicrophone)
    if (!this.#scope.disposed) this.join()
  }

  mute(muted: boolean): void {
    this.#muted = muted
    this.#settings.change({ muted })
    this.#send({ type: "mute", on: muted })
  }

  retry(): void {
    if (this.#left || this.#player === null) return
    this.#line.hurry()
    this.#line.start()
  }

  abandon(): void {
    this.#line.abandon(STALE)
  }

  /** The conversation is over for this page: no sound, no microphone, no connection. */
  leave(): void {
    this.#left = true
    this.pause()
  }

  /** The same, until it is taken part in again. */
  pause(): void {
    this.silence()
    this.#line.stop()
  }

  /** Free the microphone and fall silent. */
  silence(): void {
    this.#letGo()
    this.#player?.dispose()
    this.#player = null
    this.#settings.change({ sound: "off", microphone: "none" })
    this.#settings.speaking(false)
  }

  dispose(): void {
    this.#left = true
    this.#letGo()
    this.#line.stop()
    this.#scope.dispose()
  }

  async #openMicrophone(open: () => Promise<Microphone>): Promise<void> {
    this.#settings.change({ microphone: "opening" })
    try {
      this.take(await open())
    } catch (error) {
      this.take(null)
      this.#settings.change({ microphone: error instanceof MicrophoneError ? error.fault : "failed" })
    }
  }

  #frame(pcm: ArrayBuffer): void {
    this.#line.sendBinary(this.#muted ? new ArrayBuffer(pcm.byteLength) : pcm)
    if (this.#line.unsent > STUCK_BYTES) this.abandon()
  }

  #joined(): void {
    this.#settings.debug("voice open", {})
    if (this.#muted) this.#send({ type: "mute", on: true })
  }

  #heard(message: AnyDownMessage): void {
    switch (message.type) {
      case "reply.started":
        return this.#player?.reply(message.replyId, message.fromMs ?? 0)
      case "mark":
        return this.#player?.mark(message.name)
      case "clear":
        return this.#player?.clear()
      case "end":
        return this.#settings.ended()
      default:
        return
    }
  }

  #lost(code: number | string): void {
    this.#settings.debug("voice lost", { code })
    // The server goes on from where the ear was, so what is not heard yet comes again.
    this.#player?.empty()
  }

  #letGo(): void {
    this.#silence?.dispose()
    this.#silence = null
    this.#releaseMicrophone()
    this.#releaseMicrophone = () => {}
    this.#microphone = null
  }

  #send(message: AnyUpMessage): void {
    this.#line.send(message)
  }
}
