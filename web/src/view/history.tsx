/** What was practised before. */

import { useEffect, useState } from "preact/hooks"
import type { SessionSummary } from "../session/rest"
import { Panel, RefusalPanel, Screen } from "./parts"
import { rest, scenarios } from "./practice"
import { type Refusal, day, duration, endInShort, refusalWords } from "./words"

export function History() {
  const [found, setFound] = useState<SessionSummary[] | null>(null)
  const [next, setNext] = useState<string | null>(null)
  const [refused, setRefused] = useState<Refusal | null>(null)
  const [erased, setErased] = useState(0)

  const load = async (after: string | null) => {
    try {
      const page = await rest.sessions(after)
      setFound((before) => [...(after === null ? [] : (before ?? [])), ...page.sessions])
      setNext(page.next)
      setRefused(null)
    } catch (error) {
      setRefused(refusalWords(error))
    }
  }
  useEffect(() => void load(null), [])
  const erase = async (sessionId: string) => {
    try {
      await rest.erase(sessionId)
      setFound((before) => before?.filter((each) => each.sessionId !== sessionId) ?? null)
      setErased((before) => before + 1)
    } catch (error) {
      setRefused(refusalWords(error))
    }
  }
  return (
    <Screen name="history" title="My practices">
      <p class="visually-hidden" role="status">
        {erased > 0 && "The practice was erased."}
      </p>
      {refused && <RefusalPanel refusal={refused} again={() => void load(null)} />}
      {found === null && !refused && <p role="status">Loading…</p>}
      {found?.length === 0 && (
        <Panel kind="note" title="Nothing here yet" text="What you practise in this browser is listed here.">
          <a class="button" href="#">
            Set up a practice
          </a>
        </Panel>
      )}
      {found !== null && found.length > 0 && (
        <ul class="history">
          {found.map((each) => (
            <Item key={each.sessionId} session={each} erase={() => void erase(each.sessionId)} />
          ))}
        </ul>
      )}
      {next !== null && (
        <div class="actions">
          <button type="button" class="button button-quiet" onClick={() => void load(next)}>
            Show more
          </button>
        </div>
      )}
    </Screen>
  )
}

function Item({ session, erase }: { session: SessionSummary; erase: () => void }) {
  const title = scenarios.value.find((each) => each.scenarioId === session.scenarioId)?.title ?? session.scenarioId
  const lasted = session.endedAt === null ? null : Date.parse(session.endedAt) - Date.parse(session.createdAt)
  return (
    <li class="history-item" data-session={session.sessionId}>
      <div class="history-what">
        <a href={`#history/${session.sessionId}`}>{title}</a>
        <p class="small">
          {day(session.createdAt)}
          {session.channel === "phone" && " · by phone"}
          {lasted !== null && lasted > 0 && ` · ${duration(lasted)}`} ·{" "}
          {endInShort(session.status, session.reason, session.channel === "phone")}
        </p>
      </div>
      <Erase what={`${title}, ${day(session.createdAt)}`} erase={erase} />
    </li>
  )
}

/** Erasing can't be taken back, so it is asked for twice. */
export function Erase({ what, erase }: { what: string; erase: () => void }) {
  const [sure, setSure] = useState(false)
  if (!sure) {
    return (
      <button type="button" class="button button-small button-quiet" onClick={() => setSure(true)}>
        Erase<span class="visually-hidden"> {what}</span>
      </button>
    )
  }
  return (
    <div class="actions" role="group" aria-label={`Erase ${what}?`}>
      <button type="button" class="button button-small button-end" onClick={erase} ref={(button) => button?.focus()}>
        Erase for good
      </button>
      <button type="button" class="button button-small button-quiet" onClick={() => setSure(false)}>
        Keep
      </button>
    </div>
  )
}
