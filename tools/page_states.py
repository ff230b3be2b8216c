"""Every screen and state of the page, by name."""

from playwright.sync_api import Page

from tools.page_parts import (
    ANSWERING,
    BLOCKED,
    CAPTION,
    CHECKING,
    FILLED,
    INSECURE,
    INTERRUPTED,
    LEFT_RUNNING,
    MADE,
    NO_WORKLET,
    OFFLINE,
    OPENING,
    OTHER_TAB,
    SESSION,
    SILENT,
    STARTED,
    TYPING,
    UNPLUGGED,
    UNREACHABLE,
    Answer,
    Json,
    State,
    close_logs,
    ended,
    event,
    fill,
    kept_in_tab,
    microphone_fails,
    press,
    refused,
    see,
    status,
    summary,
    tell,
)
from tools.phone_states import PHONE_STATES

LISTED = {
    "sessions": [
        summary(SESSION, 2, "job_interview", "interviewer_ended"),
        summary("b", 1, "customer_service", "user_ended", 4),
        summary("c", 1, "sales_call", "engine_lost", 2),
    ],
    "next": "more",
}


def whole(log: list[Json]) -> Answer:
    events = [line | {"logId": "log", "seq": seq} for seq, line in enumerate(log, 1)]
    return Answer(200, {"logId": "log", "events": events, "next": None})


def _mute(page: Page) -> None:
    page.get_by_role("button", name="Mute").click()


def _unplug(page: Page) -> None:
    page.evaluate("window.unplug()")


def _go_offline(page: Page) -> None:
    page.evaluate("window.unplugged = true; dispatchEvent(new Event('offline'))")
    page.get_by_text("You’re offline").wait_for(timeout=10_000)


TROUBLE = {
    "type": "error",
    "code": "out_of_order",
    "message": "m",
    "retryable": False,
    "requestId": "r",
    "inReplyTo": 9999,
}

