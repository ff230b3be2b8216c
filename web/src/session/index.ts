/** The session client: one object owns everything of one practice session. See web/README.md. */

export { PracticeSession, type SessionOptions } from "./client"
export { type Debug, type DebugName, toConsole } from "./debug"
export type { LineState } from "./line"
export { type Remembered, forget, remembered } from "./memory"
export {
  type Device,
  Microphone,
  MicrophoneError,
  type MicrophoneFault,
  type MicrophoneWishes,
  microphones,
} from "./microphone"
export {
  type Limits,
  type NewSession,
  type PhoneLimits,
  Rest,
  RestError,
  type Scenario,
  type SessionSummary,
  Unreachable,
} from "./rest"
export { type SessionState, type Trouble, type TypedAnswer, onPhone } from "./sessionState"
export { type CallState, type Status, type StoredEvent, type Turn, reduce } from "./state"
