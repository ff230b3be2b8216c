"""`python -m benchmarks page`: the page in a real Chromium, with the embedded engine where it matters."""

import gzip
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, sync_playwright
from tests.page.conftest import launch
from tests.page.recordings import first_sentences, write
from tests.page.servers import ScriptedServer
from tests.page.visitor import JOB, profile
from tools.page import DIST

from benchmarks.page.instruments import EARS, USABLE
from benchmarks.server import greenroom

VISITS = 9
ROUNDS = 100
SPEECH_S = 75
PHRASES = (
    (0, 1545, "it was the best of times"),
    (1775, 3295, "it was the worst of times"),
    (3820, 4905, "it was the age of wisdom"),
    (5490, 6655, "it was the age of foolishness"),
)
"""Of the recording: where each phrase begins and ends, in milliseconds from its first loud sample."""
RAW_MICROPHONE = "localStorage.setItem('greenroom.kept', '{\"processing\":false}');"

SIZE_KB = 60
USABLE_MS = 1000
CAPTION_MS = 700
BARGE_IN_MS = 300


def size_kb() -> float:
    """Of everything that the page loads, gzipped as it travels."""
    files = [path for path in DIST.rglob("*") if path.suffix in {".html", ".js", ".css", ".svg"}]
    return sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in files) / 1000


def usable_ms(playwright: Playwright, url: str) -> list[float]:
    """From the address to a form that can be filled in, with nothing in the cache."""
    browser = launch(playwright)
    times: list[float] = []
    for _ in range(VISITS):
        visitor = profile(browser, url, script=USABLE)
        visitor.open("")
        visitor.page.wait_for_function("() => window.usableAt")
        times.append(visitor.page.evaluate("usableAt"))
        visitor.context.close()
    browser.close()
    return times


def memory_kb(playwright: Playwright, folder: Path) -> tuple[float, float]:
    """After ten rounds of practise again, and after all of them."""
    server = ScriptedServer(folder, {"TEST_MS_PER_WORD": "2"})
    server.start()
    browser = launch(playwright)
    visitor = profile(browser, server.url)
    visitor.set_up(query="")  # debug lines are kept by whoever reads them
    visitor.start()
    early = 0.0
    for number in range(1, ROUNDS + 1):
        visitor.hears("interviewer")
        visitor.end()
        if number == 10:
            early = visitor.heap_kb()
        if number < ROUNDS:
            visitor.press("Practise again")
            visitor.screen("call")
    late = visitor.heap_kb()
    browser.close()
    server.stop()
    return early, late


def conversation(playwright: Playwright, folder: Path, quiet_s: float) -> dict[str, Any]:
    """Someone speaks, is quiet for that long, and speaks again, whatever the interviewer does."""
    voice = folder / f"voice-{quiet_s}.wav"
    write(voice, first_sentences(), 0.5, quiet_s)
    browser = launch(playwright, f"--use-file-for-fake-audio-capture={voice}")
    with greenroom() as (port, _):
        visitor = profile(browser, f"http://127.0.0.1:{port}/", script=EARS + RAW_MICROPHONE)
        visitor.set_up(**JOB)
        visitor.start()
        visitor.page.wait_for_timeout(SPEECH_S * 1000)
        measured: dict[str, Any] = visitor.page.evaluate("measured()")
        visitor.end()
    browser.close()
    return measured


def word_ends_ms() -> list[float]:
    """Where each word of the recording ends; within a phrase, by its letters."""
    ends: list[float] = []
    for begins, over, text in PHRASES:
        said = 0
        for word in text.split():
            said += len(word)
            ends.append(begins + (over - begins) * said / len(text.replace(" ", "")))
    return ends


def caption_lags_ms(measured: dict[str, Any]) -> list[float]:
    """From a word's end at the microphone to a caption that has so many words."""
    ends = word_ends_ms()
    lags: list[float] = []
    for began in _utterances(measured["microphone"], ends[-1] + 4000):
        before = {caption["turn"] for caption in measured["captions"] if caption["at"] < began}
        counts: dict[str, int] = {}
        shown = 0
        for caption in measured["captions"]:
            if caption["turn"] in before or caption["at"] > began + ends[-1] + 4000:
                continue
            counts[caption["turn"]] = len(caption["text"].split())
            words = min(sum(counts.values()), len(ends))
            lags += [caption["at"] - began - end for end in ends[shown:words]]
            shown = max(shown, words)
    return lags


def _utterances(spans: Sequence[dict[str, float]], length_ms: float) -> list[float]:
    """When each repetition of the recording began, of those that are there to the end."""
    begins: list[float] = []
    for before, span in zip([None, *spans], spans, strict=False):
        if before is None or span["from"] - before["to"] > 1500:
            begins.append(span["from"])
    last = spans[-1]["to"]
    return [began for began in begins if began + length_ms < last]


def barge_ins_ms(measured: dict[str, Any]) -> list[float]:
    """From speech at the microphone to silence at the loudspeaker, where it was speaking."""
    found: list[float] = []
    for began in _utterances(measured["microphone"], 1000):
        spoken_over = (s for s in measured["loudspeaker"] if s["from"] < began - 100 and s["to"] > began + 20)
        found += [span["to"] - began for span in spoken_over]
    return found


def tell(what: str, value: float, unit: str, most: float, spread: str = "") -> bool:
    print(f"{what:44} {value:8.0f} {unit:3}  (at most {most:.0f}){spread}", flush=True)
    return value <= most


def main() -> int:
    kept = [tell("page, gzipped", size_kb(), "kB", SIZE_KB)]
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with greenroom({"GREENROOM_ENGINE": "ws://127.0.0.1:9/v1/realtime"}) as (port, _):
            times = usable_ms(playwright, f"http://127.0.0.1:{port}/")
        kept.append(
            tell(
                "address to usable form, median", statistics.median(times), "ms", USABLE_MS, f", worst {max(times):.0f}"
            )
        )
        early, late = memory_kb(playwright, folder)
        kept.append(
            tell(f"memory after {ROUNDS} rounds, over that after 10", late - early, "kB", 500, f", {late:.0f} in all")
        )
        lags = caption_lags_ms(conversation(playwright, folder, 9.5))
        kept.append(tell("caption behind the word, median", statistics.median(lags), "ms", CAPTION_MS, _spread(lags)))
        stops = barge_ins_ms(conversation(playwright, folder, 3.0))
        kept.append(tell("speech to silence, median", statistics.median(stops), "ms", BARGE_IN_MS, _spread(stops)))
    return 0 if all(kept) else 1


def _spread(values: list[float]) -> str:
    return f", worst {max(values):.0f} of {len(values)}"


if __name__ == "__main__":
    sys.exit(main())