STATES: dict[str, State] = {
    "setup": State("setup"),
    "setup-filled": State("setup", (*FILLED, fill("Job description", "Nights on a ward of 24 beds. " * 20))),
    "setup-faults": State("setup", (press("Continue"), see("Job title is needed."))),
    "setup-too-long": State("setup", (*FILLED, fill("Job description", "x" * 5002), see("2 characters too long"))),
    "setup-other-scenario": State("setup", (lambda page: page.get_by_role("radio", name="Customer service").check(),)),
    "setup-unreachable": State(
        "setup", (see("The server can’t be reached"),), answers={"GET api/scenarios": UNREACHABLE}
    ),
    "setup-still-running": State("setup", (see("still running"),), script=LEFT_RUNNING),
    "check": State("check", (*CHECKING, see("We hear you"), press("Play a sound"), see("✓ Played"))),
    "check-silent": State("check", (*CHECKING, see("Nothing is coming")), script=SILENT),
    "check-refused": State("check", (*CHECKING, see("not allowed")), script=microphone_fails("NotAllowedError")),
    "check-refused-by-system": State(
        "check",
        (*CHECKING, see("Your system")),
        script=microphone_fails("NotAllowedError", "Permission denied by system"),
    ),
    "check-absent": State("check", (*CHECKING, see("No microphone")), script=microphone_fails("NotFoundError")),
    "check-busy": State("check", (*CHECKING, see("in use")), script=microphone_fails("NotReadableError")),
    "check-insecure": State("check", (*CHECKING, see("https://")), script=INSECURE),
    "check-unplugged": State("check", (*CHECKING, see("We hear you"), _unplug, see("unplugged")), script=UNPLUGGED),
    "check-server-full-ahead": State(
        "check",
        (*CHECKING, see("All places are taken")),
        answers={"GET api/limits": Answer(200, {"takesSessions": False, "reason": "server_full", "keepDays": 30})},
    ),
    "check-server-full": State(
        "check",
        (*STARTED, see("All places"), press("Wait"), see("Stop waiting")),
        answers={"POST api/sessions": refused(503, "server_full", retry_after=600)},
    ),
    "check-rate-limited": State(
        "check",
        (*STARTED, see("Open again in")),
        answers={"POST api/sessions": refused(429, "rate_limited", retry_after=1500)},
    ),
    "check-server-gone": State(
        "check", (*STARTED, see("The server can’t be reached")), answers={"POST api/sessions": UNREACHABLE}
    ),
    "check-other-tab": State(
        "check", (*STARTED, see("Another tab")), script=OTHER_TAB.replace("localStorage.setItem", "void")
    ),
    "call-connecting": State("call", STARTED, log=[*MADE, status("connecting")]),
    "call-listening": State("call", (*STARTED, see("So there was")), log=ANSWERING, then=tell(CAPTION)),
    "call-your-turn": State("call", (*STARTED, see("Your turn")), log=[*OPENING, INTERRUPTED]),
    "call-muted": State("call", (*STARTED, see("Your turn"), _mute, see("You’re muted")), log=OPENING),
    "call-typing": State("call", (*TYPING, see("Your turn"), fill("Your answer", "I asked for help.")), log=OPENING),
    "call-typed-unsure": State(
        "call",
        (*TYPING, see("Your turn"), fill("Your answer", "I asked for help."), press("Send"), see("may not have")),
        log=OPENING,
        attaches=2,
        on_message=lambda socket, message: message["type"] == "turn.text" and socket.close(code=1012),
    ),
    "call-no-captions": State("call", (*STARTED, see("Your turn"), press("Captions")), log=OPENING),
    "call-reconnecting": State("call", (*STARTED, see("onnect")), log=OPENING, then=close_logs(1012)),
    "call-offline": State("call", (*STARTED, see("Your turn"), _go_offline), log=OPENING, script=OFFLINE),
    "call-too-many": State(
        "call", (*STARTED, see("Too many connections")), log=OPENING, then=close_logs(4429, '{"retryAfter":90}')
    ),
    "call-paused": State(
        "call",
        (*STARTED, see("Paused")),
        log=[*OPENING, event("leg.lost", 30, leg="engine", code="1006"), status("interrupted", 30)],
    ),
    "call-notice": State(
        "call",
        (*STARTED, see("The voice is slower")),
        log=[*OPENING, event("notice", 30, code="slow", message="The voice is slower than usual today.")],
    ),
    "call-settings-failed": State(
        "call",
        (*STARTED, see("could not be applied")),
        log=[*OPENING, event("configuration.failed", 30, revision=1, code="voice_locked", message="m")],
    ),
    "call-settings-unanswered": State("call", (*STARTED, see("didn’t confirm"))),
    "call-trouble": State("call", (*STARTED, see("not possible")), log=OPENING, then=tell(TROUBLE)),
    "call-unplugged": State(
        "call", (*STARTED, see("Your turn"), _unplug, see("unplugged")), log=OPENING, script=UNPLUGGED
    ),
    "call-tap": State("call", (see("Tap to continue"),), log=OPENING, script=BLOCKED + kept_in_tab()),
    "call-ticket-refused": State("call", (*STARTED, see("didn’t let")), log=OPENING, then=close_logs(4401)),
    "call-not-yours": State("call", (*STARTED, see("someone else")), log=OPENING, then=close_logs(4403)),
    "call-erased": State("call", (*STARTED, see("was erased")), log=OPENING, then=close_logs(4404)),
    "call-lost": State("call", (*STARTED, see("has lost this practice")), then=close_logs(4404)),
    "call-moved": State("call", (*STARTED, see("moved")), log=OPENING, voice=close_logs(4409)),
    "call-refused": State("call", (*STARTED, see("refused this page")), log=OPENING, then=close_logs(1008)),
    "call-ending": State("call", (*STARTED, see("Saying goodbye")), log=[*OPENING, status("ending", 90)]),
    "call-ending-unreachable": State(
        "call",
        (*STARTED, see("Your turn"), press("End"), see("can’t be reached")),
        log=OPENING,
        on_message=lambda socket, message: message["type"] == "call.end" and socket.close(code=1012),
    ),
    "call-no-sound": State("call", (*TYPING, see("can’t play sound")), log=OPENING, script=INSECURE + NO_WORKLET),
    "ended": State("ended", STARTED, log=ended("user_ended")),
    "ended-completed": State("ended", STARTED, log=ended("interviewer_ended")),
    "ended-time": State("ended", STARTED, log=ended("time_limit")),
    "ended-engine-refused": State("ended", STARTED, log=ended("engine_refused", *MADE)),
    "ended-lost": State("ended", STARTED, log=ended("caller_lost")),
    "ended-erased": State("ended", STARTED, log=ended("erased")),
    "ended-not-saved": State("ended", STARTED, log=ended("log_unavailable")),
    "history-empty": State("history", hash="#history"),
    "history": State(
        "history", (see("Completed"),), answers={"GET api/sessions": Answer(200, LISTED)}, hash="#history"
    ),
    "history-erase": State(
        "history",
        (see("Completed"), lambda page: page.get_by_role("button", name="Erase").first.click(), see("Erase for good")),
        answers={"GET api/sessions": Answer(200, LISTED)},
        hash="#history",
    ),
    "history-unreachable": State(
        "history", (see("can’t be reached"),), answers={"GET api/sessions": UNREACHABLE}, hash="#history"
    ),
    "past": State(
        "past",
        (see("Transcript"),),
        answers={f"GET api/sessions/{SESSION}/events": whole(ended("interviewer_ended"))},
        hash=f"#history/{SESSION}",
    ),
    "past-gone": State("past", (see("is gone"),), hash="#history/gone"),
    "elsewhere": State("elsewhere", (see("Looking on"),), log=OPENING, script=OTHER_TAB),
    **PHONE_STATES,
}
