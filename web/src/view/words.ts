/** What the page says, in words that a person understands. Pure. */

import type { StopCode } from "../session/closing"
import type { LineState } from "../session/line"
import type { MicrophoneFault } from "../session/microphone"
import { RestError, Unreachable } from "../session/rest"
import type { Status } from "../session/state"

export interface Words {
  readonly title: string
  readonly text: string
}

/** Who speaks with the candidate, by what is practised. */
const PARTNERS: Record<string, string> = {
  job_interview: "Interviewer",
  customer_service: "Customer",
  medical_consultation: "Patient",
  language_practice: "Partner",
  sales_call: "Prospect",
}

export function partnerOf(scenarioId: string | null): string {
  return PARTNERS[scenarioId ?? ""] ?? "Partner"
}

// Why it ended.

const ENDS: Record<string, Words> = {
  user_ended: { title: "You ended the practice", text: "Everything that was said up to then is below." },
  caller_hung_up: { title: "You ended the practice", text: "Everything that was said up to then is below." },
  interviewer_ended: { title: "That’s the end of the practice", text: "You went through the whole plan. Well done." },
  time_limit: { title: "Time’s up", text: "The practice lasted as long as you had chosen." },
  silence: {
    title: "It went quiet",
    text: "Nothing was heard for over a minute, so the practice was saved and ended.",
  },
  budget: { title: "Today’s practice time is used up", text: "This server allows so much a day. Come back tomorrow." },
  caller_lost: {
    title: "Your connection was lost",
    text: "It didn’t come back in time. What was said up to then is kept.",
  },
  engine_lost: {
    title: "The voice dropped out",
    text: "The connection to the voice on the other side was lost and didn’t come back. It isn’t your fault; please try again.",
  },
  engine_refused: {
    title: "The voice couldn’t be started",
    text: "This server’s voice isn’t available just now. Trying again may help; if it doesn’t, tell whoever runs this server.",
  },
  rate_limited: { title: "Too many practices at once", text: "Please wait a little before you try again." },
  expired: { title: "This practice was never begun", text: "It waited for 15 minutes and was closed." },
  erased: { title: "This practice was erased", text: "It was erased in another place, and its transcript with it." },
  reset: { title: "The server ended all practices", text: "Whoever runs it has reset it. You can begin again now." },
  drained: { title: "The server had to stop", text: "It is being restarted. What was said up to then is kept." },
  node_lost: {
    title: "The server stopped unexpectedly",
    text: "What was said up to then is kept. You can begin again.",
  },
  log_unavailable: {
    title: "The practice couldn’t be saved",
    text: "The server can’t store what is said, so it ended the practice. Tell whoever runs this server.",
  },
  no_answer: { title: "Nobody answered", text: "The phone rang, and nobody picked up." },
  busy: { title: "The line was busy", text: "Try again when the phone is free." },
  failed: {
    title: "The call failed",
    text: "The phone could not be reached. Check the number, or try again in a while.",
  },
  voicemail: { title: "Voicemail answered", text: "A machine picked up, so we hung up." },
  cancelled: { title: "You cancelled the call", text: "Nothing was said." },
}

/** On the phone they are other ones. */
const PHONE_ENDS: Record<string, Words> = {
  caller_hung_up: { title: "You hung up", text: "Everything that was said up to then is below." },
  caller_lost: {
    title: "The phone’s line was lost",
    text: "It didn’t come back in time. What was said up to then is kept.",
  },
}

export function endWords(reason: string | null, phone = false): Words {
  const words = phone ? PHONE_ENDS[reason ?? ""] : undefined
  if (words !== undefined) return words
  return ENDS[reason ?? ""] ?? { title: "The practice is over", text: "What was said is below." }
}

/** For a list: the end in a few words. */
export function endInShort(status: string, reason: string | null, phone = false): string {
  if (status !== "ended") return status === "idle" ? "Not begun" : "Running"
  return reason === "interviewer_ended" ? "Completed" : endWords(reason, phone).title
}

// The microphone.

export type Browser = "chrome" | "edge" | "firefox" | "safari" | "ios" | "android" | "other"

