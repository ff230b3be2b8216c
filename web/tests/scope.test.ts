import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { Scope } from "../src/session/scope"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe("a scope", () => {
  test("closes all that it owns, the latest first, and once", () => {
    const closed: string[] = []
    const scope = new Scope()
    for (const name of ["a", "b", "c"]) scope.own(name, () => closed.push(name))
    scope.dispose()
    scope.dispose()
    expect(closed).toEqual(["c", "b", "a"])
    expect(scope.open).toEqual([])
  })

  test("closes at once what is handed to it too late", () => {
    const scope = new Scope()
    scope.dispose()
    const close = vi.fn()
    scope.own("late", close)
    expect(close).toHaveBeenCalledOnce()
  })

  test("does not close twice what was closed before", () => {
    const scope = new Scope()
    const close = vi.fn()
    scope.own("socket", close)()
    scope.dispose()
    expect(close).toHaveBeenCalledOnce()
  })

  test("ends its children, and forgets those that ended earlier", () => {
    const scope = new Scope()
    const close = vi.fn()
    const early = scope.child("early")
    scope.child("late").own("thing", close)
    early.dispose()
    expect(scope.open).toEqual(["late"])
    scope.dispose()
    expect(close).toHaveBeenCalledOnce()
  })

  test("runs no timer after its end, and keeps none that has run", () => {
    const scope = new Scope()
    const run = vi.fn()
    scope.after(10, run)
    vi.advanceTimersByTime(10)
    expect(scope.open).toEqual([])
    scope.after(10, run)
    scope.every(10, run)
    scope.dispose()
    vi.advanceTimersByTime(100)
    expect(run).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  test("hears nothing after its end, and ends what listens to its signal", () => {
    const scope = new Scope()
    const target = new EventTarget()
    const hear = vi.fn()
    scope.listen(target, "thing", hear)
    scope.dispose()
    target.dispatchEvent(new Event("thing"))
    expect(hear).not.toHaveBeenCalled()
    expect(scope.signal.aborted).toBe(true)
  })
})
