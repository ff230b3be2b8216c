/** The candidate's microphone, from the device's own rate to messages of 20 ms at 24 kHz. */

import type { MicrophoneMessage } from "./microphone.worklet"
import { Scope } from "./scope"
import { microphoneWorklet } from "./worklets"

/**
 * `insecure`: the page is not on HTTPS, so the browser has no microphone for it. `unplugged`: it went away while it was used.
 * `refused_by_system`: the browser itself may not use it. `unreachable`: the part of the page that listens can't be loaded.
 */
export type MicrophoneFault =
  | "insecure"
  | "unsupported"
  | "refused"
  | "refused_by_system"
  | "absent"
  | "busy"
  | "unplugged"
  | "unreachable"
  | "failed"

export class MicrophoneError extends Error {
  constructor(readonly fault: MicrophoneFault) {
    super(fault)
  }
}

export interface MicrophoneWishes {
  deviceId?: string | null
  /** Echo cancellation, noise suppression and gain control; without them a loudspeaker is heard as the candidate. */
  processing?: boolean
}

export interface Device {
  deviceId: string
  label: string
}

export class Microphone {
  /** 20 ms of PCM16 at 24 kHz. */
  onFrame: (pcm: ArrayBuffer) => void = () => {}
  /** The peak of each 20 ms, 0 to 1. */
  onLevel: (peak: number) => void = () => {}
  onFault: (fault: MicrophoneFault) => void = () => {}
  readonly #scope = new Scope()

  private constructor(readonly deviceId: string | null) {}

  /** Raises `MicrophoneError`. */
  static async open(wishes: MicrophoneWishes = {}): Promise<Microphone> {
    const stream = await capture(wishes)
    const track = stream.getAudioTracks()[0]!
    const microphone = new Microphone(track.getSettings().deviceId ?? null)
    microphone.#scope.own("microphone track", () => {
      for (const each of stream.getTracks()) each.stop()
    })
    try {
      await microphone.#listen(stream, track)
    } catch (error) {
      microphone.dispose()
      throw error instanceof MicrophoneError ? error : new MicrophoneError("failed")
    }
    return microphone
  }

  get open(): string[] {
    return this.#scope.open
  }

  dispose(): void {
    this.#scope.dispose()
  }

  async #listen(stream: MediaStream, track: MediaStreamTrack): Promise<void> {
    const scope = this.#scope
    scope.listen(track, "ended", () => {
      this.onFault("unplugged")
      this.dispose()
    })
    const context = new AudioContext({ latencyHint: "interactive" })
    scope.own("microphone's audio context", () => void context.close().catch(() => {}))
    await context.audioWorklet.addModule(microphoneWorklet).catch(() => {
      throw new MicrophoneError("unreachable")
    })
    if (scope.disposed) throw new MicrophoneError("unplugged")
    const source = context.createMediaStreamSource(stream)
    const node = new AudioWorkletNode(context, "greenroom-microphone", { numberOfOutputs: 0 })
    node.port.onmessage = (event: MessageEvent<MicrophoneMessage>) => {
      this.onLevel(event.data.peak)
      this.onFrame(event.data.pcm)
    }
    source.connect(node)
    scope.own("microphone's worklet", () => {
      node.port.postMessage("close")
      // Chromium keeps every such node for as long as there is a page: what it was to call must not stay with it.
      node.port.onmessage = null
      node.port.close()
      source.disconnect()
    })
    // A page that captures may run its audio; the call is for browsers that start it suspended all the same.
    void context.resume()
  }
}

/** What can be chosen from; names are empty until the microphone was allowed once. */
export async function microphones(): Promise<Device[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? []
  return devices
    .filter((device) => device.kind === "audioinput" && device.deviceId !== "")
    .map(({ deviceId, label }) => ({ deviceId, label }))
}

async function capture({ deviceId, processing = true }: MicrophoneWishes): Promise<MediaStream> {
  if (!window.isSecureContext) throw new MicrophoneError("insecure")
  if (!navigator.mediaDevices?.getUserMedia || typeof AudioWorkletNode === "undefined") {
    throw new MicrophoneError("unsupported")
  }
  const wanted: MediaTrackConstraints = {
    channelCount: 1,
    echoCancellation: processing,
    noiseSuppression: processing,
    autoGainControl: processing,
  }
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: deviceId ? { ...wanted, deviceId: { exact: deviceId } } : wanted,
    })
  } catch (error) {
    // The one that was chosen last time is not there today: any other will do.
    if (deviceId && error instanceof DOMException && error.name === "OverconstrainedError") {
      return await capture({ processing })
    }
    throw new MicrophoneError(faultOf(error))
  }
}

/** Browsers name what went wrong; what they mean by it is the same in all of them. */
export function faultOf(error: unknown): MicrophoneFault {
  if (!(error instanceof DOMException)) return "failed"
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return /system/i.test(error.message) ? "refused_by_system" : "refused"
    case "NotFoundError":
    case "OverconstrainedError":
      return "absent"
    case "NotReadableError":
    case "AbortError":
      return "busy"
    default:
      return "failed"
  }
}
