/** Runs beside the sound hardware: the microphone at the device's rate becomes messages of 20 ms at 24 kHz. */

import { Resampler, toPcm16 } from "./resample"

const RATE_HZ = 24_000
const MESSAGE_SAMPLES = 480

export interface MicrophoneMessage {
  pcm: ArrayBuffer
  /** 0 to 1, of these 20 ms. */
  peak: number
}

class Microphone extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(sampleRate, RATE_HZ)
  readonly #message = new Float32Array(MESSAGE_SAMPLES)
  #filled = 0
  #closed = false

  constructor() {
    super()
    this.port.onmessage = () => (this.#closed = true)
  }

  override process(inputs: Float32Array[][]): boolean {
    const channels = inputs[0] ?? []
    if (channels.length > 0 && channels[0]!.length > 0) this.#take(this.#resampler.push(mono(channels)))
    return !this.#closed
  }

  #take(sound: Float32Array): void {
    for (const sample of sound) {
      this.#message[this.#filled++] = sample
      if (this.#filled === MESSAGE_SAMPLES) this.#send()
    }
  }

  #send(): void {
    this.#filled = 0
    let peak = 0
    for (const sample of this.#message) peak = Math.max(peak, Math.abs(sample))
    const pcm = toPcm16(this.#message).buffer
    this.port.postMessage({ pcm, peak } satisfies MicrophoneMessage, [pcm])
  }
}

function mono(channels: Float32Array[]): Float32Array {
  if (channels.length === 1) return channels[0]!
  return channels[0]!.map((_, index) => channels.reduce((sum, channel) => sum + channel[index]!, 0) / channels.length)
}

registerProcessor("greenroom-microphone", Microphone)
