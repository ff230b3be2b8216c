/** A tab that is not the one: another takes part, this one looks on. */

import { onPhone } from "../session/sessionState"
import { Panel, Screen, useNow } from "./parts"
import { session, state, takeOver, toSetup } from "./practice"
import { Transcript } from "./transcript"
import { clock, lineWords, partnerOf, stopWords } from "./words"

export function Elsewhere() {
  const practice = session.value
  const now = state.value
  const time = useNow(true)
  if (practice === null) return null
  const { sessionId, call, logs } = now
  const line = lineWords(logs, time)
  return (
    <Screen name="elsewhere" title="Your practice is in another tab">
      {logs.is === "stopped" ? (
        <Panel title={stopWords(logs.why).title} text={stopWords(logs.why).text}>
          <button type="button" class="button" onClick={() => (logs.why === "gave_up" ? practice.retry() : toSetup())}>
            {logs.why === "gave_up" ? "Try again" : "Set up a new practice"}
          </button>
        </Panel>
      ) : (
        <>
          <p class="lead">
            {onPhone(now)
              ? "You’re looking on here: you talk on your phone, and the buttons are in the other tab or window."
              : "You’re looking on here: the microphone and the sound are in the other tab or window."}
          </p>
          <div class="call-head">
            <p class="status status-wait" role="status">
              <span>
                {line?.text ?? (call.status === "interrupted" ? "Paused" : "Looking on")}
                <span aria-hidden="true">{line?.count}</span>
              </span>
            </p>
            <p class="call-clock">{clock(practice.elapsedMs)}</p>
          </div>
          <div class="actions">
            {sessionId !== null && (
              <button type="button" class="button" onClick={() => void takeOver(sessionId)}>
                Continue here instead
              </button>
            )}
          </div>
        </>
      )}
      <Transcript turns={call.turns} partner={partnerOf(call.scenarioId)} live />
    </Screen>
  )
}
