/** After the call: why it ended, what was said, and the way to the next one. */

import { onPhone } from "../session/sessionState"
import { downloadJson, downloadText } from "./download"
import { Screen } from "./parts"
import { callAgain } from "./phoning"
import { again, rest, session, state, toSetup, wanted, formOf } from "./practice"
import { Transcript } from "./transcript"
import { clock, endWords, partnerOf } from "./words"

export function Ended() {
  const practice = session.value
  if (practice === null) return null
  const { call, sessionId } = state.value
  const phone = onPhone(state.value)
  const words = endWords(call.reason, phone)
  const erased = call.reason === "erased"
  const partner = partnerOf(call.scenarioId)
  const said = call.turns.some((turn) => turn.text !== "")
  const edit = () => {
    wanted.value = practice.form ?? formOf(state.value) ?? wanted.value
    toSetup()
  }
  return (
    <Screen name="ended" title={words.title}>
      <p class="lead" role="status">
        {words.text}
      </p>
      {!call.endStored && (
        <p class="fault">The server could not save the end of this practice. Keep a copy of the transcript.</p>
      )}
      <div class="actions">
        <button type="button" class="button button-large" onClick={() => void (phone ? callAgain() : again())}>
          Practise again
        </button>
        <button type="button" class="button button-quiet" onClick={edit}>
          Change something first
        </button>
      </div>
      {/* What a report says about the practice has its place here. */}
      {!erased && (
        <section aria-labelledby="ended-transcript">
          <div class="section-head">
            <h2 id="ended-transcript">Transcript</h2>
            {practice.elapsedMs > 0 && <p class="small">{clock(practice.elapsedMs)} in all</p>}
          </div>
          {said ? <Transcript turns={call.turns} partner={partner} /> : <p class="empty">Nothing was said.</p>}
          {said && sessionId !== null && (
            <div class="actions">
              <button
                type="button"
                class="button button-small button-quiet"
                onClick={() => downloadText(sessionId, call)}
              >
                Save as text
              </button>
              <button
                type="button"
                class="button button-small button-quiet"
                onClick={() =>
                  void rest.events(sessionId).then(
                    (events) => downloadJson(sessionId, events),
                    () => downloadJson(sessionId, call),
                  )
                }
              >
                Save as JSON
              </button>
            </div>
          )}
        </section>
      )}
    </Screen>
  )
}
