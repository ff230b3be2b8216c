/** What the page says about phone calls: whether one is possible, what is left, and where one stands. Pure. */

import type { PhoneLimits } from "../session/rest"
import type { Status } from "../session/state"
import { countryName } from "./numbers"
import { sentence } from "./words"

/** Why no call is possible now, and what is before the time until one is; null: nobody knows when. */
export interface Closed {
  readonly title: string
  readonly again: string | null
}

const CLOSED: Record<string, Closed> = {
  cooldown: { title: "This number was called a moment ago", again: "You can call it again in" },
  calls_per_number_per_hour: { title: "This number has had its calls for now", again: "You can call it again in" },
  calls_per_address_per_hour: { title: "You have had your calls for now", again: "You can make the next one in" },
  daily_call_budget: { title: "All of today’s phone calls have been made", again: "The next ones are possible in" },
  calls_at_once: { title: "All phone lines are taken", again: "We look again in" },
  number_in_call: { title: "This number is in a call already", again: "We look again in" },
}

export function closedWords(code: string | null): Closed {
  return CLOSED[code ?? ""] ?? { title: "Phone calls are not possible at the moment", again: null }
}

const NUMBER_CODES = ["bad_phone_number", "country_not_allowed", "number_not_allowed"]

/** What is wrong with the number itself, in words; null when nothing is. */
export function numberFault(phone: Pick<PhoneLimits, "code" | "message" | "countries">): string | null {
  if (!NUMBER_CODES.includes(phone.code ?? "")) return null
  if (phone.code !== "country_not_allowed") return sentence(phone.message ?? "This number can’t be called")
  const names = (phone.countries ?? []).map(countryName)
  return `Numbers of this country are not called from here, only of: ${names.join(", ")}.`
}

/** What is left, in a sentence; null when nothing limits it. */
export function leftWords(phone: PhoneLimits): string | null {
  const left: string[] = []
  const { callsLeftForNumber, callsLeftForAddress, callsLeftToday } = phone
  if (callsLeftForNumber != null) left.push(`${callsLeftForNumber} to this number this hour`)
  if (callsLeftForAddress != null) left.push(`${callsLeftForAddress} from you this hour`)
  if (callsLeftToday != null) left.push(`${callsLeftToday} from this server today`)
  return left.length === 0 ? null : `Calls left: ${left.join(", ")}.`
}

const BEFORE_ANSWER: readonly Status[] = ["idle", "calling", "ringing"]

/** Nobody has picked up yet: it can be cancelled. */
export function isBeforeAnswer(status: Status): boolean {
  return BEFORE_ANSWER.includes(status)
}

/** Where a call stands before anybody talks, as the provider tells it; null: as in any session. `end`: `…42`, if known. */
export function callingWords(status: Status, end: string): string | null {
  const phone = end === "" ? "your phone" : end
  switch (status) {
    case "idle":
      return "Preparing the call…"
    case "calling":
      return `Calling ${phone}`
    case "ringing":
      return `Ringing ${phone}`
    case "connecting":
      return "Picked up. Connecting…"
    case "interrupted":
      return "Paused while the phone’s line comes back"
    default:
      return null
  }
}

/** What to do meanwhile. */
export function callingHelp(status: Status): string {
  return status === "ringing"
    ? "Pick up, and the conversation begins. What is said appears here."
    : "Keep your phone at hand. It rings in a moment."
}
