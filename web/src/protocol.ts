/** The messages of the wire, as the server's own structs describe them. */

export type Speaker = "candidate" | "interviewer"

export interface Envelope {
  sessionId: string
  logId: string
  seq: number
  at: string
}

export interface Span {
  startMs: number
  endMs: number
}

export interface Word {
  text: string
  startMs: number
  endMs: number
}

export interface Decision {
  act: string
  because: string
  stepId: string
  questionId: string | null
}

export interface SessionCreated {
  type: "session.created"
  scenarioId: string
  channel: string
}

export interface ConfigurationAccepted {
  type: "configuration.accepted"
  revision: number
  scenarioId: string
  config: Record<string, unknown>
  voice: string
}

export interface ConfigurationApplied {
  type: "configuration.applied"
  revision: number
}

export interface ConfigurationFailed {
  type: "configuration.failed"
  revision: number
  code: string
  message: string
}

export interface CallStatusChanged {
  type: "call.status_changed"
  status: string
  streamSid?: string | null
  reason?: string
  stored?: boolean
}

export interface TurnStarted {
  type: "turn.started"
  turnId: string
  speaker: Speaker
  afterTurnId: string | null
  decision?: Decision
}

export interface TurnCompleted {
  type: "turn.completed"
  turnId: string
  speaker: Speaker
  text: string
  startedMs: number
  endedMs: number
  speech?: Span[]
  words?: Word[] | null
  verbatim?: boolean
  available?: boolean
  typed?: boolean
}

export interface TurnInterrupted {
  type: "turn.interrupted"
  turnId: string
  heardMs: number
  heardText: string
  approximate: boolean
}

export interface PlanAdvanced {
  type: "plan.advanced"
  stepId: string
  title: string
  index: number
  count: number
  remainingSeconds: number
}

export interface LegLost {
  type: "leg.lost"
  leg: "caller" | "engine"
  code: string
}

export interface LegRestored {
  type: "leg.restored"
  leg: "caller" | "engine"
  code: string
}

export interface Notice {
  type: "notice"
  code: string
  message: string
}

export interface ReportReady {
  type: "report.ready"
  code: string
}

export interface ReportFailed {
  type: "report.failed"
  code: string
}

export type AnyEvent =
  | SessionCreated
  | ConfigurationAccepted
  | ConfigurationApplied
  | ConfigurationFailed
  | CallStatusChanged
  | TurnStarted
  | TurnCompleted
  | TurnInterrupted
  | PlanAdvanced
  | LegLost
  | LegRestored
  | Notice
  | ReportReady
  | ReportFailed

// What an observer says.

export interface Cursor {
  logId: string
  seq: number
}

export interface Attach {
  type: "attach"
  id?: string | number | null
  sessionId: string
  ticket: string
  after?: Cursor | null
}

export interface ScenarioConfiguration {
  type: "scenario.configuration"
  id?: string | number | null
  scenarioId: string
  config: Record<string, unknown>
  voice?: string
  revision?: number | null
}

export interface JobConfiguration {
  type: "job.configuration"
  id?: string | number | null
  jobTitle: string
  company: string
  jobDescription?: string
  voice?: string
}

export interface CallEnd {
  type: "call.end"
  id?: string | number | null
}

export interface TurnText {
  type: "turn.text"
  id?: string | number | null
  text: string
  clientTurnId?: string | null
}

export interface InterviewerCue {
  type: "interviewer.cue"
  id?: string | number | null
  cue: "repeat" | "skip" | "moment"
}

export interface Ping {
  type: "ping"
  id?: string | number | null
  t?: number | string | null
}

export type AnyMessage =
  | Attach
  | ScenarioConfiguration
  | JobConfiguration
  | CallEnd
  | TurnText
  | InterviewerCue
  | Ping

// What an observer is told beside events.

export interface Attached {
  type: "attached"
  sessionId: string
  logId: string
  headSeq: number
  resumed: boolean
  status: string
  callerPresent: boolean
  pingMs: number
}

export interface TranscriptDelta {
  type: "transcript.delta"
  turnId: string
  speaker: Speaker
  text: string
}

export interface Pong {
  type: "pong"
  t: number | string | null
}

export interface ErrorMessage {
  type: "error"
  code: string
  message: string
  retryable: boolean
  requestId: string
  inReplyTo?: string | number
}

// The browser's leg.

export interface Join {
  type: "join"
  sessionId: string
  ticket: string
  sampleRateHz: number
}

export interface Mute {
  type: "mute"
  on: boolean
}

export interface MarkPlayed {
  type: "mark.played"
  name: string
}

export interface Cleared {
  type: "cleared"
  replyId: string
  playedMs: number
}

export type AnyUpMessage = Join | Mute | MarkPlayed | Cleared

export interface Joined {
  type: "joined"
  sessionId: string
}

export interface ReplyStarted {
  type: "reply.started"
  replyId: string
  fromMs?: number
}

export interface Mark {
  type: "mark"
  name: string
}

export interface Clear {
  type: "clear"
}

export interface End {
  type: "end"
  reason: string
}

export type AnyDownMessage = Joined | ReplyStarted | Mark | Clear | End
