/**
 * Who owns what: everything that must be closed is handed to a scope, and `dispose` closes all of it, the latest first.
 *
 * A scope that is disposed closes at once whatever is handed to it later, so what was under way when it ended leaves nothing.
 */
export class Scope {
  /** For fetches, which end with the scope. */
  readonly signal: AbortSignal
  readonly #aborting = new AbortController()
  readonly #owned = new Map<symbol, { name: string; close: () => void }>()

  constructor() {
    this.signal = this.#aborting.signal
  }

  get disposed(): boolean {
    return this.signal.aborted
  }

  /** The names of what is open, for tests and for `?debug`. */
  get open(): string[] {
    return [...this.#owned.values()].map((owned) => owned.name)
  }

  /** Close this with the scope; the answer closes it earlier. */
  own(name: string, close: () => void): () => void {
    if (this.disposed) {
      close()
      return () => {}
    }
    const key = Symbol(name)
    this.#owned.set(key, { name, close })
    return () => {
      if (this.#owned.delete(key)) close()
    }
  }

  /** A scope that ends with this one, or earlier. */
  child(name: string): Scope {
    const child = new Scope()
    const release = this.own(name, () => child.dispose())
    child.own(`in ${name}`, release)
    return child
  }

  after(ms: number, run: () => void, name = "timer"): () => void {
    const timer = setTimeout(() => {
      cancel()
      run()
    }, ms)
    const cancel = this.own(name, () => clearTimeout(timer))
    return cancel
  }

  every(ms: number, run: () => void, name = "timer"): () => void {
    const timer = setInterval(run, ms)
    return this.own(name, () => clearInterval(timer))
  }

  listen(target: EventTarget, type: string, hear: (event: Event) => void): () => void {
    target.addEventListener(type, hear)
    return this.own(`listener of ${type}`, () => target.removeEventListener(type, hear))
  }

  dispose(): void {
    if (this.disposed) return
    // A reason of its own: the browser's is an error, whose stack keeps whatever was at work from being collected.
    this.#aborting.abort("disposed")
    for (const owned of [...this.#owned.values()].reverse()) owned.close()
    this.#owned.clear()
  }
}
