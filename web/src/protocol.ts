// Made from the server's structs by `python -m tools.page_types --write`: change those, not this.

export type Speaker = "candidate" | "interviewer"

// What a log holds; on the wire in an envelope.

/** What every stored event has beside its own fields. */
export interface Envelope {
  sessionId: string
  logId: string
  seq: number
  at: string
}

/** A session exists; nobody is connected yet. */
export interface SessionCreated {
  type: "session.created"
  scenarioId: string
  channel: string
}

/** What the interviewer is to be set up with from now on. */
export interface ConfigurationAccepted {
  type: "configuration.accepted"
  revision: number
  scenarioId: string
  config: Record<string, unknown>
  voice: string
}

/** The engine's own echo equals what is wanted. */
export interface ConfigurationApplied {
  type: "configuration.applied"
  revision: number
}

/** The engine was not set up as wanted, and why. */
export interface ConfigurationFailed {
  type: "configuration.failed"
  revision: number
  code: string
  message: string
}

/** The session is in another phase; `reason` is there when it ended. */
export interface CallStatusChanged {
  type: "call.status_changed"
  status: string
  streamSid: string | null
  reason?: string
  stored?: boolean
}

/** Why the interviewer says what it says: what the line does, the rule that chose it, and where in the plan. */
export interface Decision {
  act: string
  because: string
  stepId: string
  questionId: string | null
}

/** Somebody began to speak; `afterTurnId` is the turn that this one answers, `decision` is the interviewer's. */
export interface TurnStarted {
  type: "turn.started"
  turnId: string
  speaker: Speaker
  afterTurnId: string | null
  decision?: Decision
}

/** A stretch of speech on the session's audio clock. */
export interface Span {
  startMs: number
  endMs: number
}

/** A word with its time on the session's audio clock. */
export interface Word {
  text: string
  startMs: number
  endMs: number
}

/** A turn is closed: every turn that started is completed exactly once. */
export interface TurnCompleted {
  type: "turn.completed"
  turnId: string
  speaker: Speaker
  text: string
  startedMs: number
  endedMs: number
  speech: Span[]
  words: Word[] | null
  verbatim: boolean
  available: boolean
  typed: boolean
}

/** The candidate spoke over the interviewer, who was heard up to here. */
export interface TurnInterrupted {
  type: "turn.interrupted"
  turnId: string
  heardMs: number
  heardText: string
  approximate: boolean
}

/** The interview is at another step of its plan; `index` counts from 1. */
export interface PlanAdvanced {
  type: "plan.advanced"
  stepId: string
  title: string
  index: number
  count: number
  remainingSeconds: number
}

/** Tokens, as the engine told them; cached ones are counted among the input's, too. */
export interface Usage {
  count: number
  tokens: number
  inputTextTokens: number
  inputAudioTokens: number
  cachedTextTokens: number
  cachedAudioTokens: number
  outputTextTokens: number
  outputAudioTokens: number
  seconds: number
}

/** What one reply or one transcript has cost at the voice engine. */
export interface UsageCounted {
  type: "usage.counted"
  purpose: "reply" | "transcript"
  usage: Usage
}

/** The model called a function and was answered; both are JSON text, `failed` is the code of an error. */
export interface ToolUsed {
  type: "tool.used"
  callId: string
  name: string
  arguments: string
  output: string
  failed: string | null
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

/** What the page should tell the person. */
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
  | UsageCounted
  | ToolUsed
  | LegLost
  | LegRestored
  | Notice
  | ReportReady
  | ReportFailed

// What an observer is told beside events.

/** Events follow: from where the observer stood (`resumed`), else from seq 1. */
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

export interface Pong {
  type: "pong"
  t: number | string | null
}

/** A message was refused; the connection stays. */
export interface ErrorMessage {
  type: "error"
  code: string
  message: string
  retryable: boolean
  requestId: string
  inReplyTo?: string | number
}

export type AnyAnswer = Attached | Pong | ErrorMessage

/** The caption of an open turn so far, whole: shown, never stored or numbered. */
export interface TranscriptDelta {
  type: "transcript.delta"
  sessionId: string
  turnId: string
  speaker: Speaker
  text: string
}

// What an observer says.

/** Up to where an observer has everything. */
export interface Cursor {
  logId: string
  seq: number
}

/** Comes first. */
export interface Attach {
  type: "attach"
  sessionId: string
  ticket: string
  after?: Cursor | null
  id?: string | number | null
}

export interface ScenarioConfiguration {
  type: "scenario.configuration"
  scenarioId: string
  config: Record<string, unknown>
  voice?: string
  revision?: number | null
  id?: string | number | null
}

/** The same for the job interview, whose other fields stay as they are. */
export interface JobConfiguration {
  type: "job.configuration"
  jobTitle: string
  company: string
  jobDescription?: string
  voice?: string
  id?: string | number | null
}

export interface CallEnd {
  type: "call.end"
  id?: string | number | null
}

/** A typed answer. */
export interface TurnText {
  type: "turn.text"
  text: string
  clientTurnId?: string | null
  id?: string | number | null
}

export interface InterviewerCue {
  type: "interviewer.cue"
  cue: "moment" | "repeat" | "skip"
  id?: string | number | null
}

export interface Ping {
  type: "ping"
  t?: number | string | null
  id?: string | number | null
}

export type AnyMessage =
  | Attach
  | ScenarioConfiguration
  | JobConfiguration
  | CallEnd
  | TurnText
  | InterviewerCue
  | Ping

// What a page's voice says, and is told.

/** Comes first. */
export interface Join {
  type: "join"
  sessionId: string
  ticket: string
  sampleRateHz?: 24000
}

/** Everything before this mark has sounded. */
export interface MarkPlayed {
  type: "mark.played"
  name: string
}

/** Silenced; so many milliseconds of the reply have sounded, counted from its beginning. */
export interface Cleared {
  type: "cleared"
  replyId: string
  playedMs: number
}

/** While it is on, the interviewer hears silence, whatever comes. */
export interface Mute {
  type: "mute"
  on: boolean
}

export type AnyUpMessage = Join | MarkPlayed | Cleared | Mute

/** The answer to a join. */
export interface Joined {
  type: "joined"
  sessionId: string
  sampleRateHz: number
}

/** The sound that follows belongs to this reply, from `fromMs` of it on: not 0 when it goes on after a stop. */
export interface ReplyStarted {
  type: "reply.started"
  replyId: string
  fromMs: number
}

/** Say `mark.played` when what came before it has sounded; nothing if it was dropped by a clear. */
export interface Mark {
  type: "mark"
  name: string
}

/** Fall silent at once, drop what has not sounded, and say `cleared`. */
export interface Clear {
  type: "clear"
}

/** The session is over; the connection is closed next. */
export interface End {
  type: "end"
  reason: string
}

export type AnyDownMessage = Joined | ReplyStarted | Mark | Clear | End

// What REST takes.

export interface NewSession {
  scenarioId: string
  config: Record<string, unknown>
  voice?: string
  channel?: "browser" | "phone"
  phoneNumber?: string | null
}

export interface TicketFor {
  role: "observer" | "voice"
}
