/** The server's clock, as far as this page can tell: its own may be an hour off. */

/** A ticket is good for this long, so the time that it expires at tells what time it is. */
const TICKET_MS = 30_000

export class ServerTime {
  #offsetMs = -Infinity

  /** The server wrote this time; it is a little past by now, so the largest difference is the nearest to the truth. */
  saw(at: string): void {
    const offsetMs = Date.parse(at) - performance.now()
    if (offsetMs > this.#offsetMs) this.#offsetMs = offsetMs
  }

  sawTicket(expiresAt: string): void {
    const atMs = Date.parse(expiresAt)
    if (!Number.isNaN(atMs)) this.saw(new Date(atMs - TICKET_MS).toISOString())
  }

  /** As Unix milliseconds; this machine's own time as long as nothing came. */
  now(): number {
    return this.#offsetMs === -Infinity ? Date.now() : performance.now() + this.#offsetMs
  }
}
