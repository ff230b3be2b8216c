/** A call on the phone that nobody has picked up yet: how it stands, and the way to call it off. */

import type { PracticeSession } from "../session/client"
import type { SessionState } from "../session/sessionState"
import { callingHelp } from "./phoneWords"

export function Dialling({ practice, now }: { practice: PracticeSession; now: SessionState }) {
  return (
    <div class="dialling">
      <svg class={`phone phone-${now.call.status}`} viewBox="0 0 24 24" aria-hidden="true">
        <rect x="7.5" y="3" width="9" height="18" rx="2" />
        <path d="M11 18h2" />
        <path class="ring" d="M4.5 8v8M19.5 8v8M1.5 10v4M22.5 10v4" />
      </svg>
      <p>{callingHelp(now.call.status)}</p>
      <button type="button" class="button button-end" disabled={now.ending} onClick={() => practice.end()}>
        {now.ending ? "Cancelling…" : "Cancel the call"}
      </button>
    </div>
  )
}