export function browserOf(userAgent: string): Browser {
  if (/iPhone|iPad|iPod/.test(userAgent)) return "ios"
  if (/Android/.test(userAgent)) return "android"
  if (/Edg\//.test(userAgent)) return "edge"
  if (/Firefox\//.test(userAgent)) return "firefox"
  if (/Chrome\/|Chromium\//.test(userAgent)) return "chrome"
  if (/Safari\//.test(userAgent)) return "safari"
  return "other"
}

const ALLOW: Record<Browser, string> = {
  chrome: "Click the icon to the left of the address, switch Microphone on, and try again.",
  edge: "Click the lock to the left of the address, set Microphone to Allow, and try again.",
  firefox: "Click the crossed-out microphone to the left of the address, remove the block, and try again.",
  safari: "In the menu, choose Safari, then Settings for this website, set Microphone to Allow, and try again.",
  ios: "Tap the icon beside the address, then Website Settings, set Microphone to Allow, and try again.",
  android: "Tap the icon to the left of the address, then Permissions, allow the microphone, and try again.",
  other: "Allow the microphone for this page in your browser’s settings, and try again.",
}

export function microphoneWords(fault: MicrophoneFault, browser: Browser): Words {
  switch (fault) {
    case "refused":
      return { title: "The microphone is not allowed", text: ALLOW[browser] }
    case "refused_by_system":
      return {
        title: "Your system doesn’t let this browser use the microphone",
        text: "Allow it in your computer’s privacy settings, under Microphone, and try again.",
      }
    case "absent":
      return { title: "No microphone was found", text: "Plug one in or switch it on, and try again." }
    case "busy":
      return {
        title: "The microphone is in use",
        text: "Another program is using it. Close that program’s call or recording, and try again.",
      }
    case "unplugged":
      return { title: "The microphone was unplugged", text: "Plug it in again or choose another one." }
    case "insecure":
      return {
        title: "This page can’t use a microphone",
        text: "Browsers allow one only on a secure address that begins with https://. Ask whoever runs this server for it, or type instead.",
      }
    case "unreachable":
      return {
        title: "A part of this page could not be loaded",
        text: "The server can’t be reached just now. Check your connection, and try again.",
      }
    case "unsupported":
      return { title: "This browser can’t capture sound", text: "Please use a newer browser, or type instead." }
    case "failed":
      return { title: "The microphone didn’t start", text: "Try again, or choose another one." }
  }
}

export const SILENT_MICROPHONE: Words = {
  title: "Nothing is coming from your microphone",
  text: "Is it muted on the device itself, or is another microphone the right one?",
}

// The connection.

const STOPS: Record<StopCode, Words> = {
  ticket_refused: {
    title: "The server didn’t let this page in",
    text: "Its pass had expired. Try again to get a new one.",
  },
  not_yours: {
    title: "This practice belongs to someone else",
    text: "It was begun in another browser, or this browser’s cookies were deleted.",
  },
  no_such_session: {
    title: "This practice was erased",
    text: "It was erased in another place, and its transcript with it.",
  },
  replaced: { title: "This practice moved", text: "It is now running in another tab or window." },
  refused: {
    title: "The server refused this page",
    text: "Reload the page. If that doesn’t help, tell whoever runs this server.",
  },
  too_large: { title: "Something was too long for the server", text: "Shorten what you typed, and try again." },
  unsupported: { title: "The server didn’t understand this page", text: "Reload it to get the version that fits." },
  gave_up: {
    title: "The server can’t be reached",
    text: "We tried ten times. What was said so far is safe. Check your connection, and try again.",
  },
}

const NEVER_BEGUN: Words = {
  title: "The server has lost this practice",
  text: "It stopped before the practice had begun. Nothing was said yet; please begin again.",
}

/** `begun`: something of it was read before. */
export function stopWords(why: StopCode, begun = true): Words {
  return why === "no_such_session" && !begun ? NEVER_BEGUN : STOPS[why]
}

/** What is shown while a connection is missing. The count changes every second: it is for the eye, not for a reader. */
export interface LineWords {
  readonly text: string
  readonly count: string
}

/** Null when the connection is there. `now` is on the clock of `performance.now()`. */
export function lineWords(line: LineState, now: number): LineWords | null {
  if (line.is === "connecting" && line.attempt > 1) return { text: "Reconnecting…", count: "" }
  if (line.is !== "waiting") return null
  if (line.until === null) return { text: "You’re offline. We’ll go on as soon as the network is back.", count: "" }
  const text = line.limited ? "Too many connections. Trying again" : "Connection lost. Reconnecting"
  return { text, count: ` in ${duration(Math.max(0, line.until - now))}.` }
}

export function duration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`
}

export interface Moment {
  status: Status
  speaking: boolean
  lastSpeaker: "candidate" | "interviewer" | null
  open: "candidate" | "interviewer" | null
  muted: boolean
  partner: string
}

/** What is going on, for `role=status`. */
export function statusWords({ status, speaking, lastSpeaker, open, muted, partner }: Moment): string {
  switch (status) {
    case "idle":
    case "connecting":
      return "Connecting…"
    case "calling":
      return "Calling…"
    case "ringing":
      return "Ringing…"
    case "interrupted":
      return "Paused while the connection comes back"
    case "ending":
      return "Saying goodbye…"
    case "ended":
      return "Over"
    case "connected":
      if (open === "candidate") return "Listening"
      if (speaking || open === "interviewer") return `${partner} is speaking`
      if (lastSpeaker === "candidate") return "Thinking…"
      return muted ? "You’re muted" : lastSpeaker === null ? "Connected" : "Your turn"
  }
}

// What was refused.

/** Why no practice could be made; `untilMs` is how long until it may succeed. */
export interface Refusal extends Words {
  readonly code: string
  readonly waitMs: number | null
  readonly requestId: string | null
}

const REFUSALS: Record<string, Words> = {
  server_full: { title: "All places are taken", text: "Somebody else will be done soon." },
  draining: { title: "The server is about to restart", text: "It takes new practices again in a moment." },
  starting: { title: "The server is starting", text: "It is ready in a moment." },
  rate_limited: { title: "That was a lot of practices in a short time", text: "You can begin the next one soon." },
  log_unavailable: { title: "The server can’t save anything just now", text: "Please try again in a moment." },
  not_yours: { title: "This practice belongs to someone else", text: "It was begun in another browser." },
  no_such_session: { title: "This practice is gone", text: "It was erased, or was kept long enough." },
  phone_off: { title: "Phone calls are switched off", text: "You can practise in this browser instead." },
  phone_not_configured: {
    title: "This server makes no phone calls any more",
    text: "You can practise in this browser instead.",
  },
  origin_refused: {
    title: "The server doesn’t know this address",
    text: "Whoever runs it must set GREENROOM_PUBLIC_ORIGIN to the address that you use.",
  },
}
const DEFAULT_WAIT_MS = 5_000

export function refusalWords(error: unknown): Refusal {
  if (error instanceof Unreachable) {
    const text = "Check your connection. If other pages work, the server may be down."
    return { title: "The server can’t be reached", text, code: "unreachable", waitMs: null, requestId: null }
  }
  if (!(error instanceof RestError)) {
    return {
      title: "Something went wrong",
      text: "Reload the page and try again.",
      code: "fault",
      waitMs: null,
      requestId: null,
    }
  }
  const { code, requestId } = error
  const passes = (error.status === 429 || error.status === 503) && code !== "phone_off"
  const waitMs = passes ? (error.retryAfterMs ?? DEFAULT_WAIT_MS) : null
  const words = REFUSALS[code] ?? { title: "The server said no", text: sentence(error.message) }
  return { ...words, code, waitMs, requestId }
}

export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}

/** What the server said about something that was asked for during the call. */
export function troubleWords(asked: string, code: string, message: string): string {
  if (code === "voice_locked") return "The voice can’t be changed once it has spoken."
  if (code === "stale_revision" || code === "revision_conflict")
    return "The settings were changed in another place since."
  if (code === "rate_limited") return "That was a little fast. Wait a moment and try again."
  if (code === "out_of_order") {
    if (asked === "text") return "That answer came when it couldn’t be taken. You can send it again."
    return "That’s not possible at this moment."
  }
  return sentence(message)
}

// Times.

export function clock(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000)
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`
}

export function day(at: string, language?: string): string {
  return new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" })
}

/** `calm_voice` as `Calm voice`. */
export function named(value: string): string {
  const words = value.replace(/[_-]+/g, " ")
  return words.charAt(0).toUpperCase() + words.slice(1)
}
