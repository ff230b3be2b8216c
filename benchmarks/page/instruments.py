"""Scripts that measure inside a page, ahead of its own. All times are on the clock of `performance.now()`."""

USABLE = """
new MutationObserver((_, watching) => {
  if (!document.querySelector("form [type=submit]")) return
  watching.disconnect()
  requestAnimationFrame(() => setTimeout(() => (window.usableAt = performance.now())))
}).observe(document, { childList: true, subtree: true })
"""
"""When the form could be filled in: there, and painted."""

EARS = """
{
  const LOUD = 0.02, EVERY_MS = 5
  const spans = { microphone: [], loudspeaker: [] }
  const follow = (analyser, name) => {
    const samples = new Float32Array(256)
    setInterval(() => {
      analyser.getFloatTimeDomainData(samples)
      if (!samples.some((sample) => Math.abs(sample) > LOUD)) return
      const now = performance.now(), last = spans[name].at(-1)
      if (last && now - last.to < 120) last.to = now
      else spans[name].push({ from: now, to: now })
    }, EVERY_MS)
  }
  const analyserOf = (context) => Object.assign(context.createAnalyser(), { fftSize: 256 })
  const media = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async (wishes) => {
    const stream = await media(wishes)
    const context = new AudioContext({ latencyHint: "interactive" })
    const analyser = analyserOf(context)
    context.createMediaStreamSource(stream).connect(analyser)
    follow(analyser, "microphone")
    return stream
  }
  const connect = AudioNode.prototype.connect
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode) {
      const analyser = analyserOf(this.context)
      connect.call(this, analyser)
      follow(analyser, "loudspeaker")
    }
    return connect.call(this, to, ...more)
  }
  const captions = [], latest = new Map()
  new MutationObserver(() => {
    for (const line of document.querySelectorAll("li[data-speaker=candidate]")) {
      const text = line.querySelector(".said")?.textContent ?? ""
      if (latest.get(line.dataset.turn) === text) continue
      latest.set(line.dataset.turn, text)
      captions.push({ at: performance.now(), turn: line.dataset.turn, text })
    }
  }).observe(document, { childList: true, subtree: true, characterData: true })
  window.measured = () => ({ ...spans, captions })
}
"""
"""Stretches of sound at the microphone and at the loudspeaker (a pause of 120 ms parts two), and each caption as it came."""
