/** Set up: what is practised, and the form that its scenario asks for. */

import { useEffect, useRef, useState } from "preact/hooks"
import type { Field, NewSession, Scenario } from "../session/rest"
import { type Answers, answersFor, answersOf, configOf, faultOf, faultsOf, lengthOf } from "./form"
import { keep, kept } from "./kept"
import { Panel, RefusalPanel, Screen } from "./parts"
import { Where } from "./phone"
import { callMe, closed, fault, looking, usesPhone, waiting } from "./phoning"
import {
  endRunning,
  goOn,
  limits,
  loadScenarios,
  refusal,
  running,
  scenarios,
  toCheck,
  unreachable,
  wanted,
} from "./practice"
import { named } from "./words"

export function Setup() {
  if (unreachable.value !== null) {
    return (
      <Screen name="setup" title="Set up your practice">
        <RefusalPanel refusal={unreachable.value} again={() => void loadScenarios()} />
      </Screen>
    )
  }
  return (
    <Screen name="setup" title="Set up your practice">
      <p class="lead">A conversation out loud, with nobody watching. Choose what you want to practise.</p>
      <Running />
      <Refused />
      {scenarios.value.length === 0 ? <p role="status">Loading…</p> : <SetupForm all={scenarios.value} />}
    </Screen>
  )
}

/** A call can be tried again from here. */
function Refused() {
  const form = wanted.value
  if (refusal.value === null) return null
  if (usesPhone.value && form !== null) {
    return <RefusalPanel refusal={refusal.value} again={() => void callMe(form)} />
  }
  return <RefusalPanel refusal={refusal.value} again={() => (refusal.value = null)} label="All right" />
}

function Running() {
  const sessionId = running.value
  if (sessionId === null) return null
  return (
    <Panel
      kind="note"
      title="You have a practice that is still running"
      text="Its page was closed or reloaded before it was over."
    >
      <button type="button" class="button" onClick={() => goOn(sessionId)}>
        Continue it
      </button>
      <button type="button" class="button button-quiet" onClick={() => void endRunning(sessionId)}>
        End it
      </button>
    </Panel>
  )
}

function SetupForm({ all }: { all: Scenario[] }) {
  const [scenarioId, setScenarioId] = useState(
    () => wanted.value?.scenarioId ?? kept().scenarioId ?? all[0]!.scenarioId,
  )
  const scenario = all.find((each) => each.scenarioId === scenarioId) ?? all[0]!
  const choose = (id: string) => {
    setScenarioId(id)
    keep({ scenarioId: id })
  }
  return (
    <>
      <fieldset class="scenarios">
        <legend class="visually-hidden">What do you want to practise?</legend>
        {all.map((each) => (
          <label key={each.scenarioId} class="scenario">
            <input
              type="radio"
              name="scenario"
              value={each.scenarioId}
              checked={each.scenarioId === scenario.scenarioId}
              onChange={() => choose(each.scenarioId)}
            />
            <span>{each.title}</span>
          </label>
        ))}
      </fieldset>
      <ScenarioForm key={scenario.scenarioId} scenario={scenario} />
    </>
  )
}

function ScenarioForm({ scenario }: { scenario: Scenario }) {
  const before = kept().forms[scenario.scenarioId]
  const made = wanted.value?.scenarioId === scenario.scenarioId ? wanted.value : null
  const [answers, setAnswers] = useState<Answers>(() =>
    answersFor(scenario, made === null ? (before?.answers ?? {}) : answersOf(made.config)),
  )
  const [voice, setVoice] = useState(() => {
    const last = made?.voice ?? before?.voice ?? ""
    return scenario.voices.includes(last) ? last : scenario.defaultVoice
  })
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const form = useRef<HTMLFormElement>(null)
  const faults = faultsOf(scenario, answers)

  useEffect(() => {
    keep({ forms: { ...kept().forms, [scenario.scenarioId]: { answers: { ...answers }, voice } } })
  }, [answers, voice])

  const submit = (event: Event) => {
    event.preventDefault()
    const wrong = scenario.fields.find((field) => faults[field.name] !== undefined)
    if (wrong !== undefined) {
      setLeft(new Set(scenario.fields.map((field) => field.name)))
      const inputs = form.current?.elements.namedItem(wrong.name)
      const input = inputs instanceof RadioNodeList ? inputs[0] : inputs
      if (input instanceof HTMLElement) input.focus()
      return
    }
    keep({ scenarioId: scenario.scenarioId })
    const made = { scenarioId: scenario.scenarioId, config: configOf(scenario, answers), voice }
    if (usesPhone.value) void call(made)
    else toCheck(made)
  }
  const call = async (made: NewSession) => {
    if (closed.value?.soon) {
      waiting.value = waiting.value === null ? made : null
      return
    }
    await callMe(made)
    if (fault.value !== null) document.getElementById("field-phone")?.focus()
  }

  return (
    <form ref={form} class="form" noValidate onSubmit={submit}>
      <p class="description">{scenario.description}</p>
      {scenario.fields.map((field) => (
        <FieldRow
          key={field.name}
          field={field}
          answer={answers[field.name] ?? ""}
          fault={left.has(field.name) || isTooMuch(field, answers[field.name] ?? "") ? faults[field.name] : undefined}
          change={(answer) => setAnswers((now) => ({ ...now, [field.name]: answer }))}
          leave={() => setLeft((now) => new Set(now).add(field.name))}
        />
      ))}
      {scenario.voices.length > 1 && (
        <div class="field">
          <label for="field-voice">Voice</label>
          <select id="field-voice" name="voice" value={voice} onChange={(event) => setVoice(event.currentTarget.value)}>
            {scenario.voices.map((each) => (
              <option key={each} value={each}>
                {named(each)}
              </option>
            ))}
          </select>
        </div>
      )}
      <Where />
      <Keeping />
      <div class="actions">
        <Submit />
      </div>
    </form>
  )
}

