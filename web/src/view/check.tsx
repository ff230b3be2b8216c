/** Device check: is the right microphone on, can the voice be heard, does the server take a practice. */

import { useEffect, useRef, useState } from "preact/hooks"
import { type Device, Microphone, MicrophoneError, type MicrophoneFault, microphones } from "../session/microphone"
import { Player } from "../session/player"
import { chime } from "../session/chime"
import { Scope } from "../session/scope"
import { keep, kept } from "./kept"
import { LevelMeter } from "./level"
import { Panel, RefusalPanel, Screen } from "./parts"
import {
  begin,
  flow,
  limits,
  loadScenarios,
  microphoneFault,
  openMicrophone,
  refusal,
  toSetup,
  unreachable,
  wanted,
} from "./practice"
import { SILENT_MICROPHONE, browserOf, microphoneWords } from "./words"

/** Someone speaks: so loud, for so many messages of 20 ms in all. */
const SPEECH_PEAK = 0.05
const SPEECH_FRAMES = 15
const SILENT_MS = 5_000
const SILENT_PEAK = 0.01

export function Check() {
  const form = wanted.value
  const check = useMicrophoneCheck()
  const [busy, setBusy] = useState(false)
  if (form === null) return null
  const start = async (typing: boolean) => {
    setBusy(true)
    let microphone: Microphone | null = null
    if (!typing) {
      microphone = check.handOver() ?? (await openMicrophone().catch(() => null))
      if (microphone === null) return setBusy(false)
    } else check.close()
    await begin(form, microphone)
    setBusy(false)
    // Refused before it had begun: the microphone went with the attempt.
    if (flow.value === "check" && !typing) check.open()
  }
  return (
    <Screen name="check" title="Check your microphone and sound">
      {refusal.value && <RefusalPanel refusal={refusal.value} again={() => void start(check.fault !== null)} />}
      <MicrophoneCheck check={check} />
      <SpeakerCheck />
      <ServerCheck />
      <div class="actions">
        <button
          type="button"
          class="button button-large"
          disabled={!check.on || busy}
          onClick={() => void start(false)}
        >
          Start the practice
        </button>
        <button type="button" class="button button-quiet" disabled={busy} onClick={() => void start(true)}>
          Type instead of speaking
        </button>
        <button type="button" class="button button-quiet" onClick={toSetup}>
          Back
        </button>
      </div>
    </Screen>
  )
}

interface MicrophoneState {
  on: boolean
  opening: boolean
  fault: MicrophoneFault | null
  devices: Device[]
  deviceId: string | null
  heard: boolean
  silent: boolean
  levelOf: () => number
  open: () => void
  choose: (deviceId: string) => void
  /** The microphone is the caller's from now on. */
  handOver: () => Microphone | null
  close: () => void
}

function useMicrophoneCheck(): MicrophoneState {
  const microphone = useRef<Microphone | null>(null)
  const opened = useRef(0)
  const level = useRef(0)
  const [on, setOn] = useState(false)
  const [opening, setOpening] = useState(false)
  const [fault, setFault] = useState<MicrophoneFault | null>(microphoneFault.value)
  const [devices, setDevices] = useState<Device[]>([])
  const [heard, setHeard] = useState(false)
  const [silent, setSilent] = useState(false)

  const close = () => {
    opened.current += 1
    microphone.current?.dispose()
    microphone.current = null
    level.current = 0
    setOn(false)
  }
  const listen = (found: Microphone) => {
    let speech = 0
    let soundAt = performance.now()
    found.onLevel = (peak) => {
      level.current = peak
      if (peak > SPEECH_PEAK && ++speech === SPEECH_FRAMES) setHeard(true)
      const now = performance.now()
      if (peak > SILENT_PEAK) soundAt = now
      setSilent(now - soundAt > SILENT_MS)
    }
    found.onFault = (what) => {
      close()
      setFault(what)
    }
  }
  const open = async () => {
    close()
    const turn = opened.current
    setOpening(true)
    setFault(null)
    setHeard(false)
    setSilent(false)
    try {
      const found = await openMicrophone()
      if (turn !== opened.current) return found.dispose()
      microphone.current = found
      listen(found)
      setOn(true)
    } catch (error) {
      if (turn === opened.current) setFault(error instanceof MicrophoneError ? error.fault : "failed")
    } finally {
      if (turn === opened.current) setOpening(false)
    }
    setDevices(await microphones())
  }
  useEffect(() => {
    if (microphoneFault.value === null) void open()
    microphoneFault.value = null
    const changed = () => void microphones().then(setDevices)
    navigator.mediaDevices?.addEventListener("devicechange", changed)
    return () => {
      navigator.mediaDevices?.removeEventListener("devicechange", changed)
      close()
    }
  }, [])
  return {
    on,
    opening,
    fault,
    devices,
    deviceId: microphone.current?.deviceId ?? null,
    heard,
    silent,
    levelOf: () => level.current,
    open: () => void open(),
    choose: (deviceId) => {
      keep({ deviceId })
      void open()
    },
    handOver: () => {
      const found = microphone.current
      microphone.current = null
      return found
    },
    close,
  }
}

