/** The phone as it is chosen: which number, whether it may be called, and the call itself. */

import { computed, signal } from "@preact/signals"
import type { NewSession, PhoneLimits } from "../session/rest"
import { keep, kept } from "./kept"
import { type Country, type Typed, countriesOf, dialled, likelyCountry, regrouped, typed } from "./numbers"
import { numberFault } from "./phoneWords"
import { beginCall, channel, choose, formOf, limits, refusal, rest, session, state, toSetup, wanted } from "./practice"

/** What the server said when it was asked about a number, and when it opens on the clock of `performance.now()`. */
export interface Standing {
  readonly number: string
  readonly phone: PhoneLimits
  readonly opensAtMs: number | null
  /** It opens while one can wait for it. */
  readonly soon: boolean
}

const SOON_S = 120

/** In memory alone: a refresh forgets it. */
const field = signal<Typed | null>(null)
export const standing = signal<Standing | null>(null)
/** What the field lacks before anybody is asked. */
const missing = signal<string | null>(null)
export const looking = signal(false)
/** What is going to be called about as soon as the limits allow it. */
export const waiting = signal<NewSession | null>(null)

export const countries = computed<Country[]>(() => countriesOf(limits.value?.phone?.examples ?? {}))

/** There is a phone to choose, though its calls may be used up just now. */
export const offersPhone = computed(() => {
  const code = limits.value?.phone?.code
  return countries.value.length > 0 && code !== "phone_not_configured" && code !== "phone_off"
})
export const usesPhone = computed(() => offersPhone.value && channel.value === "phone")

export const entered = computed<Typed>(() => {
  if (field.value !== null) return field.value
  const { country } = kept()
  const known = countries.value.some(({ id }) => id === country)
  return { country: known ? country! : likelyCountry(countries.value, navigator.languages), text: "" }
})
/** As it is dialled; empty as long as it can't be a number. */
export const number = computed(() => dialled(countries.value, entered.value))
export const fault = computed(() => missing.value ?? (standing.value && numberFault(standing.value.phone)))
/** No call is possible just now, whatever the number is. */
export const closed = computed(() => {
  const found = standing.value
  return found !== null && !found.phone.available && numberFault(found.phone) === null ? found : null
})

export function enter(country: string, text: string): Typed {
  const before = number.peek()
  field.value = typed(countries.value, country, text)
  missing.value = null
  if (number.peek() !== before) standing.value = refusal.value = waiting.value = null
  return field.value
}

let asked = 0

/** Ask the server about the number, or without one about calls as such. Null: it could not be asked. */
export async function look(): Promise<Standing | null> {
  const about = number.peek()
  const mine = ++asked
  try {
    const { phone } = await rest.limits(about)
    if (phone === undefined) return null
    const waitS = phone.available ? 0 : (phone.retryAfterSeconds ?? 0)
    const opensAtMs = waitS > 0 ? performance.now() + waitS * 1000 : null
    const found = { number: about, phone, opensAtMs, soon: waitS > 0 && waitS <= SOON_S }
    if (mine === asked && about === number.peek()) show(found)
    return found
  } catch {
    return null // whether it is possible is told when it is tried
  }
}

function show(found: Standing): void {
  const { groups } = found.phone
  if (groups !== undefined) field.value = regrouped(countries.value, entered.peek(), groups)
  standing.value = { ...found, number: number.peek() }
}

/** The field was left, or the phone chosen: once for each number. */
export function lookOnce(): void {
  if (!looking.peek() && standing.peek()?.number !== number.peek()) void look()
}

/** The time is over that a limit had told: look again, and call whoever waits for it. */
export async function opened(): Promise<void> {
  if (waiting.peek() !== null) await callMe(waiting.peek()!)
  else await look()
}

/** Have the number called. When it can't be, the field or the limits tell; `waiting` stays for a limit that opens soon. */
export async function callMe(form: NewSession): Promise<void> {
  if (looking.peek()) return
  if (number.peek() === "") {
    missing.value = "The number to call is needed."
    return
  }
  looking.value = true
  const found = await look()
  looking.value = false
  if (found !== null && !found.phone.available) {
    if (!found.soon) waiting.value = null
    return
  }
  waiting.value = null
  standing.value = null // a call changes it
  keep({ country: entered.peek().country })
  await beginCall(form, number.peek())
  // One of the phone's own limits has been reached since; when it opens, they tell.
  if (refusal.peek()?.code === "rate_limited" && (await look())?.phone.available === false) refusal.value = null
}

/** The same once more, as soon as the limits allow it; without the number, which a refresh has forgotten, it is asked for. */
export async function callAgain(): Promise<void> {
  const form = session.value?.form ?? formOf(state.value) ?? wanted.value
  toSetup()
  choose("phone")
  if (form === null) return
  wanted.value = form
  if (number.peek() === "") missing.value = "Please type the number again. It isn’t kept."
  else {
    waiting.value = form
    await callMe(form)
  }
}
