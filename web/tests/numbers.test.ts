import { describe, expect, test } from "vitest"
import {
  countriesOf,
  countryName,
  cursorAhead,
  dialled,
  endOf,
  likelyCountry,
  regrouped,
  typed,
} from "../src/view/numbers"

const ALL = countriesOf({
  DE: "+49 1512 3456789",
  GB: "+44 7400 123456",
  IT: "+39 312 345 6789",
  US: "+1 201-555-0123",
})

test("a country is its code and how numbers are written behind it", () => {
  expect(ALL[1]).toEqual({ id: "GB", code: "44", example: "7400 123456" })
  expect(ALL[3]).toEqual({ id: "US", code: "1", example: "201-555-0123" })
  expect(countriesOf({ XX: "no number" })).toEqual([])
  expect(countryName("GB")).toBe("United Kingdom")
})

test.each([
  [["de-AT", "en-GB"], "GB"],
  [["de"], "DE"],
  [["en"], "US"],
  [["fr-FR"], "DE"],
  [["not a language!", "it"], "IT"],
  [[], "DE"],
])("somebody who reads %j is likely in %s", (languages, country) => {
  expect(likelyCountry(ALL, languages)).toBe(country)
})

describe("what is typed", () => {
  test.each([
    ["GB", "7", "7"],
    ["GB", "74001", "7400 1"],
    ["GB", "7400123456", "7400 123456"],
    ["GB", "07400123456", "07400 123456"],
    ["US", "2015550123", "201-555-0123"],
    ["US", "(201) 555 01", "201-555-01"],
    ["DE", "15123456789", "1512 3456789"],
    ["GB", "74001234567890", "7400 1234567890"],
    ["GB", "call me", ""],
    ["GB", "", ""],
    ["GB", "123456789012345678", "1234 56789012345"],
  ])("in %s, %j is shown as %j", (country, text, shown) => {
    expect(typed(ALL, country, text)).toEqual({ country, text: shown })
  })

  test.each([
    ["GB", "+1 201 555 0123", { country: "US", text: "201-555-0123" }],
    ["US", "+447400123456", { country: "GB", text: "7400 123456" }],
    ["US", "+1", { country: "US", text: "" }],
    ["US", "+", { country: "US", text: "+" }],
    ["US", "+33142685300", { country: "US", text: "+33142685300" }],
  ])("a country's code chooses the country: in %s, %j", (country, text, expected) => {
    expect(typed(ALL, country, text)).toEqual(expected)
  })

  test.each([
    [{ country: "GB", text: "7400 123456" }, "+447400123456"],
    [{ country: "GB", text: "07400 123456" }, "+4407400123456"],
    [{ country: "US", text: "+33142685300" }, "+33142685300"],
    [{ country: "GB", text: "740" }, ""],
    [{ country: "nowhere", text: "740012345" }, ""],
  ])("%j is dialled as %j", (now, number) => {
    expect(dialled(ALL, now)).toBe(number)
  })

  test("typing digit by digit comes to the same as all at once", () => {
    for (const [country, digits] of [
      ["GB", "2079460958"],
      ["US", "2125550123"],
      ["DE", "030123456"],
    ] as const) {
      let text = ""
      for (const digit of digits) text = typed(ALL, country, text + digit).text
      expect(text).toBe(typed(ALL, country, digits).text)
      expect(text.replace(/\D/g, "")).toBe(digits)
    }
  })
})

describe("the groups that the server writes a number in", () => {
  test.each([
    ["GB", "02079 460958", "+44 ## #### ####", "20 7946 0958"],
    ["GB", "2079 460958", "+44 ## #### ####", "20 7946 0958"],
    ["US", "2015550123", "+1 ###-###-####", "201-555-0123"],
    ["IT", "06 1234 5678", "+39 ## #### ####", "06 1234 5678"],
  ])("in %s, %j comes to %j: %j", (country, text, groups, shown) => {
    expect(regrouped(ALL, { country, text }, groups).text).toBe(shown)
  })

  test.each([
    ["GB", "2079 460958", "+33 # ## ## ## ##"],
    ["GB", "+33142685300", "+33 # ## ## ## ##"],
    ["GB", "2079", "+44 ## #### ####"],
    ["GB", "992079460958", "+44 ## #### ####"],
    ["nowhere", "2079", "+44 ## #### ####"],
  ])("are none of another number's: in %s, %j and %j", (country, text, groups) => {
    const now = { country, text }
    expect(regrouped(ALL, now, groups)).toBe(now)
  })
})

test("the cursor stays ahead of the digits that were behind it, and next to the one before", () => {
  expect(cursorAhead("7400 123456", 0)).toBe(11)
  expect(cursorAhead("7400 123456", 6)).toBe(4)
  expect(cursorAhead("7400 123456", 7)).toBe(3)
  expect(cursorAhead("7400", 9)).toBe(0)
})

test("of a number only the end is shown", () => {
  expect(endOf("+447400123456")).toBe("…56")
  expect(endOf("")).toBe("")
})
