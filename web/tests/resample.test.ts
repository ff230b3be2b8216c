import { describe, expect, test } from "vitest"
import { Resampler, toPcm16 } from "../src/session/resample"

const RATE = 24_000

function tone(hz: number, rate: number, seconds = 1): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, index) => 0.5 * Math.sin((2 * Math.PI * hz * index) / rate))
}

function resample(sound: Float32Array, from: number, chunk = 128): Float32Array {
  const resampler = new Resampler(from, RATE)
  const parts: Float32Array[] = []
  for (let at = 0; at < sound.length; at += chunk) parts.push(resampler.push(sound.subarray(at, at + chunk)))
  return Float32Array.from(parts.flatMap((part) => [...part]))
}

/** Root mean square, without the edges. */
function loudness(sound: Float32Array): number {
  const middle = sound.subarray(2000, sound.length - 2000)
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length)
}

function dB(ratio: number): number {
  return 20 * Math.log10(ratio)
}

describe.each([48_000, 44_100, 96_000, 24_000, 16_000, 8_000])("from %i Hz", (rate) => {
  test("gives as many samples as the rates say", () => {
    expect(Math.abs(resample(tone(440, rate), rate).length - RATE)).toBeLessThanOrEqual(80)
  })

  test("does not touch what speech is made of", () => {
    for (const hz of [100, 1000, 3000].filter((each) => each < rate * 0.4)) {
      expect(Math.abs(dB(loudness(resample(tone(hz, rate), rate)) / loudness(tone(hz, rate))))).toBeLessThan(0.1)
    }
  })

  test("gives the same however the stream is cut", () => {
    const sound = tone(700, rate, 0.5)
    const whole = resample(sound, rate, sound.length)
    for (const chunk of [128, 1, 441]) {
      const pieces = resample(sound, rate, chunk)
      expect(Math.abs(pieces.length - whole.length)).toBeLessThanOrEqual(1)
      expect(pieces.every((sample, index) => Math.abs(sample - (whole[index] ?? sample)) < 1e-6)).toBe(true)
    }
  })
})

describe("what lies above half the new rate", () => {
  test.each([
    [13_500, 48_000],
    [15_000, 48_000],
    [20_000, 48_000],
    [13_500, 44_100],
    [30_000, 96_000],
  ])("%i Hz at %i is taken out by 60 dB", (hz, rate) => {
    expect(dB(loudness(resample(tone(hz, rate), rate)) / loudness(tone(hz, rate)))).toBeLessThan(-60)
  })
})

test("a frequency stays where it was", () => {
  const out = resample(tone(1000, 44_100), 44_100).subarray(2000, 22_000)
  let crossings = 0
  for (let index = 1; index < out.length; index++) if (out[index - 1]! < 0 && out[index]! >= 0) crossings++
  expect(crossings / (out.length / RATE)).toBeCloseTo(1000, -1)
})

test("what is too loud is cut, not wrapped", () => {
  expect([...toPcm16(Float32Array.of(0, 1, -1, 3, -3, 0.5))]).toEqual([0, 32767, -32767, 32767, -32767, 16384])
})
