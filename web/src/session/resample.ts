/** Sound from any rate to any other, as a stream: a windowed-sinc low-pass, evaluated where each output sample lies. Pure. */

/** Taps on each side of the centre, at the lower of both rates. */
const HALF_TAPS = 24
/** Of the lower rate: what is above half of it would come back as noise. */
const CUTOFF = 0.46
const KAISER_BETA = 8
const MOST_PHASES = 1024

export class Resampler {
  readonly #step: number
  readonly #half: number
  readonly #phases: Float32Array[]
  readonly #phaseCount: number
  #kept: Float32Array
  /** Where the next output sample lies in `kept`, in phases of an input sample. */
  #at: number

  constructor(fromHz: number, toHz: number) {
    const divisor = gcd(fromHz, toHz)
    // 44,100 to 24,000 has 80 phases; a rate that shares nothing with the other is rounded to 1024 of them.
    this.#phaseCount = Math.min(MOST_PHASES, toHz / divisor)
    this.#step = Math.round((fromHz / toHz) * this.#phaseCount)
    const lower = Math.min(1, toHz / fromHz)
    this.#half = Math.ceil(HALF_TAPS / lower)
    this.#phases = Array.from({ length: this.#phaseCount }, (_, phase) =>
      kernel(phase / this.#phaseCount, this.#half, CUTOFF * lower),
    )
    this.#kept = new Float32Array(this.#half)
    this.#at = this.#half * this.#phaseCount
  }

  /** Output samples per chunk depend on where the chunks are cut; in all there are as many as the rates say. */
  push(chunk: Float32Array): Float32Array {
    const input = new Float32Array(this.#kept.length + chunk.length)
    input.set(this.#kept)
    input.set(chunk, this.#kept.length)
    const last = input.length - this.#half - 1
    const count = Math.max(0, Math.floor((last * this.#phaseCount - this.#at) / this.#step) + 1)
    const output = new Float32Array(count)
    for (let index = 0; index < count; index++) {
      output[index] = this.#sample(input, this.#at)
      this.#at += this.#step
    }
    const first = Math.max(0, Math.floor(this.#at / this.#phaseCount) - this.#half)
    this.#kept = input.slice(first)
    this.#at -= first * this.#phaseCount
    return output
  }

  #sample(input: Float32Array, at: number): number {
    const whole = Math.floor(at / this.#phaseCount)
    const taps = this.#phases[at - whole * this.#phaseCount]!
    let sum = 0
    for (let tap = 0, from = whole - this.#half + 1; tap < taps.length; tap++)
      sum += taps[tap]! * (input[from + tap] ?? 0)
    return sum
  }
}

/** Sound as 16-bit samples; what is too loud is cut, not wrapped. */
export function toPcm16(sound: Float32Array): Int16Array<ArrayBuffer> {
  const pcm = new Int16Array(sound.length)
  for (let index = 0; index < sound.length; index++) {
    pcm[index] = Math.round(Math.max(-1, Math.min(1, sound[index]!)) * 32767)
  }
  return pcm
}

/** The weights for an output sample that lies `fraction` behind an input sample; they add up to one. */
function kernel(fraction: number, half: number, cutoff: number): Float32Array {
  const taps = new Float32Array(2 * half)
  let sum = 0
  for (let tap = 0; tap < taps.length; tap++) {
    const distance = tap - half + 1 - fraction
    taps[tap] = sinc(2 * cutoff * distance) * kaiser(distance / half)
    sum += taps[tap]!
  }
  return taps.map((weight) => weight / sum)
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel(KAISER_BETA)
}

/** The modified Bessel function of the first kind and order zero. */
function bessel(x: number): number {
  let sum = 1
  for (let term = 1, k = 1; term > 1e-9 * sum; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}
