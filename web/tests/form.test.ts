import { describe, expect, test } from "vitest"
import type { Field, Scenario } from "../src/session/rest"
import { answersFor, answersOf, configOf, faultOf, faultsOf, lengthOf } from "../src/view/form"

const field = (more: Partial<Field>): Field => ({
  name: "it",
  label: "It",
  kind: "text",
  required: false,
  default: null,
  help: "",
  ...more,
})
const title = field({ name: "title", label: "Job title", required: true, maxLength: 10 })
const text = field({ name: "text", label: "Description", maxLength: 5000, multiline: true })
const length = field({
  name: "length",
  label: "Length",
  kind: "choice",
  default: 10,
  choices: [5, 10].map((value) => ({ value, label: `${value} minutes` })),
})
const count = field({ name: "count", label: "How many", kind: "number", default: 3, min: 1, max: 5 })
const scenario: Scenario = {
  scenarioId: "s",
  title: "S",
  description: "",
  fields: [title, text, length, count],
  voices: ["heart"],
  defaultVoice: "heart",
}

describe("what is typed", () => {
  test.each([
    [title, "", "Job title is needed."],
    [title, "   ", "Job title is needed."],
    [title, "Nurse", null],
    [title, "1234567890", null],
    [title, " 1234567890 ", null],
    [title, "12345678901", "That is 1 character too long."],
    [text, "", null],
    [text, "x".repeat(5000), null],
    [text, "x".repeat(5002), "That is 2 characters too long."],
    [length, "5", null],
    [length, "7", "Please choose one of these."],
    [count, "3", null],
    [count, "2.5", null],
    [count, "0", "At least 1."],
    [count, "6", "At most 5."],
    [count, "many", "Please enter a number."],
  ])("in %o: %j gives %j", (which, answer, fault) => expect(faultOf(which as Field, answer)).toBe(fault))

  test("is counted as the server counts: an emoji is one character", () => {
    expect(lengthOf("👩‍⚕️".normalize())).toBe([..."👩‍⚕️"].length)
    expect(faultOf(title, "👍".repeat(10))).toBeNull()
  })

  test("script is a text like any other", () => {
    expect(faultOf(field({ maxLength: 120 }), "<script>alert(1)</script>")).toBeNull()
  })
})

describe("the form", () => {
  test("begins with the defaults", () => {
    expect(answersFor(scenario, {})).toEqual({ title: "", text: "", length: "10", count: "3" })
  })

  test("begins with what was typed the last time, as far as it still fits", () => {
    const before = { title: "Nurse", length: "7", count: "4", gone: "x" }
    expect(answersFor(scenario, before)).toEqual({ title: "Nurse", text: "", length: "10", count: "4" })
  })

  test("names every fault", () => {
    expect(faultsOf(scenario, { title: "", length: "5", count: "9" })).toEqual({
      title: "Job title is needed.",
      count: "At most 5.",
    })
  })

  test("is sent with numbers as numbers, trimmed, and without what is empty", () => {
    const answers = { title: " Nurse ", text: "", length: "5", count: "2" }
    expect(configOf(scenario, answers)).toEqual({ title: "Nurse", length: 5, count: 2 })
  })

  test("comes back from the configuration that it made", () => {
    const answers = { title: "Nurse", text: "Nights", length: "5", count: "2" }
    expect(answersFor(scenario, answersOf(configOf(scenario, answers)))).toEqual(answers)
  })
})
