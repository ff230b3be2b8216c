/** The call: what is going on, what is said, and the ways to steer it. */

import { useEffect, useRef, useState } from "preact/hooks"
import type { PracticeSession } from "../session/client"
import { type SessionState, onPhone } from "../session/sessionState"
import type { Turn } from "../session/state"
import { CallTrouble, isGone, stoppedOf } from "./callTrouble"
import { keep, kept } from "./kept"
import { LevelMeter } from "./level"
import { endOf } from "./numbers"
import { Screen, useNow } from "./parts"
import { Dialling } from "./phoneCall"
import { callingWords, isBeforeAnswer } from "./phoneWords"
import { number } from "./phoning"
import { level, scenarios, session, speaking, state } from "./practice"
import { Transcript, TypedLines } from "./transcript"
import { type LineWords, clock, lineWords, partnerOf, statusWords } from "./words"

export function Call() {
  const practice = session.value
  const now = state.value
  if (practice === null) return <Beginning />
  const title = scenarios.value.find(
    (each) => each.scenarioId === (now.call.scenarioId ?? practice.form?.scenarioId),
  )?.title
  return (
    <Screen name="call" title={title ?? "Your practice"}>
      <CallHead practice={practice} now={now} />
      <CallTrouble practice={practice} now={now} />
      {!isGone(stoppedOf(now)) &&
        (onPhone(now) && isBeforeAnswer(now.call.status) ? (
          <Dialling practice={practice} now={now} />
        ) : (
          <Conversation practice={practice} now={now} />
        ))}
    </Screen>
  )
}

/** The browser is asked for the microphone; there is no session yet. */
function Beginning() {
  return (
    <Screen name="call" title="Your practice">
      <p class="status status-wait" role="status">
        Connecting…
      </p>
    </Screen>
  )
}

function CallHead({ practice, now }: { practice: PracticeSession; now: SessionState }) {
  const time = useNow(true)
  const minutes = Number(now.call.configuration?.config.lengthMinutes ?? practice.form?.config.lengthMinutes)
  const { plan } = now.call
  const words = statusOf(now, time)
  const elapsedMs = useElapsed(practice, now)
  useEffect(() => {
    document.title = `${words.text} – Greenroom`
  }, [words.text])
  return (
    <div class="call-head">
      <p class={`status status-${tone(now)}`} role="status">
        <span>
          {words.text}
          <span aria-hidden="true">{words.count}</span>
        </span>
      </p>
      <p class="call-clock">
        <span class="visually-hidden">Time: </span>
        {clock(elapsedMs)}
        {minutes > 0 && <span class="of"> / {clock(minutes * 60_000)}</span>}
      </p>
      {plan && (
        <p class="call-plan">
          {plan.title}
          <span class="of">
            {" "}
            · part {plan.index} of {plan.count}
          </span>
        </p>
      )}
    </div>
  )
}

/** While a connection is missing the server stops its clock, though this page can't be told so yet. */
function useElapsed(practice: PracticeSession, now: SessionState): number {
  const { logs, voice, call } = now
  const shown = useRef({ clock: call.clock, elapsedMs: practice.elapsedMs })
  const known = logs.is === "open" && (voice.is === "open" || onPhone(now) || call.status !== "connected")
  if (known || shown.current.clock !== call.clock) shown.current = { clock: call.clock, elapsedMs: practice.elapsedMs }
  return shown.current.elapsedMs
}

function statusOf(now: SessionState, time: number): LineWords {
  const only = (text: string) => ({ text, count: "" })
  const { call, logs, voice } = now
  if (stoppedOf(now) !== null) return only("Not connected")
  const phone = onPhone(now)
  if (now.ending) return only(phone && isBeforeAnswer(call.status) ? "Cancelling…" : "Ending…")
  if (now.sound === "blocked" && voice.is === "off") return only("Waiting for you")
  const line = lineWords(logs, time) ?? lineWords(voice, time)
  if (line !== null) return line
  // As it was before a refresh: it is not so again before the connections are there.
  if (call.status === "connected" && !isThere(now)) return only("Reconnecting…")
  const calling = phone ? callingWords(call.status, endOf(number.value)) : null
  if (calling !== null) return only(logs.is === "open" || call.status === "idle" ? calling : "Reconnecting…")
  return only(
    statusWords({
      status: call.status,
      speaking: speaking.value,
      lastSpeaker: call.turns.findLast((turn) => !turn.open && turn.text !== "")?.speaker ?? null,
      open: openSpeaker(call.turns),
      muted: now.muted,
      partner: partnerOf(call.scenarioId),
    }),
  )
}

