/** What runs beside the sound hardware, as files of the page's own origin. */

import microphoneWorklet from "./microphone.worklet?worker&url"
import playerWorklet from "./player.worklet?worker&url"

export { microphoneWorklet, playerWorklet }

/** Have the browser keep them, so that a server that is gone for a moment takes neither sound nor microphone with it. */
export function loadAhead(): void {
  for (const url of [microphoneWorklet, playerWorklet]) fetch(url).catch(() => {})
}
