/** A small client of the server's REST interface. */

/** The server said no. `code` is its stable code; `retryAfterMs` is when to try again, if it told. */
export class RestError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null,
    readonly retryAfterMs: number | null,
  ) {
    super(message)
  }
}

/** There is no answer at all. */
export class Unreachable extends Error {}

export interface Created {
  sessionId: string
  ticket: string
}

export interface SessionSummary {
  sessionId: string
  scenarioId: string
  channel: string
  status: string
  reason: string | null
  createdAt: string
  endedAt: string | null
}

export interface Field {
  name: string
  label: string
  kind: "text" | "number" | "choice"
  required: boolean
  default: string | number | null
  help: string
  maxLength?: number
  multiline?: boolean
  min?: number | null
  max?: number | null
  choices?: { value: string | number; label: string }[]
}

export interface Scenario {
  scenarioId: string
  title: string
  description: string
  fields: Field[]
  voices: string[]
  defaultVoice: string
}

export interface Limits {
  takesSessions: boolean
  /** Why not: `draining`, `server_full`, `starting`, … */
  reason: string | null
  retryAfterSeconds: number
  /** How long a transcript is kept; 0: until it is erased. */
  keepDays?: number
  phone?: PhoneLimits
}

/** What is left of phone calls; null where there is no limit, or nobody asked. */
export interface PhoneLimits {
  available: boolean
  /** Why not: the limit, or what is wrong with the number that was asked about. */
  code: string | null
  message?: string
  /** How the number that was asked about is written: `+44 ## #### ####`. */
  groups?: string
  countries?: string[]
  /** By country: a number as it is written there, with the country's code. */
  examples?: Record<string, string>
  opensAt?: string | null
  retryAfterSeconds?: number
  callsLeftToday?: number | null
  callsLeftForNumber?: number | null
  callsLeftForAddress?: number | null
}

export interface NewSession {
  scenarioId: string
  config: Record<string, unknown>
  voice: string
}

const TIMEOUT_MS = 15_000

export class Rest {
  /** `base` is where the server's page is, with a slash at its end. */
  constructor(readonly base: string) {}

  /** With a number it is a session of the phone's. */
  create(wanted: NewSession, signal?: AbortSignal, phoneNumber?: string): Promise<Created> {
    const how = phoneNumber === undefined ? { channel: "browser" } : { channel: "phone", phoneNumber }
    return this.#call("POST", "api/sessions", { ...wanted, ...how }, signal)
  }

  /** Have the session's number called. */
  call(sessionId: string, signal?: AbortSignal): Promise<{ status: string }> {
    return this.#call("POST", `api/sessions/${encodeURIComponent(sessionId)}/call`, {}, signal)
  }

  ticket(
    sessionId: string,
    role: "observer" | "voice",
    signal?: AbortSignal,
  ): Promise<{ ticket: string; expiresAt: string }> {
    return this.#call("POST", `api/sessions/${encodeURIComponent(sessionId)}/tickets`, { role }, signal)
  }

  session(sessionId: string, signal?: AbortSignal): Promise<SessionSummary & Record<string, unknown>> {
    return this.#call("GET", `api/sessions/${encodeURIComponent(sessionId)}`, undefined, signal)
  }

  sessions(after?: string | null, signal?: AbortSignal): Promise<{ sessions: SessionSummary[]; next: string | null }> {
    return this.#call("GET", `api/sessions${after ? `?after=${encodeURIComponent(after)}` : ""}`, undefined, signal)
  }

  /** Every stored event of a session. */
  async events(sessionId: string, signal?: AbortSignal): Promise<unknown[]> {
    const found: unknown[] = []
    for (let after: number | null = 0; after !== null;) {
      const path = `api/sessions/${encodeURIComponent(sessionId)}/events?after=${after}&limit=1000`
      const page: { events: unknown[]; next: number | null } = await this.#call("GET", path, undefined, signal)
      found.push(...page.events)
      after = page.next
    }
    return found
  }

  /** `leaving`: the answer is not waited for by a page that goes away. */
  end(sessionId: string, signal?: AbortSignal): Promise<{ status: string; reason: string | null }> {
    return this.#call("POST", `api/sessions/${encodeURIComponent(sessionId)}/end`, {}, signal)
  }

  erase(sessionId: string, signal?: AbortSignal): Promise<void> {
    return this.#call("DELETE", `api/sessions/${encodeURIComponent(sessionId)}`, undefined, signal)
  }

  async scenarios(signal?: AbortSignal): Promise<Scenario[]> {
    const answer: { scenarios: Scenario[] } = await this.#call("GET", "api/scenarios", undefined, signal)
    return answer.scenarios
  }

  limits(phoneNumber?: string, signal?: AbortSignal): Promise<Limits> {
    const about = phoneNumber === undefined ? "" : `?phoneNumber=${encodeURIComponent(phoneNumber)}`
    return this.#call("GET", `api/limits${about}`, undefined, signal)
  }

  async #call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const limits = [AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]
    const asked: RequestInit = { method, signal: AbortSignal.any(limits), cache: "no-store" }
    if (body !== undefined) {
      asked.body = JSON.stringify(body)
      asked.headers = { "content-type": "application/json" }
    }
    let answer: Response
    let text: string
    try {
      answer = await fetch(new URL(path, this.base), asked)
      text = await answer.text()
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw new Unreachable(String(error))
    }
    if (!answer.ok) throw refusal(answer, text)
    return (text ? JSON.parse(text) : undefined) as T
  }
}

function refusal(answer: Response, text: string): RestError {
  const waitS = Number(answer.headers.get("retry-after") ?? NaN)
  const retryAfterMs = Number.isFinite(waitS) ? waitS * 1000 : null
  let told: { code?: unknown; message?: unknown; requestId?: unknown } = {}
  try {
    told = (JSON.parse(text) as { error?: typeof told }).error ?? {}
  } catch {
    // Something between the server and this page has answered, in its own words.
  }
  return new RestError(
    answer.status,
    typeof told.code === "string" ? told.code : `http_${answer.status}`,
    typeof told.message === "string" ? told.message : `The server answered with ${answer.status}.`,
    typeof told.requestId === "string" ? told.requestId : null,
    retryAfterMs,
  )
}
