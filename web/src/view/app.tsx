/** Which screen is shown, and what is around it. */

import { signal } from "@preact/signals"
import { Call } from "./call"
import { Check } from "./check"
import { Elsewhere } from "./elsewhere"
import { Ended } from "./ended"
import { History } from "./history"
import { Past } from "./past"
import { flow, toSetup } from "./practice"
import { Setup } from "./setup"

const hash = signal(location.hash)
window.addEventListener("hashchange", () => (hash.value = location.hash))

export function App() {
  const busy = flow.value === "call"
  return (
    <>
      <header class="head">
        <a class="brand" href="#" onClick={home}>
          <Mark />
          <span>Greenroom</span>
        </a>
        {!busy && (
          <nav aria-label="Pages">
            <a href="#history" aria-current={hash.value.startsWith("#history") ? "page" : undefined}>
              My practices
            </a>
          </nav>
        )}
      </header>
      <Shown />
    </>
  )
}

/** Home is the set-up screen, unless a practice is under way. */
function home(): void {
  if (flow.value === "ended" || flow.value === "check") toSetup()
}

function Shown() {
  // A call stays on the screen whatever the address says.
  const past = flow.value === "call" ? null : /^#history(?:\/(.+))?$/.exec(hash.value)
  if (past) return past[1] === undefined ? <History /> : <Past key={past[1]} sessionId={decodeURIComponent(past[1])} />
  switch (flow.value) {
    case "loading":
      return (
        <main class="screen" data-screen="loading">
          <p role="status">Loading…</p>
        </main>
      )
    case "setup":
      return <Setup />
    case "check":
      return <Check />
    case "call":
      return <Call />
    case "ended":
      return <Ended />
    case "elsewhere":
      return <Elsewhere />
  }
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M8.5 13v6M13.5 9v14M18.5 6v20M23.5 11v10" />
    </svg>
  )
}
