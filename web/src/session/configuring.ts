/** Brings a configuration to the server: at once when the socket is open, then every second for 5 s until acknowledged. */

import type { ScenarioConfiguration } from "../protocol"
import type { Debug } from "./debug"
import type { Scope } from "./scope"

export type Delivery = "none" | "sending" | "acknowledged" | "unanswered"

const EVERY_MS = 1_000
const ATTEMPTS = 6

export class Configuring {
  #wanted: ScenarioConfiguration | null = null
  #acknowledged = 0
  #attempts: Scope | null = null

  constructor(
    private readonly scope: Scope,
    private readonly send: (message: ScenarioConfiguration) => boolean,
    private readonly onDelivery: (delivery: Delivery) => void,
    private readonly debug: Debug,
  ) {}

  /** Want this from now on; a revision is never used twice for different content. */
  want(wanted: Omit<ScenarioConfiguration, "type">): void {
    this.#wanted = { type: "scenario.configuration", ...wanted }
    this.debug("configuration ready", { revision: wanted.revision, keys: Object.keys(wanted.config) })
    this.onDelivery("sending")
    this.opened()
  }

  /** The socket is open: whatever is not acknowledged is sent. */
  opened(): void {
    this.#attempts?.dispose()
    if (this.#wanted === null || (this.#wanted.revision ?? 0) <= this.#acknowledged) return
    const attempts = this.scope.child("configuration")
    this.#attempts = attempts
    this.#attempt(attempts, this.#wanted, 1)
  }

  /** The server has this revision, or a later one. */
  acknowledged(revision: number): void {
    if (revision <= this.#acknowledged) return
    this.#acknowledged = revision
    if (this.#wanted === null || revision < (this.#wanted.revision ?? 0)) return
    this.#attempts?.dispose()
    this.debug("configuration acknowledged", { revision })
    this.onDelivery("acknowledged")
  }

  /** The server will not have it; what it says is shown. */
  refused(): void {
    this.#attempts?.dispose()
    this.#wanted = null
    this.onDelivery("none")
  }

  #attempt(attempts: Scope, wanted: ScenarioConfiguration, attempt: number): void {
    if (attempt > ATTEMPTS) {
      this.onDelivery("unanswered")
      return
    }
    if (!this.send(wanted)) return attempts.dispose() // it is sent when the socket opens again
    this.debug("configuration sent", { revision: wanted.revision, attempt })
    attempts.after(EVERY_MS, () => this.#attempt(attempts, wanted, attempt + 1), "configuration awaited")
  }
}