function Submit() {
  const shut = closed.value
  const off = usesPhone.value && (looking.value || (shut !== null && !shut.soon))
  const how = !shut?.soon ? "Call me" : waiting.value === null ? "Call me then" : "Don’t wait"
  return (
    <button type="submit" class="button button-large" disabled={off}>
      {usesPhone.value ? how : "Continue"}
    </button>
  )
}

/** A text that is too long is told while it is typed; what is missing, once the field was left. */
function isTooMuch(field: Field, answer: string): boolean {
  return answer.trim() !== "" && field.kind !== "choice" && faultOf(field, answer) !== null && field.kind === "text"
}

interface RowProps {
  field: Field
  answer: string
  fault: string | undefined
  change: (answer: string) => void
  leave: () => void
}

function FieldRow(props: RowProps) {
  const { field, answer, fault } = props
  if (field.kind === "choice" && (field.choices?.length ?? 0) <= 4) return <Choices {...props} />
  const id = `field-${field.name}`
  const described = [field.help && `${id}-help`, fault && `${id}-fault`].filter(Boolean).join(" ")
  return (
    <div class={fault ? "field field-wrong" : "field"}>
      <label for={id}>
        {field.label}
        {!field.required && field.kind === "text" && <span class="optional"> optional</span>}
      </label>
      <Input {...props} id={id} described={described} />
      <div class="field-notes">
        {fault ? (
          <p id={`${id}-fault`} class="fault">
            {fault}
          </p>
        ) : (
          field.help && (
            <p id={`${id}-help`} class="help">
              {field.help}
            </p>
          )
        )}
        {field.multiline && field.maxLength && (
          <p class="count">
            {lengthOf(answer.trim())}/{field.maxLength}
          </p>
        )}
      </div>
    </div>
  )
}

function Input(props: RowProps & { id: string; described: string }) {
  const { field, answer, fault, change, leave, id, described } = props
  const shared = {
    id,
    name: field.name,
    value: answer,
    required: field.required,
    "aria-invalid": fault ? true : undefined,
    "aria-describedby": described || undefined,
    onBlur: leave,
  } as const
  if (field.kind === "choice") {
    return (
      <select {...shared} onChange={(event) => change(event.currentTarget.value)}>
        {field.choices?.map((choice) => (
          <option key={choice.value} value={String(choice.value)}>
            {choice.label}
          </option>
        ))}
      </select>
    )
  }
  if (field.multiline) return <textarea {...shared} rows={5} onInput={(event) => change(event.currentTarget.value)} />
  const number = field.kind === "number"
  return (
    <input
      {...shared}
      type="text"
      inputMode={number ? "decimal" : "text"}
      class={number ? "short" : undefined}
      autoComplete="off"
      onInput={(event) => change(event.currentTarget.value)}
    />
  )
}

function Choices({ field, answer, fault, change }: RowProps) {
  return (
    <fieldset class={fault ? "field field-wrong" : "field"}>
      <legend>{field.label}</legend>
      <div class="choices">
        {field.choices?.map((choice) => (
          <label key={choice.value} class="choice">
            <input
              type="radio"
              name={field.name}
              value={String(choice.value)}
              checked={String(choice.value) === answer}
              onChange={() => change(String(choice.value))}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
      {fault ? <p class="fault">{fault}</p> : field.help && <p class="help">{field.help}</p>}
    </fieldset>
  )
}

function Keeping() {
  const days = limits.value?.keepDays
  const how = days === undefined ? "The transcript is kept on this server" : keptFor(days)
  return <p class="keeping">{how}, and you can erase it at any time. Your voice is not recorded.</p>
}

function keptFor(days: number): string {
  if (days === 0) return "The transcript is kept on this server"
  return `The transcript is kept on this server for ${days} ${days === 1 ? "day" : "days"}`
}
