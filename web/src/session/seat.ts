/** Only one tab of a browser speaks: it holds the seat. The others know that they are others. */

/** Raised in nobody's face: the seat was taken over, and `onLost` is told. */
export class Seat {
  onLost: () => void = () => {}
  #release: () => void = () => {}

  private constructor() {}

  /** Null when another tab has it and keeps it for so long. `over`: take it from whoever has it. */
  static async take(name: string, { over = false, withinMs = 0 } = {}): Promise<Seat | null> {
    const seat = new Seat()
    // Without locks (a page that is not on HTTPS) the server alone sees to it that one speaks.
    if (!navigator.locks) return seat
    const waiting = new AbortController()
    const timer = setTimeout(() => waiting.abort(), withinMs)
    return new Promise((resolve) => {
      const wishes: LockOptions = over
        ? { steal: true }
        : withinMs > 0
          ? { signal: waiting.signal }
          : { ifAvailable: true }
      const held = navigator.locks.request(name, wishes, (lock) => {
        clearTimeout(timer)
        if (lock === null) return resolve(null)
        resolve(seat)
        return new Promise<void>((release) => (seat.#release = release))
      })
      held.catch(() => {
        clearTimeout(timer)
        resolve(null)
        seat.onLost()
      })
    })
  }

  /** Whether any tab has it, this one included. */
  static async taken(name: string): Promise<boolean> {
    const locks = await navigator.locks?.query()
    return locks?.held?.some((lock) => lock.name === name) ?? false
  }

  release(): void {
    this.onLost = () => {}
    this.#release()
  }
}