function openSpeaker(turns: readonly Turn[]): Turn["speaker"] | null {
  return turns.findLast((turn) => turn.open)?.speaker ?? null
}

function tone(now: SessionState): "good" | "wait" | "bad" {
  if (now.logs.is === "stopped" || now.voice.is === "stopped") return "bad"
  return now.call.status === "connected" && isThere(now) ? "good" : "wait"
}

/** All connections that this page has in it. */
function isThere(now: SessionState): boolean {
  return now.logs.is === "open" && (now.voice.is === "open" || onPhone(now))
}

function Conversation({ practice, now }: { practice: PracticeSession; now: SessionState }) {
  const [captions, setCaptions] = useState(kept().captions)
  const [typing, setTyping] = useState(practice.typing)
  const { call } = now
  const stopped = stoppedOf(now) !== null
  const live = now.logs.is === "open" && call.status === "connected" && !now.ending && !stopped
  const micOn = now.microphone === "on"
  useEffect(() => {
    if (practice.typing) setTyping(true)
  }, [practice.typing, now.microphone])
  const showCaptions = () => {
    setCaptions(!captions)
    keep({ captions: !captions })
  }
  return (
    <>
      {captions ? (
        <Transcript turns={call.turns} partner={partnerOf(call.scenarioId)} live>
          {call.turns.length === 0 && <p class="empty">What is said appears here.</p>}
          <TypedLines
            typed={now.typed}
            drop={(answer) => practice.dropTyped(answer.clientTurnId)}
            again={(answer) => practice.type(answer.text) && practice.dropTyped(answer.clientTurnId)}
          />
        </Transcript>
      ) : (
        <div class="transcript transcript-live transcript-hidden">
          <p class="empty">Captions are off. Everything is in the transcript afterwards.</p>
        </div>
      )}
      {typing && !stopped && <TypeBox practice={practice} live={live} focus={!practice.typing} />}
      <div class="controls" role="group" aria-label="Controls" hidden={stopped}>
        <div class="actions">
          <Cue practice={practice} cue="moment" live={live}>
            I need a moment
          </Cue>
          <Cue practice={practice} cue="repeat" live={live}>
            Repeat
          </Cue>
          <Cue practice={practice} cue="skip" live={live}>
            Skip
          </Cue>
          <button type="button" class="button button-quiet" aria-expanded={typing} onClick={() => setTyping(!typing)}>
            Type instead
          </button>
        </div>
        <div class="actions">
          {micOn && (
            <button
              type="button"
              class="button button-quiet"
              aria-pressed={now.muted}
              onClick={() => practice.mute(!now.muted)}
            >
              {now.muted ? "Unmute" : "Mute"}
              {!now.muted && <LevelMeter levelOf={() => level.peek()} />}
            </button>
          )}
          <button type="button" class="button button-quiet" aria-pressed={captions} onClick={showCaptions}>
            Captions
          </button>
          <button
            type="button"
            class="button button-end"
            disabled={now.ending || now.sessionId === null}
            onClick={() => practice.end()}
          >
            {now.ending ? "Ending…" : "End"}
          </button>
        </div>
      </div>
    </>
  )
}

function Cue(props: { practice: PracticeSession; cue: "moment" | "repeat" | "skip"; live: boolean; children: string }) {
  return (
    <button
      type="button"
      class="button button-quiet"
      disabled={!props.live}
      onClick={() => props.practice.cue(props.cue)}
    >
      {props.children}
    </button>
  )
}

const LONGEST_ANSWER = 5_000

function TypeBox({ practice, live, focus }: { practice: PracticeSession; live: boolean; focus: boolean }) {
  const [text, setText] = useState("")
  const box = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (focus) box.current?.focus()
  }, [])
  const over = text.length - LONGEST_ANSWER
  const send = () => {
    const answer = text.trim()
    if (answer !== "" && over <= 0 && live && practice.type(answer)) setText("")
    box.current?.focus()
  }
  return (
    <form
      class="type-box"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <label for="typed-answer">Your answer</label>
      <div class="row">
        <textarea
          id="typed-answer"
          ref={box}
          rows={2}
          value={text}
          aria-describedby="typed-help"
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
            event.preventDefault()
            send()
          }}
        />
        <button type="submit" class="button" disabled={!live || text.trim() === "" || over > 0}>
          Send
        </button>
      </div>
      <p id="typed-help" class={over > 0 ? "fault" : "help"}>
        {over > 0 ? `That is ${over} characters too long.` : "Enter sends it, Shift and Enter begins a new line."}
      </p>
    </form>
  )
}
