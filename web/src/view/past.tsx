/** One practice of before, as its log tells it. */

import { useEffect, useState } from "preact/hooks"
import { BEFORE, type CallState, type StoredEvent, reduce } from "../session/state"
import { downloadJson, downloadText } from "./download"
import { Erase } from "./history"
import { RefusalPanel, Screen } from "./parts"
import { flow, formOf, goOn, rest, scenarios, toCheck } from "./practice"
import { Transcript } from "./transcript"
import { type Refusal, day, endInShort, named, partnerOf, refusalWords } from "./words"

export function Past({ sessionId }: { sessionId: string }) {
  const [call, setCall] = useState<CallState | null>(null)
  const [events, setEvents] = useState<unknown[]>([])
  const [refused, setRefused] = useState<Refusal | null>(null)
  const load = async () => {
    try {
      const found = (await rest.events(sessionId)) as StoredEvent[]
      setEvents(found)
      setCall(found.reduce(reduce, BEFORE))
      setRefused(null)
    } catch (error) {
      setRefused(refusalWords(error))
    }
  }
  useEffect(() => void load(), [sessionId])
  const erase = async () => {
    try {
      await rest.erase(sessionId)
      location.hash = "#history"
    } catch (error) {
      setRefused(refusalWords(error))
    }
  }
  const scenario = scenarios.value.find((each) => each.scenarioId === call?.scenarioId)
  return (
    <Screen name="past" title={scenario?.title ?? "A practice"}>
      <p>
        <a href="#history">All my practices</a>
      </p>
      {refused && <RefusalPanel refusal={refused} again={() => void load()} />}
      {call === null && !refused && <p role="status">Loading…</p>}
      {call !== null && (
        <>
          <p class="lead">
            {call.startedAt && day(call.startedAt)} · {endInShort(call.status, call.reason, call.channel === "phone")}
          </p>
          <Made call={call} />
          <div class="actions">
            <Onwards call={call} sessionId={sessionId} />
            <button type="button" class="button button-quiet" onClick={() => downloadText(sessionId, call)}>
              Save as text
            </button>
            <button type="button" class="button button-quiet" onClick={() => downloadJson(sessionId, events)}>
              Save as JSON
            </button>
            <Erase what="this practice" erase={() => void erase()} />
          </div>
          <section aria-labelledby="past-transcript">
            <h2 id="past-transcript">Transcript</h2>
            {call.turns.length === 0 ? (
              <p class="empty">Nothing was said.</p>
            ) : (
              <Transcript turns={call.turns} partner={partnerOf(call.scenarioId)} />
            )}
          </section>
        </>
      )}
    </Screen>
  )
}

function Onwards({ call, sessionId }: { call: CallState; sessionId: string }) {
  const form = formOf({ call })
  if (call.status !== "ended") {
    const go = () => {
      location.hash = ""
      goOn(sessionId)
    }
    // In this page it is a click away already.
    if (flow.value === "call" || flow.value === "elsewhere") return null
    return (
      <button type="button" class="button" onClick={go}>
        Continue it
      </button>
    )
  }
  if (form === null) return null
  const repeat = () => {
    location.hash = ""
    toCheck(form)
  }
  return (
    <button type="button" class="button" onClick={repeat}>
      Practise this again
    </button>
  )
}

/** The form that it was made with. */
function Made({ call }: { call: CallState }) {
  const made = call.configuration
  if (made === null) return null
  const fields = scenarios.value.find((each) => each.scenarioId === made.scenarioId)?.fields ?? []
  const shown = Object.entries(made.config).filter(([, value]) => value !== "" && value !== null)
  return (
    <dl class="made">
      {shown.map(([name, value]) => {
        const field = fields.find((each) => each.name === name)
        const choice = field?.choices?.find((each) => each.value === value)
        return (
          <div key={name}>
            <dt>{field?.label ?? named(name)}</dt>
            <dd>{choice?.label ?? String(value)}</dd>
          </div>
        )
      })}
    </dl>
  )
}
