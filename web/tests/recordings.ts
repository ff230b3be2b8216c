/** Conversations as a server's log told them, one event a line. */

import { readFileSync } from "node:fs"
import type { StoredEvent } from "../src/session/state"

export function recording(name: string): StoredEvent[] {
  const text = readFileSync(new URL(`recordings/${name}.jsonl`, import.meta.url), "utf-8")
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as StoredEvent)
}
