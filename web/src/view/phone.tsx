/** Where one talks: in the browser, or on a phone that is called at this number. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks"
import { countryName, cursorAhead, digitsOf } from "./numbers"
import { Panel, useNow } from "./parts"
import { closedWords, leftWords } from "./phoneWords"
import {
  closed,
  countries,
  enter,
  entered,
  fault,
  lookOnce,
  offersPhone,
  opened,
  standing,
  usesPhone,
  waiting,
} from "./phoning"
import { choose } from "./practice"
import { duration } from "./words"

export function Where() {
  if (!offersPhone.value) return null
  const phone = usesPhone.value
  return (
    <>
      <fieldset class="field">
        <legend>Where do you want to talk?</legend>
        <div class="choices">
          <label class="choice">
            <input type="radio" name="channel" checked={!phone} onChange={() => choose("browser")} />
            <span>In this browser</span>
          </label>
          <label class="choice">
            <input type="radio" name="channel" checked={phone} onChange={() => choose("phone")} />
            <span>On my phone</span>
          </label>
        </div>
        <p class="help">
          {phone ? "The interview comes as a phone call. Captions appear here." : "With a microphone, or by typing."}
        </p>
      </fieldset>
      {phone && <PhoneNumber />}
    </>
  )
}

function PhoneNumber() {
  const { country, text } = entered.value
  const all = countries.value
  const input = useRef<HTMLInputElement>(null)
  /** So many digits are behind the cursor. */
  const behind = useRef<number | null>(null)
  useEffect(lookOnce, [])
  const place = () => {
    if (behind.current === null) return
    const at = cursorAhead(text, behind.current)
    behind.current = null
    input.current?.setSelectionRange(at, at)
  }
  useLayoutEffect(place, [text])
  const type = (field: HTMLInputElement) => {
    // Spaces come and go while one types, and a country's code leaves the field; the cursor stays ahead of the same digit.
    behind.current = digitsOf(field.value.slice(field.selectionStart ?? field.value.length)).length
    if (enter(country, field.value).text !== text) return
    field.value = text // nothing that belongs to a number was typed, or taken away
    place()
  }
  const here = all.find((each) => each.id === country)
  const wrong = fault.value
  return (
    <div class={wrong ? "field field-wrong" : "field"}>
      <label for="field-phone">Phone number</label>
      <div class="phone-number">
        {all.length > 1 ? (
          <select
            aria-label="Country"
            value={country}
            onChange={(event) => {
              enter(event.currentTarget.value, text)
              lookOnce()
            }}
          >
            {all.map((each) => (
              <option key={each.id} value={each.id}>
                {countryName(each.id)} (+{each.code})
              </option>
            ))}
          </select>
        ) : (
          <span class="phone-code">+{here?.code}</span>
        )}
        <input
          id="field-phone"
          ref={input}
          type="tel"
          autoComplete="tel"
          placeholder={here?.example}
          value={text}
          required
          aria-invalid={wrong ? true : undefined}
          aria-describedby={wrong ? "phone-fault" : "phone-help"}
          onInput={(event) => type(event.currentTarget)}
          onBlur={lookOnce}
        />
      </div>
      {wrong ? (
        <p id="phone-fault" class="fault" role="alert">
          {wrong}
        </p>
      ) : (
        <p id="phone-help" class="help">
          We call you there. The number is not kept: only its last two digits and a code made from it, for two days.
        </p>
      )}
      <Limits />
    </div>
  )
}

/** What is left, or how long until a call is possible again. */
function Limits() {
  const shut = closed.value
  const now = useNow(shut !== null)
  const leftMs = shut?.opensAtMs == null ? null : Math.max(0, shut.opensAtMs - now)
  useEffect(() => {
    if (leftMs === 0) void opened()
  }, [leftMs === 0])
  // Whoever turns to something else is not called any more.
  useEffect(() => () => void (waiting.value = null), [])
  if (shut === null) {
    const left = standing.value && fault.value === null ? leftWords(standing.value.phone) : null
    return left && <p class="small">{left}</p>
  }
  const words = closedWords(shut.phone.code)
  const again = waiting.value === null ? words.again : "We call you in"
  return (
    <Panel kind="note" title={words.title}>
      {leftMs !== null && again !== null && (
        <p aria-live="off">
          {again} <strong>{duration(leftMs)}</strong>.
        </p>
      )}
    </Panel>
  )
}
