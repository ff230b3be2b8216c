"""The parts that states of the page are made of: what a server says, what a person does, what a browser does.

Nothing of the real server is in it, so each state is there at once and looks the same every time.
"""

import contextlib
import http.server
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, WebSocketRoute

DIST = Path(__file__).parent.parent / "web" / "dist"
POLICY = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
SESSION = "5e551017"
JOB = {
    "jobTitle": "Staff nurse <script>alert(1)</script>",
    "company": "Example Clinic",
    "jobDescription": "Nights on a ward of 24 beds.",
    "lengthMinutes": 10,
    "style": "neutral",
}
Json = dict[str, Any]
Step = Callable[[Page], object]


@contextlib.contextmanager
def served(folder: Path = DIST) -> Iterator[str]:
    """The built page at an address of its own, under the policy that the server sets."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("content-security-policy", POLICY)
            super().end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# What the server says.


def event(type_: str, at_s: float = 0, **fields: Any) -> Json:
    return {
        "type": type_,
        "sessionId": SESSION,
        "at": f"2026-03-02T10:{int(at_s) // 60:02}:{at_s % 60:06.3f}Z",
    } | fields


def status(name: str, at_s: float = 0, **fields: Any) -> Json:
    return event("call.status_changed", at_s, status=name, streamSid=None, **fields)


def said(turn: int, speaker: str, text: str, at_s: float, **fields: Any) -> list[Json]:
    turn_id = f"t{turn}"
    ms = int(at_s * 1000)
    return [
        event("turn.started", at_s, turnId=turn_id, speaker=speaker, afterTurnId=None),
        event("turn.completed", at_s + 4, turnId=turn_id, speaker=speaker, text=text, startedMs=ms, endedMs=ms + 4000)
        | fields,
    ]


MADE = [
    event("session.created", scenarioId="job_interview", channel="browser"),
    event("configuration.accepted", revision=1, scenarioId="job_interview", config=JOB, voice="heart"),
]
CONNECTED = [*MADE, status("connecting"), status("connected"), event("configuration.applied", revision=1)]
HELLO = "Hello, and thank you for joining. To start, what drew you to the staff nurse role?"
OPENING = [
    *CONNECTED,
    event("plan.advanced", stepId="q1", title="Question", index=2, count=6, remainingSeconds=540),
    *said(1, "interviewer", HELLO, 0),
    *said(2, "candidate", "I like working nights, because there is time for people.", 9, typed=True),
    *said(3, "interviewer", "I see. Tell me about a night when everything came at once.", 16),
]
INTERRUPTED = event(
    "turn.interrupted", 18, turnId="t3", heardMs=2100, heardText="I see. Tell me about", approximate=False
)
ANSWERING = [*OPENING, event("turn.started", 24, turnId="t4", speaker="candidate", afterTurnId="t3")]
CAPTION = {
    "type": "transcript.delta",
    "sessionId": SESSION,
    "turnId": "t4",
    "speaker": "candidate",
    "text": "So there was this one night when three people",
}


def ended(reason: str, *before: Json, **fields: Any) -> list[Json]:
    return [*(before or OPENING), INTERRUPTED, status("ended", 95, reason=reason, **fields)]


def refused(http_status: int, code: str, message: str = "no", retry_after: int | None = None) -> "Answer":
    body = {"error": {"code": code, "message": message, "requestId": "Ku3xW7q2mZ0a"}}
    return Answer(http_status, body, {} if retry_after is None else {"Retry-After": str(retry_after)})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


UNREACHABLE = Answer(0)


def summary(session_id: str, day: int, scenario: str, reason: str | None, minutes: int = 9) -> Json:
    return {
        "sessionId": session_id,
        "scenarioId": scenario,
        "channel": "browser",
        "status": "ended" if reason else "connected",
        "reason": reason,
        "createdAt": f"2026-03-{day:02}T10:00:00.000Z",
        "endedAt": f"2026-03-{day:02}T10:{minutes:02}:20.000Z" if reason else None,
    }


def scenarios() -> list[Json]:
    from greenroom.scenarios.library import load  # the forms as they are shipped

    return [scenario.describe() for scenario in load().values()]


ANSWERS: dict[str, Answer] = {
    "GET api/limits": Answer(200, {"takesSessions": True, "reason": None, "retryAfterSeconds": 0, "keepDays": 30}),
    "POST api/sessions": Answer(201, {"sessionId": SESSION, "ticket": "first"}),
    "GET api/sessions": Answer(200, {"sessions": [], "next": None}),
    f"GET api/sessions/{SESSION}": Answer(200, summary(SESSION, 2, "job_interview", None)),
    f"POST api/sessions/{SESSION}/end": Answer(200, {"status": "ended", "reason": "user_ended"}),
    f"POST api/sessions/{SESSION}/tickets": Answer(200, {"ticket": "x", "expiresAt": "2026-03-02T10:01:04.000Z"}),
}


@dataclass(frozen=True, slots=True)
class State:
    """One state: what is there when the page opens, and the steps that lead to it."""

    screen: str
    steps: tuple[Step, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict[str, Answer])
    log: list[Json] = field(default_factory=list[Json])
    """What the log holds when it is attached to."""
    then: Callable[[WebSocketRoute], object] | None = None
    """What `/logs` does after that."""
    voice: Callable[[WebSocketRoute], object] | None = None
    """What `/voice` does instead of letting in."""
    script: str = ""
    """Runs before the page does."""
    hash: str = ""
    on_message: Callable[[WebSocketRoute, Json], object] | None = None
    """What it does with anything but an attach."""
    attaches: int = 1
    """So many times; later the connection breaks at once."""


class Play:
    """Opens the page and brings it into a state, with the server's part in it."""

    def __init__(self, page: Page, base: str, state: State) -> None:
        self._page = page
        self._base = base
        self._state = state
        self._answers = {"GET api/scenarios": Answer(200, {"scenarios": scenarios()}), **ANSWERS, **state.answers}
        self._attached = 0

    def run(self) -> None:
        page, state = self._page, self._state
        page.set_default_timeout(10_000)
        page.route("**/api/**", self._answer)
        page.route_web_socket("**/logs", self._logs)
        page.route_web_socket("**/voice", self._voice)
        if state.script:
            page.add_init_script(state.script)
        page.goto(self._base + state.hash)
        page.wait_for_selector("h1")
        for step in state.steps:
            step(page)
        page.wait_for_selector(f"[data-screen={state.screen}]")

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(self._base).partition("?")[0]
        found = self._answers.get(f"{route.request.method} {path}", refused(404, "no_such_session"))
        if found.status == 0:
            route.abort()
            return
        body = "" if found.body is None else json.dumps(found.body)
        route.fulfill(status=found.status, body=body, headers={"content-type": "application/json", **found.headers})

    def _logs(self, socket: WebSocketRoute) -> None:
        def hear(text: str | bytes) -> None:
            message = json.loads(text)
            if message["type"] == "attach":
                self._attach(socket, message.get("after"))
            elif self._state.on_message is not None:
                self._state.on_message(socket, message)

        socket.on_message(hear)

    def _voice(self, socket: WebSocketRoute) -> None:
        def hear(text: str | bytes) -> None:
            if not isinstance(text, str) or json.loads(text)["type"] != "join":
                return
            if self._state.voice is not None:
                self._state.voice(socket)
            else:
                socket.send(json.dumps({"type": "joined", "sessionId": SESSION, "sampleRateHz": 24000}))

        socket.on_message(hear)

    def _attach(self, socket: WebSocketRoute, after: Json | None) -> None:
        self._attached += 1
        if self._attached > self._state.attaches:
            socket.close(code=1012)
            return
        before = after["seq"] if after else 0
        answer = {"type": "attached", "sessionId": SESSION, "logId": "log", "headSeq": len(self._state.log)}
        answer |= {"resumed": True, "status": "connected", "callerPresent": True, "pingMs": 10_000}
        socket.send(json.dumps(answer))
        for seq, line in enumerate(self._state.log, 1):
            if seq > before:
                socket.send(json.dumps(line | {"logId": "log", "seq": seq}))
        if self._state.then is not None:
            self._state.then(socket)


