/** A session's events, one after another, as what is shown. Pure: the same events give the same state. */

import type { AnyEvent, Envelope, ErrorMessage, Speaker, TranscriptDelta } from "../protocol"

export type StoredEvent = AnyEvent & Envelope

export type Status = "idle" | "connecting" | "calling" | "ringing" | "connected" | "interrupted" | "ending" | "ended"

export interface Turn {
  readonly turnId: string
  readonly speaker: Speaker
  /** The caption so far while it is open, what was said once it is closed. */
  readonly text: string
  readonly open: boolean
  /** On the session's audio clock; null until it is known. */
  readonly startedMs: number | null
  readonly endedMs: number | null
  /** False: no transcript came for it. */
  readonly available: boolean
  readonly typed: boolean
  /** Up to where it was heard, when it was spoken over. */
  readonly interrupted: { readonly heardText: string; readonly heardMs: number } | null
}

export interface Plan {
  readonly stepId: string
  readonly title: string
  readonly index: number
  readonly count: number
}

export interface Configuration {
  readonly revision: number
  readonly scenarioId: string
  readonly config: Readonly<Record<string, unknown>>
  readonly voice: string
  readonly applied: boolean
  readonly failed: { readonly code: string; readonly message: string } | null
}

/** The time of the conversation, which stands still while a leg is missing. Times are the server's. */
export interface Clock {
  /** What had passed when it last stopped. */
  readonly beforeMs: number
  /** Since when it runs, as Unix milliseconds; null while it stands. */
  readonly runsSince: number | null
}

export interface CallState {
  readonly status: Status
  readonly reason: string | null
  /** False: the end itself could not be stored. */
  readonly endStored: boolean
  readonly scenarioId: string | null
  readonly channel: string | null
  readonly startedAt: string | null
  readonly configuration: Configuration | null
  readonly turns: readonly Turn[]
  readonly plan: Plan | null
  readonly clock: Clock
  /** Legs that are missing just now, with the code of their loss. */
  readonly lostLegs: Readonly<Partial<Record<"caller" | "engine", string>>>
  readonly notice: { readonly code: string; readonly message: string } | null
  readonly report: "none" | "ready" | "failed"
}

export const BEFORE: CallState = {
  status: "idle",
  reason: null,
  endStored: true,
  scenarioId: null,
  channel: null,
  startedAt: null,
  configuration: null,
  turns: [],
  plan: null,
  clock: { beforeMs: 0, runsSince: null },
  lostLegs: {},
  notice: null,
  report: "none",
}

/** The state after this event; an event of a kind that this page does not know changes nothing. */
export function reduce(state: CallState, event: StoredEvent): CallState {
  switch (event.type) {
    case "session.created":
      return { ...state, scenarioId: event.scenarioId, channel: event.channel, startedAt: event.at }
    case "configuration.accepted": {
      const { revision, scenarioId, config, voice } = event
      return {
        ...state,
        scenarioId,
        configuration: { revision, scenarioId, config, voice, applied: false, failed: null },
      }
    }
    case "configuration.applied":
      return configured(state, event.revision, { applied: true, failed: null })
    case "configuration.failed":
      return configured(state, event.revision, { failed: { code: event.code, message: event.message } })
    case "call.status_changed":
      return {
        ...state,
        status: event.status as Status,
        reason: event.reason ?? state.reason,
        endStored: event.stored ?? state.endStored,
        clock: clockAfter(state.clock, event.status, Date.parse(event.at)),
      }
    case "turn.started":
      if (state.turns.some((turn) => turn.turnId === event.turnId)) return state
      return { ...state, turns: [...state.turns, fresh(event.turnId, event.speaker)] }
    case "turn.completed":
      return turned(state, event.turnId, event.speaker, {
        text: event.text,
        open: false,
        startedMs: event.startedMs,
        endedMs: event.endedMs,
        available: event.available ?? true,
        typed: event.typed ?? false,
      })
    case "turn.interrupted":
      return turned(state, event.turnId, "interviewer", {
        interrupted: { heardText: event.heardText, heardMs: event.heardMs },
      })
    case "plan.advanced": {
      const { stepId, title, index, count } = event
      return { ...state, plan: { stepId, title, index, count } }
    }
    case "leg.lost":
      return { ...state, lostLegs: { ...state.lostLegs, [event.leg]: event.code } }
    case "leg.restored": {
      const { [event.leg]: _restored, ...lostLegs } = state.lostLegs
      return { ...state, lostLegs }
    }
    case "notice":
      return { ...state, notice: { code: event.code, message: event.message } }
    case "report.ready":
      return { ...state, report: "ready" }
    case "report.failed":
      return { ...state, report: "failed" }
    default:
      return state
  }
}

/** A live caption: it counts only while its turn is open. */
export function caption(state: CallState, delta: TranscriptDelta): CallState {
  const turn = state.turns.find((turn) => turn.turnId === delta.turnId)
  return turn?.open ? turned(state, delta.turnId, turn.speaker, { text: delta.text }) : state
}

/** What has passed of the conversation, at this time of the server's clock. */
export function elapsedMs(clock: Clock, serverNowMs: number): number {
  return clock.beforeMs + (clock.runsSince === null ? 0 : Math.max(0, serverNowMs - clock.runsSince))
}

/** Whether a message of the wire is an event of the log. */
export function isStored(message: { type: string }): message is StoredEvent {
  return typeof (message as Partial<Envelope>).seq === "number"
}

export function isError(message: { type: string }): message is ErrorMessage {
  return message.type === "error"
}

function clockAfter(clock: Clock, status: string, atMs: number): Clock {
  const runs = status === "connected" || status === "ending"
  if (runs === (clock.runsSince !== null)) return clock
  return { beforeMs: elapsedMs(clock, atMs), runsSince: runs ? atMs : null }
}

function configured(state: CallState, revision: number, change: Partial<Configuration>): CallState {
  const now = state.configuration
  return now?.revision === revision ? { ...state, configuration: { ...now, ...change } } : state
}

function fresh(turnId: string, speaker: Speaker): Turn {
  return {
    turnId,
    speaker,
    text: "",
    open: true,
    startedMs: null,
    endedMs: null,
    available: true,
    typed: false,
    interrupted: null,
  }
}

function turned(state: CallState, turnId: string, speaker: Speaker, change: Partial<Turn>): CallState {
  const known = state.turns.some((turn) => turn.turnId === turnId)
  const turns = known ? state.turns : [...state.turns, fresh(turnId, speaker)]
  return { ...state, turns: turns.map((turn) => (turn.turnId === turnId ? { ...turn, ...change } : turn)) }
}
