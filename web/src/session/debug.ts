/** One line for each step of a connection's life, by the names that the server's own log uses. */

export type DebugName =
  | "logs connecting"
  | "logs open"
  | "configuration ready"
  | "configuration sent"
  | "configuration acknowledged"
  | "logs lost"
  | "voice connecting"
  | "voice open"
  | "voice lost"
  | "reconnecting"
  | "resumed"
  | "call ended"
  | "connection disposed"

export type Debug = (name: DebugName, about: Record<string, unknown>) => void

export const quiet: Debug = () => {}

/** To the console; never what was said or written. */
export const toConsole: Debug = (name, about) => console.debug(`greenroom: ${name}`, about)
