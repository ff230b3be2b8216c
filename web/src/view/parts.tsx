/** What every screen is made of. */

import type { ComponentChildren } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import type { Refusal } from "./words"
import { duration } from "./words"

let first = true

/** A screen: its heading gets the focus when it comes, so that a reader hears where they are. */
export function Screen(props: { name: string; title: string; wide?: boolean; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${props.title} – Greenroom`
    if (!first) heading.current?.focus()
    first = false
    window.scrollTo(0, 0)
  }, [props.name])
  return (
    <main class={`screen screen-${props.name}`} data-screen={props.name}>
      <h1 ref={heading} tabIndex={-1}>
        {props.title}
      </h1>
      {props.children}
    </main>
  )
}

/** Something that needs attention. `polite`: it passes by itself. */
export function Panel(props: {
  kind?: "trouble" | "note"
  title: string
  text?: string | undefined
  small?: string | undefined
  children?: ComponentChildren
}) {
  const trouble = props.kind !== "note"
  return (
    <section class={trouble ? "panel panel-trouble" : "panel"} role={trouble ? "alert" : "status"}>
      <p class="panel-title">{props.title}</p>
      {props.text && <p>{props.text}</p>}
      {props.small && <p class="small">{props.small}</p>}
      {props.children && <div class="actions">{props.children}</div>}
    </section>
  )
}

const FOR_GOOD = ["no_such_session", "not_yours"]

/** Why the server said no, when it may say yes, and the way to wait for it. */
export function RefusalPanel(props: { refusal: Refusal; again: () => void; label?: string }) {
  const { refusal, again } = props
  const [untilMs, setUntil] = useState<number | null>(null)
  const [openAtMs, setOpenAt] = useState<number | null>(null)
  const now = useNow(openAtMs !== null || untilMs !== null)
  useEffect(() => {
    setOpenAt(refusal.waitMs === null ? null : performance.now() + refusal.waitMs)
    setUntil(null)
  }, [refusal])
  useEffect(() => {
    if (untilMs !== null && now >= untilMs) {
      setUntil(null)
      again()
    }
  }, [now, untilMs])
  const leftMs = openAtMs === null ? 0 : Math.max(0, openAtMs - now)
  const when = new Date(Date.now() + leftMs).toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  })
  const waits = refusal.waitMs !== null
  if (FOR_GOOD.includes(refusal.code)) return <Panel title={refusal.title} text={refusal.text} />
  return (
    <section class="panel panel-trouble">
      <div role="alert">
        <p class="panel-title">{refusal.title}</p>
        <p>{refusal.text}</p>
      </div>
      {waits && leftMs > 0 && (
        <p>
          Open again in <strong>{duration(leftMs)}</strong>, at {when}.
        </p>
      )}
      {refusal.requestId && <p class="small">If you ask for help, name this request: {refusal.requestId}</p>}
      <div class="actions">
        {untilMs === null && (!waits || leftMs === 0) && (
          <button type="button" class="button" onClick={again}>
            {props.label ?? "Try again"}
          </button>
        )}
        {untilMs === null && waits && leftMs > 0 && (
          <button type="button" class="button" onClick={() => setUntil(openAtMs)}>
            Wait
          </button>
        )}
        {untilMs !== null && (
          <button type="button" class="button button-quiet" onClick={() => setUntil(null)}>
            Stop waiting
          </button>
        )}
      </div>
    </section>
  )
}

/** The time of `performance.now()`, four times a second while it is looked at. */
export function useNow(on: boolean): number {
  const [now, setNow] = useState(performance.now())
  useEffect(() => {
    if (!on) return
    setNow(performance.now())
    const timer = setInterval(() => setNow(performance.now()), 250)
    return () => clearInterval(timer)
  }, [on])
  return now
}
