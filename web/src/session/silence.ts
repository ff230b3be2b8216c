/** Silence at the pace of time: the engine's clock is the sound, and someone who types sends none of their own. */

import type { Scope } from "./scope"

const FRAME_MS = 20
const FRAME_BYTES = 960
const STEP_MS = 100
/** A page in the background is woken seldom; what is older than this is not made up for. */
const MOST_BEHIND_MS = 5_000

export function sendSilence(scope: Scope, send: (frame: ArrayBuffer) => void): void {
  let before = performance.now()
  const step = () => {
    const now = performance.now()
    before = Math.max(before, now - MOST_BEHIND_MS)
    for (; before + FRAME_MS <= now; before += FRAME_MS) send(new ArrayBuffer(FRAME_BYTES))
  }
  scope.every(STEP_MS, step, "silence of someone who types")
}
