/** A practice as a file. */

import type { CallState } from "../session/state"
import { clock, day, endInShort, partnerOf } from "./words"

/** A transcript to read. Pure. */
export function asText(call: CallState): string {
  const partner = partnerOf(call.scenarioId)
  const head = [
    call.startedAt === null ? "" : day(call.startedAt),
    ...Object.entries(call.configuration?.config ?? {}).map(([name, value]) => `${name}: ${String(value)}`),
    endInShort(call.status, call.reason),
  ]
  const lines = call.turns
    .filter((turn) => turn.text !== "" || !turn.available)
    .map((turn) => {
      const who = turn.speaker === "candidate" ? "You" : partner
      const said = turn.available ? turn.text : "(no transcript of this answer)"
      return `[${clock(turn.startedMs ?? 0)}] ${who}: ${said}`
    })
  return [...head.filter(Boolean), "", ...lines, ""].join("\n")
}

export function downloadText(sessionId: string, call: CallState): void {
  save(`practice-${sessionId}.txt`, "text/plain;charset=utf-8", asText(call))
}

export function downloadJson(sessionId: string, content: unknown): void {
  save(`practice-${sessionId}.json`, "application/json", `${JSON.stringify(content, null, 2)}\n`)
}

function save(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
  // The browser has taken hold of it by the next turn of the loop.
  setTimeout(() => URL.revokeObjectURL(url))
}
