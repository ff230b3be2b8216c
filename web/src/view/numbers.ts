/**
 * Phone numbers as one types them: shown in the groups of their country, sent with its code. What is a number, and whether it
 * is called, the server judges. Pure.
 */

export interface Country {
  /** ISO 3166. */
  readonly id: string
  /** What numbers begin with that come from elsewhere, without the plus sign. */
  readonly code: string
  /** A number as it is written behind the code. */
  readonly example: string
}

/** What the field holds, and for which country. */
export interface Typed {
  readonly country: string
  readonly text: string
}

/** Fewer digits are nobody's number yet. */
const FEWEST_DIGITS = 5
/** ITU-T E.164 has no longer ones. */
const MOST_DIGITS = 15

/** Countries by the examples of the server, `+44 7400 123456`. */
export function countriesOf(examples: Readonly<Record<string, string>>): Country[] {
  return Object.entries(examples).flatMap(([id, example]) => {
    const found = /^\+(\d+)[ -](.+)$/.exec(example)
    return found === null ? [] : [{ id, code: found[1]!, example: found[2]! }]
  })
}

/** The country that somebody with these languages is likely to be in, else the first. */
export function likelyCountry(countries: readonly Country[], languages: readonly string[]): string {
  for (const language of languages) {
    const region = regionOf(language)
    if (countries.some((country) => country.id === region)) return region!
  }
  return countries[0]?.id ?? ""
}

function regionOf(language: string): string | undefined {
  try {
    return new Intl.Locale(language).maximize().region
  } catch {
    return undefined
  }
}

export function countryName(id: string): string {
  try {
    return new Intl.DisplayNames(["en"], { type: "region" }).of(id) ?? id
  } catch {
    return id
  }
}

/**
 * What the field holds after somebody typed `text` there. A number with a country's code chooses that country, if it is one of
 * these; else it stays as it is.
 */
export function typed(countries: readonly Country[], country: string, text: string): Typed {
  const digits = digitsOf(text).slice(0, MOST_DIGITS)
  const here = countries.find(({ id }) => id === country)
  if (!text.trim().startsWith("+"))
    return { country, text: here === undefined ? digits : grouped(digits, here.example) }
  const meant = [...(here ? [here] : []), ...countries].find(({ code }) => digits.startsWith(code))
  if (meant === undefined) return { country, text: `+${digits}` }
  return { country: meant.id, text: grouped(digits.slice(meant.code.length), meant.example) }
}

/** With the country's code and nothing but digits; empty as long as it can't be a number. */
export function dialled(countries: readonly Country[], { country, text }: Typed): string {
  const digits = digitsOf(text)
  if (digits.length < FEWEST_DIGITS) return ""
  if (text.startsWith("+")) return `+${digits}`
  const code = countries.find(({ id }) => id === country)?.code
  return code === undefined ? "" : `+${code}${digits}`
}

/** The same number in these groups, `+44 ## #### ####`, as the server writes it; a zero ahead of it goes. */
export function regrouped(countries: readonly Country[], now: Typed, groups: string): Typed {
  const code = countries.find(({ id }) => id === now.country)?.code
  const shape = new RegExp(`^\\+${code}[ -](.+)$`).exec(groups)?.[1]
  const digits = digitsOf(now.text)
  const ahead = digits.length - (shape?.replace(/[^#]/g, "").length ?? 0)
  if (shape === undefined || now.text.startsWith("+") || !/^0?$/.test(digits.slice(0, ahead)) || ahead < 0) return now
  const rest = [...digits.slice(ahead)]
  return { country: now.country, text: shape.replace(/#/g, () => rest.shift()!) }
}

/** For the eye: `…42`. */
export function endOf(number: string): string {
  return number === "" ? "" : `…${number.slice(-2)}`
}

/** Where the cursor belongs that had so many digits behind it: next to the digit before it, so that a key can delete that. */
export function cursorAhead(text: string, digits: number): number {
  let at = text.length
  if (digits === 0) return at
  for (let seen = 0; at > 0 && seen < digits; at--) if (/\d/.test(text[at - 1]!)) seen++
  while (at > 0 && !/[\d+]/.test(text[at - 1]!)) at--
  return at
}

export function digitsOf(text: string): string {
  return text.replace(/\D/g, "")
}

/** In the groups of the example. A zero that is dialled inside the country only stays ahead of its first group. */
function grouped(digits: string, example: string): string {
  const ahead = digits.startsWith("0") && !example.startsWith("0") ? "0" : ""
  const rest = [...digits.slice(ahead.length)]
  let shown = ahead
  for (const sign of example) {
    if (rest.length === 0) break
    shown += /\d/.test(sign) ? rest.shift()! : sign
  }
  return shown + rest.join("")
}
