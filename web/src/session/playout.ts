/** What is to be heard, in order, and to the sample what was. Pure: it is read from by whatever gives the time. */

export const PLAYER_RATE_HZ = 24_000
/** Kept back before a reply begins and after it ran dry, so that a late message does not cut a word. */
const BUFFER_SAMPLES = (PLAYER_RATE_HZ * 60) / 1000
/** A reply comes faster than it is spoken; more than this is no reply. */
const MOST_SAMPLES = PLAYER_RATE_HZ * 600
/** A sudden end is heard as a click: the last sample dies away instead. */
const DECAY = 0.97

/** A reply, or the rest of one that goes on from here. */
interface Stretch {
  replyId: string
  fromMs: number
}

interface Chunk {
  samples: Int16Array
  stretch: Stretch | null
}

export interface Played {
  replyId: string
  /** Of the whole reply, counted from its start. */
  playedMs: number
}

export class Playout {
  readonly #chunks: Chunk[] = []
  readonly #marks: { name: string; at: number }[] = []
  #offset = 0
  #queued = 0
  #pushed = 0
  #sounded = 0
  #coming: Stretch | null = null
  #playing: Stretch | null = null
  #playedOfStretch = 0
  #buffering = true
  #waited = 0
  #last = 0

  get queuedSamples(): number {
    return this.#queued
  }

  /** Audio is sounding, or about to. */
  get busy(): boolean {
    return this.#queued > 0
  }

  /** What follows belongs to this reply, from this position of it on. */
  reply(replyId: string, fromMs: number): void {
    this.#coming = { replyId, fromMs }
  }

  push(samples: Int16Array): void {
    if (samples.length === 0 || this.#queued + samples.length > MOST_SAMPLES) return
    this.#chunks.push({ samples, stretch: this.#coming })
    this.#queued += samples.length
    this.#pushed += samples.length
  }

  /** To be told of when all that was pushed before it has sounded. */
  mark(name: string): void {
    this.#marks.push({ name, at: this.#pushed })
  }

  /** Silence, at once. What was heard of the reply that was cut; null if none was under way. */
  clear(): Played | null {
    const cut = this.#playing ?? this.#chunks[0]?.stretch ?? this.#coming
    const soundedMs = this.#playing === null ? 0 : Math.floor((this.#playedOfStretch * 1000) / PLAYER_RATE_HZ)
    this.#chunks.length = 0
    this.#marks.length = 0
    this.#offset = 0
    this.#queued = 0
    this.#pushed = this.#sounded
    this.#playing = this.#coming = null
    this.#buffering = true
    this.#waited = 0
    return cut === null ? null : { replyId: cut.replyId, playedMs: cut.fromMs + soundedMs }
  }

  /** Fill this with what sounds next; the marks that were passed. */
  read(out: Float32Array): string[] {
    let filled = 0
    if (this.#ready(out.length)) {
      while (filled < out.length && this.#chunks.length > 0) filled += this.#take(out, filled)
      if (filled < out.length) this.#buffering = true
    }
    for (; filled < out.length; filled++) out[filled] = this.#last *= DECAY
    return this.#passed()
  }

  #ready(length: number): boolean {
    if (!this.#buffering) return true
    if (this.#queued === 0) return false
    this.#waited += length
    // The end of a reply can be shorter than the buffer: it does not wait for more than was asked for.
    if (this.#queued < BUFFER_SAMPLES && this.#waited < BUFFER_SAMPLES) return false
    this.#buffering = false
    this.#waited = 0
    return true
  }

  #take(out: Float32Array, at: number): number {
    const chunk = this.#chunks[0]!
    if (chunk.stretch !== this.#playing) {
      this.#playing = chunk.stretch
      this.#playedOfStretch = 0
    }
    const count = Math.min(out.length - at, chunk.samples.length - this.#offset)
    for (let index = 0; index < count; index++) out[at + index] = chunk.samples[this.#offset + index]! / 32768
    this.#last = out[at + count - 1]!
    this.#offset += count
    this.#queued -= count
    this.#sounded += count
    this.#playedOfStretch += count
    if (this.#offset === chunk.samples.length) {
      this.#chunks.shift()
      this.#offset = 0
    }
    return count
  }

  #passed(): string[] {
    const names: string[] = []
    while (this.#marks.length > 0 && this.#marks[0]!.at <= this.#sounded) names.push(this.#marks.shift()!.name)
    return names
  }
}
