/** What is wrong during a call, one thing at a time, the worst first, each with its way out. */

import { useEffect, useRef, useState } from "preact/hooks"
import type { PracticeSession } from "../session/client"
import type { SessionState } from "../session/sessionState"
import type { StopCode } from "../session/closing"
import { Panel } from "./parts"
import { again, level, openMicrophone, rest, speaking, takeOver, takePart, toSetup } from "./practice"
import { SILENT_MICROPHONE, browserOf, microphoneWords, stopWords, troubleWords } from "./words"

interface Props {
  practice: PracticeSession
  now: SessionState
}

export function CallTrouble({ practice, now }: Props) {
  const stopped = stoppedOf(now)
  if (stopped !== null) return <Stopped practice={practice} now={now} why={stopped} />
  if (now.ending && now.logs.is === "waiting") {
    return (
      <Panel
        kind="note"
        title="The server can’t be reached just now"
        text="We go on trying. If it stays away, it ends your practice by itself; what was said is kept."
      >
        <button type="button" class="button button-quiet" onClick={toSetup}>
          Don’t wait
        </button>
      </Panel>
    )
  }
  if (now.sound === "blocked") {
    return (
      <Panel
        kind="note"
        title="Your practice goes on here"
        text="Your browser wants a tap before it plays sound or uses the microphone."
      >
        <button type="button" class="button" onClick={takePart}>
          Tap to continue
        </button>
      </Panel>
    )
  }
  if (now.delivery === "unanswered") {
    return (
      <Panel
        title="The server didn’t confirm your settings"
        text="It may be busy. You can wait, or end this practice and begin again."
      >
        <button type="button" class="button" onClick={() => practice.form && practice.configure(practice.form)}>
          Send them again
        </button>
      </Panel>
    )
  }
  const failed = now.call.configuration?.failed
  return (
    <>
      {failed && (
        <Panel
          title="The settings could not be applied"
          text={troubleWords("configuration", failed.code, failed.message)}
        />
      )}
      {now.sound === "silent" && (
        <Panel
          kind="note"
          title="This page can’t play sound here"
          text="Read what the other side says in the captions, and type your answers."
        />
      )}
      {now.call.lostLegs.engine && (
        <Panel
          kind="note"
          title="The voice on the other side dropped out"
          text="It is being brought back. Nothing that you said is lost."
        />
      )}
      {now.call.notice && now.call.notice.code !== "engine_refused" && (
        <Panel kind="note" title={now.call.notice.message} />
      )}
      <MicrophoneTrouble practice={practice} now={now} />
      {now.trouble && <Trouble practice={practice} trouble={now.trouble} />}
    </>
  )
}

/** What was there belongs to somebody else, or to nobody any more. */
export function isGone(why: StopCode | null): boolean {
  return why === "no_such_session" || why === "not_yours"
}

/** Which of the two connections gave up, and why; that it is over is told by the screen for it. */
export function stoppedOf({ logs, voice, call, ending }: SessionState): StopCode | null {
  if (call.status === "ended" || (ending && logs.is !== "stopped")) return null
  if (logs.is === "stopped") return logs.why
  return voice.is === "stopped" ? voice.why : null
}

function Stopped({ practice, now, why }: Props & { why: StopCode }) {
  const begun = now.call.scenarioId !== null
  const words = stopWords(why, begun)
  const sessionId = now.sessionId
  const gone = isGone(why)
  const leave = () => {
    // Moved, it goes on elsewhere; otherwise nobody is left to speak in it. If this can't be asked, it ends by itself.
    if (!gone && why !== "replaced" && sessionId !== null) rest.end(sessionId).catch(() => {})
    toSetup()
  }
  return (
    <Panel title={words.title} text={words.text}>
      {why === "replaced" && sessionId !== null && (
        <button type="button" class="button" onClick={() => void takeOver(sessionId)}>
          Continue here
        </button>
      )}
      {!gone && why !== "replaced" && (
        <button type="button" class="button" onClick={() => tryAgain(practice)}>
          Try again
        </button>
      )}
      {gone && !begun && (
        <button type="button" class="button" onClick={() => void again()}>
          Begin again
        </button>
      )}
      <button type="button" class={gone && begun ? "button" : "button button-quiet"} onClick={leave}>
        {gone ? "Set up a new practice" : "Leave this practice"}
      </button>
    </Panel>
  )
}

/** What was let go of when a connection stopped for good is opened again. */
function tryAgain(practice: PracticeSession): void {
  practice.retry()
  if (practice.state.sound === "off") takePart()
}

function MicrophoneTrouble({ practice, now }: Props) {
  const silent = useSilent(now)
  const fault = now.microphone
  if (fault === "none" || fault === "on" || fault === "opening") {
    return silent ? <Panel kind="note" title={SILENT_MICROPHONE.title} text={SILENT_MICROPHONE.text} /> : null
  }
  const words = microphoneWords(fault, browserOf(navigator.userAgent))
  const never = fault === "insecure" || fault === "unsupported"
  const reopen = async () => {
    try {
      practice.replaceMicrophone(await openMicrophone())
    } catch {
      // The panel stands as it is: the reason is the one that it shows, or the next attempt says another.
    }
  }
  return (
    <Panel title={words.title} text={words.text} small={never ? undefined : "You can also type your answers."}>
      {!never && (
        <button type="button" class="button" onClick={() => void reopen()}>
          Try again
        </button>
      )}
    </Panel>
  )
}

function Trouble({ practice, trouble }: { practice: PracticeSession; trouble: NonNullable<SessionState["trouble"]> }) {
  return (
    <Panel
      title={troubleWords(trouble.asked, trouble.code, trouble.message)}
      small={
        trouble.code === "internal_error" && trouble.requestId
          ? `If you ask for help, name this request: ${trouble.requestId}`
          : undefined
      }
    >
      <button type="button" class="button button-small button-quiet" onClick={() => practice.dismissTrouble()}>
        All right
      </button>
    </Panel>
  )
}

const SILENT_MS = 5_000
/** Below this is less than the smallest step of a 16-bit sample: nothing at all, not a quiet room. */
const NOTHING = 0.00002

/** The microphone has brought nothing at all for a while. */
function useSilent(now: SessionState): boolean {
  const [silent, setSilent] = useState(false)
  const soundAt = useRef(performance.now())
  const listening = now.microphone === "on" && !now.muted && now.call.status === "connected"
  useEffect(() => {
    soundAt.current = performance.now()
    setSilent(false)
    if (!listening) return
    const stop = level.subscribe((peak) => {
      if (peak > NOTHING || speaking.peek()) soundAt.current = performance.now()
    })
    const timer = setInterval(() => setSilent(performance.now() - soundAt.current > SILENT_MS), 500)
    return () => {
      stop()
      clearInterval(timer)
    }
  }, [listening])
  return silent
}
