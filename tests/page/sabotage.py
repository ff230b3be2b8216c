"""What may be wrong with a browser, as scripts that run ahead of the page's own."""


def microphone_says(name: str, message: str = "no") -> str:
    """Asked for the microphone, the browser gives this error."""
    return f"""
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException({message!r}, {name!r}))
    """


SILENT_MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext()
  return context.createMediaStreamDestination().stream
}
"""

NO_AUDIO_WORKLET = """
delete window.AudioWorkletNode
delete BaseAudioContext.prototype.audioWorklet
"""

NO_SOUND_WITHOUT_A_TAP = """
{
  let tapped = false
  addEventListener("pointerdown", () => (tapped = true), { capture: true })
  const Context = window.AudioContext
  window.AudioContext = class extends Context {
    constructor(...given) {
      super(...given)
      if (!tapped) super.suspend()
    }
    get state() { return tapped ? super.state : "suspended" }
    resume() { return tapped ? super.resume() : new Promise(() => {}) }
  }
}
"""
"""As browsers do on a page that nobody has touched yet."""

UNPLUGGABLE_MICROPHONE = """
{
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  const tracks = []
  navigator.mediaDevices.getUserMedia = async (wishes) => {
    const stream = await real(wishes)
    tracks.push(...stream.getAudioTracks())
    return stream
  }
  window.unplug = () => tracks.splice(0).forEach((track) => { track.stop(); track.dispatchEvent(new Event("ended")) })
}
"""

LEDGER = """
{
  const open = { sockets: new Set(), tracks: new Set(), contexts: new Set(), timers: new Set() }
  const Socket = window.WebSocket
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given)
      open.sockets.add(this)
      this.addEventListener("close", () => open.sockets.delete(this))
    }
  }
  const Context = window.AudioContext
  window.AudioContext = class extends Context {
    constructor(...given) {
      super(...given)
      open.contexts.add(this)
    }
  }
  const media = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async (wishes) => {
    const stream = await media(wishes)
    stream.getTracks().forEach((track) => open.tracks.add(track))
    return stream
  }
  const [after, cancel, every, stop] = [setTimeout, clearTimeout, setInterval, clearInterval].map((f) => f.bind(window))
  window.setTimeout = (run, ms, ...given) => {
    const id = after(() => { open.timers.delete(id); run(...given) }, ms)
    open.timers.add(id)
    return id
  }
  window.clearTimeout = (id) => { open.timers.delete(id); cancel(id) }
  window.setInterval = (run, ms, ...given) => {
    const id = every(run, ms, ...given)
    open.timers.add(id)
    return id
  }
  window.clearInterval = (id) => { open.timers.delete(id); stop(id) }
  const forget = (kind, isOver) => open[kind].forEach((each) => isOver(each) && open[kind].delete(each))
  window.ledger = () => {
    forget("tracks", (track) => track.readyState !== "live")
    forget("contexts", (context) => context.state === "closed")
    return {
      sockets: [...open.sockets].filter((socket) => socket.readyState < 2).length,
      tracks: open.tracks.size,
      contexts: open.contexts.size,
      timers: open.timers.size,
    }
  }
}
"""
"""Counts what is open, so that nothing depends on what the page says of itself."""
