/** Typed answers between being sent and being in the log. Pure. */

import type { TypedAnswer } from "./sessionState"
import type { StoredEvent } from "./state"

type Answers = readonly TypedAnswer[]

/** The log has a typed answer: the one with these words is there. */
export function arrived(typed: Answers, event: StoredEvent): Answers {
  if (event.type !== "turn.completed" || !event.typed) return typed
  const found = typed.findIndex((answer) => answer.is !== "refused" && answer.text.trim() === event.text.trim())
  return found < 0 ? typed : typed.filter((_, index) => index !== found)
}

/** The connection broke: what was sent on it may have come or not. */
export function unsure(typed: Answers): Answers {
  return typed.map((answer) => (answer.is === "sent" ? { ...answer, is: "unsure" } : answer))
}

/** The server did not take one: they are answered in the order in which they were sent. */
export function refused(typed: Answers, clientTurnId: string): Answers {
  return typed.map((answer) => (answer.clientTurnId === clientTurnId ? { ...answer, is: "refused" } : answer))
}