function MicrophoneCheck({ check }: { check: MicrophoneState }) {
  const known = check.devices.some((device) => device.deviceId === check.deviceId)
  const words = check.fault === null ? null : microphoneWords(check.fault, browserOf(navigator.userAgent))
  return (
    <section class="card" aria-labelledby="check-microphone">
      <h2 id="check-microphone">Microphone</h2>
      {words && (
        <Panel title={words.title} text={words.text}>
          {check.fault !== "insecure" && (
            <button type="button" class="button" onClick={check.open}>
              Try again
            </button>
          )}
        </Panel>
      )}
      {check.opening && (
        <p role="status">Your browser may ask whether this page may use the microphone. Please allow it.</p>
      )}
      {(check.on || (check.fault !== null && check.devices.length > 1)) && check.devices.length > 0 && (
        <div class="field">
          <label for="check-device">Which one</label>
          <select
            id="check-device"
            value={known ? (check.deviceId ?? "") : ""}
            onChange={(event) => event.currentTarget.value && check.choose(event.currentTarget.value)}
          >
            {!known && <option value="">Choose one</option>}
            {check.devices.map((device, index) => (
              <option key={device.deviceId} value={device.deviceId}>
                {device.label || `Microphone ${index + 1}`}
              </option>
            ))}
          </select>
        </div>
      )}
      {check.on && (
        <>
          <LevelMeter levelOf={check.levelOf} />
          <p role="status" class={check.heard ? "good" : undefined}>
            {check.heard
              ? "✓ We hear you."
              : check.silent
                ? ""
                : "Say a few words, as loud as you would in the conversation."}
          </p>
          {check.silent && !check.heard && <Panel title={SILENT_MICROPHONE.title} text={SILENT_MICROPHONE.text} />}
          <Processing change={check.open} />
        </>
      )}
    </section>
  )
}

function Processing({ change }: { change: () => void }) {
  const [processing, setProcessing] = useState(kept().processing)
  return (
    <details>
      <summary>More about the sound</summary>
      <label class="tick">
        <input
          type="checkbox"
          checked={processing}
          onChange={(event) => {
            setProcessing(event.currentTarget.checked)
            keep({ processing: event.currentTarget.checked })
            change()
          }}
        />
        <span>Take out echo and noise. Switch it off only with headphones, or for a studio microphone.</span>
      </label>
    </details>
  )
}

function SpeakerCheck() {
  const [is, setIs] = useState<"off" | "playing" | "played" | "failed">("off")
  const scope = useRef<Scope | null>(null)
  useEffect(() => () => scope.current?.dispose(), [])
  const play = async () => {
    scope.current?.dispose()
    const mine = new Scope()
    scope.current = mine
    setIs("playing")
    const done = (how: "played" | "failed") => {
      if (scope.current === mine) setIs(how)
      mine.dispose()
    }
    const player = new Player(mine, {
      markPlayed: () => done("played"),
      cleared: () => {},
      sound: () => {},
      busy: () => {},
    })
    try {
      await player.open()
      player.push(chime().buffer)
      player.mark("end")
      mine.after(4_000, () => done("failed"), "chime awaited")
    } catch {
      done("failed")
    }
  }
  return (
    <section class="card" aria-labelledby="check-sound">
      <h2 id="check-sound">Sound</h2>
      <div class="row">
        <button type="button" class="button button-quiet" disabled={is === "playing"} onClick={() => void play()}>
          Play a sound
        </button>
        <p role="status" class={is === "played" ? "good" : undefined}>
          {is === "playing" && "Playing…"}
          {is === "played" &&
            "✓ Played. If you heard nothing, turn the volume up or choose another speaker in your system."}
          {is === "failed" && "The sound could not be played. Check which speaker your system uses."}
        </p>
      </div>
    </section>
  )
}

function ServerCheck() {
  useEffect(() => void loadScenarios(), [])
  const now = limits.value
  const why = now?.reason
  return (
    <section class="card" aria-labelledby="check-server">
      <h2 id="check-server">Server</h2>
      <p role="status" class={now?.takesSessions && !unreachable.value ? "good" : undefined}>
        {unreachable.value
          ? "The server can’t be reached just now."
          : now === null
            ? "Asking…"
            : now.takesSessions
              ? "✓ Ready for a practice."
              : why === "server_full"
                ? "All places are taken just now. You can wait for one after you press Start."
                : "The server isn’t ready for a practice just now."}
      </p>
    </section>
  )
}
