/** Two soft notes, to hear whether the speaker is on. Pure. */

import { PLAYER_RATE_HZ } from "./playout"

const NOTES_HZ = [523.25, 783.99]
const NOTE_S = 0.45
const LOUDNESS = 0.25

export function chime(): Int16Array<ArrayBuffer> {
  const each = Math.round(NOTE_S * PLAYER_RATE_HZ)
  const pcm = new Int16Array(each * NOTES_HZ.length)
  for (let index = 0; index < pcm.length; index++) {
    const at = (index % each) / PLAYER_RATE_HZ
    const rise = Math.min(1, at / 0.01)
    const fall = Math.exp(-6 * at) * Math.min(1, (NOTE_S - at) / 0.02)
    const tone = Math.sin(2 * Math.PI * NOTES_HZ[Math.floor(index / each)]! * at)
    pcm[index] = Math.round(tone * rise * fall * LOUDNESS * 32767)
  }
  return pcm
}
