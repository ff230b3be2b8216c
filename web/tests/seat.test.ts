import { afterEach, describe, expect, test, vi } from "vitest"
import { Seat } from "../src/session/seat"

// Locks are the browser's; the stand-in below does what seats use of them.
let name = ""
let count = 0

describe("the seat of the tab that speaks", () => {
  afterEach(() => vi.unstubAllGlobals())

  test("is one tab's at a time, and free again when it lets go", async () => {
    name = `seat ${count++}`
    locks()
    const first = await Seat.take(name)
    expect(await Seat.taken(name)).toBe(true)
    expect(await Seat.take(name)).toBeNull()
    first!.release()
    expect(await Seat.take(name, { withinMs: 500 })).not.toBeNull()
  })

  test("can be taken over, and the one who had it is told", async () => {
    name = `seat ${count++}`
    locks()
    const first = await Seat.take(name)
    const lost = vi.fn()
    first!.onLost = lost
    expect(await Seat.take(name, { over: true })).not.toBeNull()
    await Promise.resolve()
    await Promise.resolve()
    expect(lost).toHaveBeenCalledOnce()
  })

  test("is waited for as long as a refresh takes, and no longer", async () => {
    name = `seat ${count++}`
    locks()
    await Seat.take(name)
    expect(await Seat.take(name, { withinMs: 20 })).toBeNull()
  })

  test("is anybody's where the browser has no locks", async () => {
    vi.stubGlobal("navigator", {})
    expect(await Seat.take("x")).not.toBeNull()
    expect(await Seat.taken("x")).toBe(false)
  })
})

/** The browser's locks, as far as seats use them. */
function locks(): void {
  type Held = { name: string; steal: (error: Error) => void; done: Promise<void> }
  let held: Held | null = null
  const request = async (lock: string, wishes: LockOptions, use: (lock: object | null) => Promise<void> | void) => {
    if (held !== null && wishes.ifAvailable) return use(null)
    if (held !== null && wishes.steal) held.steal(new Error("AbortError"))
    else if (held !== null) {
      await Promise.race([
        held.done,
        new Promise((_, reject) => wishes.signal?.addEventListener("abort", () => reject(wishes.signal!.reason))),
      ])
    }
    let steal: (error: Error) => void = () => {}
    const stolen = new Promise<never>((_, reject) => (steal = reject))
    const done = Promise.resolve(use({ name: lock }))
    const mine: Held = { name: lock, steal, done: done.then(() => void (held === mine && (held = null))) }
    held = mine
    return Promise.race([mine.done, stolen])
  }
  vi.stubGlobal("navigator", {
    locks: { request, query: async () => ({ held: held === null ? [] : [{ name: held.name }] }) },
  })
}