# What the person does.


def press(name: str) -> Step:
    return lambda page: page.get_by_role("button", name=name, exact=True).click()


def fill(label: str, text: str) -> Step:
    return lambda page: page.get_by_label(label).fill(text)


def see(text: str) -> Step:
    return lambda page: page.get_by_text(text).first.wait_for()


FILLED: tuple[Step, ...] = (fill("Job title", JOB["jobTitle"]), fill("Company", JOB["company"]))
CHECKING = (*FILLED, press("Continue"))
STARTED = (*CHECKING, press("Start the practice"))
TYPING = (*CHECKING, press("Type instead of speaking"))

# What the browser does.


def microphone_fails(name: str, message: str = "") -> str:
    return f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException({message!r}, {name!r}) }}"


INSECURE = "Object.defineProperty(window, 'isSecureContext', { value: false })"
NO_WORKLET = """
delete window.AudioWorkletNode
delete BaseAudioContext.prototype.audioWorklet
"""
SILENT = """
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext()
  return context.createMediaStreamDestination().stream
}
"""
UNPLUGGED = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
navigator.mediaDevices.getUserMedia = async (wishes) => {
  const stream = await ask(wishes)
  window.unplug = () => stream.getTracks().forEach((track) => {
    track.stop()
    track.dispatchEvent(new Event("ended"))
  })
  return stream
}
"""
BLOCKED = """
const state = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "state")
let tapped = false
addEventListener("click", () => { tapped = true }, { capture: true })
Object.defineProperty(AudioContext.prototype, "state", { get() { return tapped ? state.get.call(this) : "suspended" } })
"""
OFFLINE = "Object.defineProperty(navigator, 'onLine', { get: () => !window.unplugged })"
OTHER_TAB = f"""
const held = [{{ name: "greenroom /" }}]
navigator.locks.query = async () => ({{ held }})
navigator.locks.request = async (name, wishes, use) => wishes.ifAvailable ? use(null) : new Promise(() => {{}})
localStorage.setItem("greenroom.live", {SESSION!r})
"""
LEFT_RUNNING = f"localStorage.setItem('greenroom.live', {SESSION!r})"


def kept_in_tab() -> str:
    form = {"scenarioId": "job_interview", "config": JOB, "voice": "heart"}
    kept = {"sessionId": SESSION, "form": form, "typing": True, "cursor": {"logId": None, "seq": 0}, "call": {}}
    return f"sessionStorage.setItem('greenroom.session', JSON.stringify({json.dumps(kept)}))"


def close_logs(code: int, reason: str = "") -> Callable[[WebSocketRoute], object]:
    return lambda socket: socket.close(code=code, reason=reason)


def tell(*messages: Json) -> Callable[[WebSocketRoute], object]:
    def send(socket: WebSocketRoute) -> None:
        for message in messages:
            socket.send(json.dumps(message))

    return send
