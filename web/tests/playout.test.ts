import { describe, expect, test } from "vitest"
import { PLAYER_RATE_HZ, Playout } from "../src/session/playout"

const QUANTUM = 128
const ms = (count: number) => new Int16Array((count * PLAYER_RATE_HZ) / 1000).fill(8192)

/** Let it play for so long; the marks that were passed. */
function play(playout: Playout, forMs: number, sink: number[] = []): string[] {
  const marks: string[] = []
  for (let samples = Math.round((forMs * PLAYER_RATE_HZ) / 1000); samples > 0; samples -= QUANTUM) {
    const out = new Float32Array(Math.min(QUANTUM, samples))
    marks.push(...playout.read(out))
    sink.push(...out)
  }
  return marks
}

function playing(): Playout {
  const playout = new Playout()
  playout.reply("r1", 0)
  playout.push(ms(1000))
  return playout
}

describe("what has sounded", () => {
  test("is known to the millisecond when it is cut", () => {
    const playout = playing()
    play(playout, 400)
    expect(playout.clear()).toEqual({ replyId: "r1", playedMs: 400 })
  })

  test("counts from where a reply goes on", () => {
    const playout = new Playout()
    playout.reply("r1", 2500)
    playout.push(ms(500))
    play(playout, 300)
    expect(playout.clear()).toEqual({ replyId: "r1", playedMs: 2800 })
  })

  test("is of the reply that sounds, not of the one that waits behind it", () => {
    const playout = playing()
    playout.reply("r2", 0)
    playout.push(ms(1000))
    play(playout, 990)
    expect(playout.clear()).toEqual({ replyId: "r1", playedMs: 990 })
  })

  test("is nothing while the first sound is held back", () => {
    const playout = new Playout()
    playout.reply("r1", 0)
    playout.push(ms(20))
    play(playout, 10)
    expect(playout.clear()).toEqual({ replyId: "r1", playedMs: 0 })
  })

  test("is not asked for when there was no reply", () => expect(new Playout().clear()).toBeNull())

  test("after a cut nothing of it comes back", () => {
    const playout = playing()
    play(playout, 400)
    playout.clear()
    expect(playout.clear()).toBeNull()
    const sound: number[] = []
    play(playout, 400, sound)
    expect(Math.abs(sound.at(-1)!)).toBeLessThan(1e-6)
  })

  test("never exceeds what was sent, however it is cut and resumed", () => {
    let seed = 7
    const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648
    for (let round = 0; round < 200; round++) {
      const playout = new Playout()
      const fromMs = Math.floor(random() * 5000)
      const sentMs = 20 + Math.floor(random() * 50) * 20
      playout.reply("r", fromMs)
      for (let sent = 0; sent < sentMs; sent += 20) playout.push(ms(20))
      play(playout, random() * 1500)
      const played = playout.clear()!.playedMs
      expect(played).toBeGreaterThanOrEqual(fromMs)
      expect(played).toBeLessThanOrEqual(fromMs + sentMs)
    }
  })
})

describe("marks", () => {
  test("are told when all before them has sounded, and in order", () => {
    const playout = new Playout()
    playout.reply("r1", 0)
    for (const name of ["a", "b", "c"]) {
      playout.push(ms(200))
      playout.mark(name)
    }
    expect(play(playout, 199)).toEqual([])
    expect(play(playout, 6)).toEqual(["a"])
    expect(play(playout, 400)).toEqual(["b", "c"])
  })

  test("with nothing before them are told at once", () => {
    const playout = new Playout()
    playout.mark("a")
    expect(play(playout, 6)).toEqual(["a"])
  })

  test("that were cut are never told", () => {
    const playout = playing()
    playout.mark("a")
    play(playout, 400)
    playout.clear()
    playout.push(ms(2000))
    expect(play(playout, 2000)).toEqual([])
  })
})

describe("the jitter buffer", () => {
  test("holds 60 ms back before it begins", () => {
    const playout = new Playout()
    playout.push(ms(40))
    const sound: number[] = []
    play(playout, 10, sound)
    expect(sound.every((sample) => sample === 0)).toBe(true)
    playout.push(ms(20))
    play(playout, 10, sound)
    expect(sound.at(-1)).toBe(0.25)
  })

  test("does not hold back a short end that nothing follows", () => {
    const playout = new Playout()
    playout.push(ms(20))
    playout.mark("end")
    expect(play(playout, 120)).toEqual(["end"])
  })

  test("a late message is silence and no loss", () => {
    const playout = playing()
    play(playout, 1200)
    expect(playout.busy).toBe(false)
    playout.push(ms(100))
    playout.mark("end")
    expect(play(playout, 200)).toEqual(["end"])
    expect(playout.clear()).toEqual({ replyId: "r1", playedMs: 1100 })
  })

  test("a sudden end dies away instead of clicking", () => {
    const playout = playing()
    const sound: number[] = []
    play(playout, 400)
    playout.clear()
    play(playout, 20, sound)
    expect(sound[0]).toBeCloseTo(0.25, 1)
    for (let index = 1; index < sound.length; index++) {
      expect(sound[index]!).toBeLessThanOrEqual(sound[index - 1]!)
    }
  })
})
