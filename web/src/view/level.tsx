/** How loud the microphone is, live. Drawn outside of the view's own updates: it changes fifty times a second. */

import { useEffect, useRef } from "preact/hooks"

const BARS = 20
const QUIETEST_DB = -54
const FALL = 0.85

export function LevelMeter({ levelOf }: { levelOf: () => number }) {
  const meter = useRef<HTMLDivElement>(null)
  useEffect(() => {
    let shown = 0
    let frame = 0
    const draw = () => {
      shown = Math.max(share(levelOf()), shown * FALL)
      const bars = meter.current?.children ?? []
      const lit = Math.round(shown * BARS)
      for (let index = 0; index < bars.length; index++) bars[index]!.classList.toggle("lit", index < lit)
      frame = requestAnimationFrame(draw)
    }
    draw()
    return () => cancelAnimationFrame(frame)
  }, [])
  return (
    <div ref={meter} class="level" aria-hidden="true">
      {Array.from({ length: BARS }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  )
}

/** On a scale that the ear would draw. */
function share(peak: number): number {
  const db = 20 * Math.log10(Math.max(peak, 1e-6))
  return Math.max(0, Math.min(1, 1 - db / QUIETEST_DB))
}
