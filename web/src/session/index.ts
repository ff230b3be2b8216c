/** The session client: one object owns everything of one practice session. See web/README.md. */

export { PracticeSession } from "./client"
