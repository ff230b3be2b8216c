/** The set-up form, checked as one types. What passes here passes the server, too. Pure. */

import type { Field, Scenario } from "../session/rest"

/** Texts as they were typed, by the field's name. */
export type Answers = Readonly<Record<string, string>>

/** What is wrong with this answer, in words; null when nothing is. */
export function faultOf(field: Field, answer: string): string | null {
  const text = answer.trim()
  if (text === "") return field.required ? `${field.label} is needed.` : null
  switch (field.kind) {
    case "text": {
      const over = field.maxLength === undefined ? 0 : lengthOf(text) - field.maxLength
      return over > 0 ? `That is ${over} ${over === 1 ? "character" : "characters"} too long.` : null
    }
    case "number":
      return faultOfNumber(field, text)
    case "choice":
      return field.choices?.some((choice) => String(choice.value) === text) ? null : "Please choose one of these."
  }
}

/** As the server counts: an emoji is one character. */
export function lengthOf(text: string): number {
  return [...text].length
}

/** Every field with what was answered before, or its default. */
export function answersFor(scenario: Scenario, before: Answers): Answers {
  return Object.fromEntries(
    scenario.fields.map((field) => {
      const kept = before[field.name]
      const usual = String(field.default ?? "")
      return [
        field.name,
        kept !== undefined && (kept === "" || faultOf(field, kept) === null || field.kind === "text") ? kept : usual,
      ]
    }),
  )
}

export function faultsOf(scenario: Scenario, answers: Answers): Record<string, string> {
  const faults: Record<string, string> = {}
  for (const field of scenario.fields) {
    const fault = faultOf(field, answers[field.name] ?? "")
    if (fault !== null) faults[field.name] = fault
  }
  return faults
}

/** What is sent: numbers as numbers, and nothing for what was left empty. */
export function configOf(scenario: Scenario, answers: Answers): Record<string, unknown> {
  const config: Record<string, unknown> = {}
  for (const field of scenario.fields) {
    const text = (answers[field.name] ?? "").trim()
    if (text !== "") config[field.name] = valueOf(field, text)
  }
  return config
}

/** The answers that a configuration was made from. */
export function answersOf(config: Readonly<Record<string, unknown>>): Answers {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value ?? "")]))
}

function valueOf(field: Field, text: string): unknown {
  if (field.kind === "number") return Number(text)
  if (field.kind === "choice") return field.choices?.find((choice) => String(choice.value) === text)?.value ?? text
  return text
}

function faultOfNumber(field: Field, text: string): string | null {
  const number = Number(text)
  if (!Number.isFinite(number)) return "Please enter a number."
  if (field.min != null && number < field.min) return `At least ${field.min}.`
  if (field.max != null && number > field.max) return `At most ${field.max}.`
  return null
}
