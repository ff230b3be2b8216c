/** What was said: finished lines for everyone, a reader included; what is being said, as it comes. */

import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"
import type { TypedAnswer } from "../session/sessionState"
import type { Turn } from "../session/state"
import { clock } from "./words"

export function Transcript(props: {
  turns: readonly Turn[]
  partner: string
  live?: boolean
  children?: ComponentChildren
}) {
  const done = props.turns.filter((turn) => !turn.open && isWorthALine(turn))
  const open = props.turns.filter((turn) => turn.open && turn.text !== "")
  const box = useRef<HTMLDivElement>(null)
  useFollow(box, [done.length, open.map((turn) => turn.text).join(), props.children])
  const lines = (
    <ol aria-label="What was said">
      {done.map((turn) => (
        <Line key={turn.turnId} turn={turn} partner={props.partner} />
      ))}
    </ol>
  )
  if (!props.live) return <div class="transcript">{lines}</div>
  return (
    <div ref={box} class="transcript transcript-live" role="group" aria-label="Transcript" tabIndex={0}>
      <div role="log">{lines}</div>
      {open.length > 0 && (
        <ol aria-label="What is being said" class="captions">
          {open.map((turn) => (
            <Line key={turn.turnId} turn={turn} partner={props.partner} />
          ))}
        </ol>
      )}
      {props.children}
    </div>
  )
}

/** Answers on their way; one that may not have come can be sent again. */
export function TypedLines(props: {
  typed: readonly TypedAnswer[]
  again: (answer: TypedAnswer) => void
  drop: (answer: TypedAnswer) => void
}) {
  if (props.typed.length === 0) return null
  return (
    <ol class="captions" aria-label="On its way">
      {props.typed.map((answer) => (
        <li key={answer.clientTurnId} class="line line-candidate" data-typed={answer.is}>
          <span class="who">You</span>
          <p class="said">{answer.text}</p>
          {answer.is === "sent" ? (
            <p class="small">Sending…</p>
          ) : (
            <div class="actions">
              <p class="small">{answer.is === "unsure" ? "This may not have arrived." : "This was not taken."}</p>
              <button type="button" class="button button-small button-quiet" onClick={() => props.again(answer)}>
                Send again
              </button>
              <button type="button" class="button button-small button-quiet" onClick={() => props.drop(answer)}>
                Remove
              </button>
            </div>
          )}
        </li>
      ))}
    </ol>
  )
}

function Line({ turn, partner }: { turn: Turn; partner: string }) {
  const mine = turn.speaker === "candidate"
  return (
    <li
      class={`line line-${turn.speaker}`}
      data-turn={turn.turnId}
      data-speaker={turn.speaker}
      data-open={turn.open ? "" : undefined}
    >
      <span class="who">{mine ? "You" : partner}</span>
      {turn.startedMs !== null && <span class="when">{clock(turn.startedMs)}</span>}
      <p class="said">{turn.available ? <Said turn={turn} /> : <em>(no transcript of this answer)</em>}</p>
      {turn.typed && <span class="how">typed</span>}
    </li>
  )
}

/** What was not heard, because it was spoken over, is told apart. */
function Said({ turn }: { turn: Turn }) {
  const heard = turn.interrupted?.heardText
  if (heard === undefined || !turn.text.startsWith(heard) || heard === turn.text) return <>{turn.text}</>
  return (
    <>
      {heard && `${heard} –`}
      <span class="visually-hidden"> interrupted; not heard: </span>
      <span class="unheard"> {turn.text.slice(heard.length).trim()}</span>
    </>
  )
}

/** A turn of no words, such as a cough, is no line. */
function isWorthALine(turn: Turn): boolean {
  return turn.text !== "" || (!turn.available && turn.speaker === "candidate")
}

/** Stay at the end while it grows, unless someone has scrolled up to read. */
function useFollow(box: { current: HTMLDivElement | null }, grows: readonly unknown[]): void {
  const follows = useRef(true)
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const scrolled = () => {
      follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40
    }
    element.addEventListener("scroll", scrolled, { passive: true })
    return () => element.removeEventListener("scroll", scrolled)
  }, [])
  useEffect(() => {
    const element = box.current
    if (element !== null && follows.current) element.scrollTop = element.scrollHeight
  }, grows)
}
