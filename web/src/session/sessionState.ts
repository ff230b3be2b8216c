/** What a page shows of a session: its log as far as it was read, and how its connections, its sound and its asking stand. */

import type { Delivery } from "./configuring"
import type { LineState } from "./line"
import type { MicrophoneFault } from "./microphone"
import type { Sound } from "./player"
import { BEFORE, type CallState } from "./state"

/** A typed answer on its way. `unsure`: the connection broke before anything told that it came. */
export interface TypedAnswer {
  readonly clientTurnId: string
  readonly text: string
  readonly is: "sent" | "unsure" | "refused"
}

/** What went wrong with something that was asked for. */
export interface Trouble {
  readonly asked: "configuration" | "end" | "text" | "cue" | "other"
  readonly code: string
  readonly message: string
  readonly retryable: boolean
  readonly requestId: string | null
}

export interface SessionState {
  readonly sessionId: string | null
  readonly call: CallState
  readonly logs: LineState
  readonly voice: LineState
  /** What was said before is still coming in. */
  readonly catchingUp: boolean
  readonly delivery: Delivery
  readonly sound: Sound
  readonly microphone: "none" | "opening" | "on" | MicrophoneFault
  readonly muted: boolean
  readonly typed: readonly TypedAnswer[]
  readonly trouble: Trouble | null
  /** The end was asked for and is not told yet. */
  readonly ending: boolean
}

/** The candidate speaks on a phone, and the page looks on. */
export function onPhone({ call }: Pick<SessionState, "call">): boolean {
  return call.channel === "phone"
}

export const NEW: SessionState = {
  sessionId: null,
  call: BEFORE,
  logs: { is: "off" },
  voice: { is: "off" },
  catchingUp: false,
  delivery: "none",
  sound: "off",
  microphone: "none",
  muted: false,
  typed: [],
  trouble: null,
  ending: false,
}
