"""The states of the page in which a phone has a part, by name."""

from collections.abc import Mapping

from playwright.sync_api import Page

from tools.page_parts import (
    CAPTION,
    FILLED,
    JOB,
    OTHER_TAB,
    SESSION,
    Answer,
    Json,
    State,
    Step,
    close_logs,
    ended,
    event,
    fill,
    kept_in_tab,
    press,
    refused,
    said,
    see,
    status,
    tell,
)

NUMBER = "7400 123456"
OPEN: Json = {
    "available": True,
    "code": None,
    "countries": ["GB", "US"],
    "examples": {"GB": "+44 7400 123456", "US": "+1 201-555-0123"},
    "opensAt": None,
    "retryAfterSeconds": 0,
    "callsLeftToday": 187,
    "callsLeftForNumber": 4,
    "callsLeftForAddress": 9,
    "callsOpen": 0,
}


def limits(**phone: object) -> Answer:
    told = {"takesSessions": True, "reason": None, "retryAfterSeconds": 0, "keepDays": 30, "phone": OPEN | phone}
    return Answer(200, told)


def shut(code: str, seconds: int) -> Answer:
    return limits(available=False, code=code, retryAfterSeconds=seconds)


def wrong(code: str, message: str = "") -> Answer:
    return limits(available=False, code=code, message=message)


CALLS: Mapping[str, Answer] = {
    "GET api/limits": limits(),
    f"POST api/sessions/{SESSION}/call": Answer(202, {"sessionId": SESSION, "status": "calling"}),
    f"DELETE api/sessions/{SESSION}": Answer(204),
}


def _on_my_phone(page: Page) -> None:
    page.get_by_role("radio", name="On my phone").check()


def _leave_the_field(page: Page) -> None:
    page.get_by_label("Phone number").blur()


CHOSEN: tuple[Step, ...] = (*FILLED, _on_my_phone)
TYPED = (*CHOSEN, fill("Phone number", NUMBER), _leave_the_field)
CALLED = (*TYPED, press("Call me"))

MADE: list[Json] = [
    event("session.created", scenarioId="job_interview", channel="phone"),
    event("configuration.accepted", revision=1, scenarioId="job_interview", config=JOB, voice="heart"),
]
RINGING = [*MADE, status("calling"), status("ringing", 2)]
PICKED_UP = [*RINGING, status("connecting", 8)]
TALKING = [
    *PICKED_UP,
    status("connected", 9),
    event("configuration.applied", 9, revision=1),
    event("plan.advanced", 9, stepId="q1", title="Question", index=2, count=6, remainingSeconds=540),
    *said(1, "interviewer", "Hello, and thank you for taking my call. What drew you to the staff nurse role?", 10),
    *said(2, "candidate", "I like working nights, because there is time for people.", 19),
    *said(3, "interviewer", "I see. Tell me about a night when everything came at once.", 26),
]


def call(*steps: Step, log: list[Json], answers: Mapping[str, Answer] = CALLS) -> State:
    return State("call", (*CALLED, *steps), log=log, answers=answers)


def over(reason: str, *before: Json) -> State:
    return State("ended", CALLED, log=[*before, status("ended", 40, reason=reason)], answers=CALLS)


PHONE_STATES: dict[str, State] = {
    "setup-phone": State("setup", (*TYPED, see("Calls left")), answers=CALLS),
    "setup-phone-bad-number": State(
        "setup",
        (*TYPED, see("There is no such phone number")),
        answers={**CALLS, "GET api/limits": wrong("bad_phone_number", "there is no such phone number")},
    ),
    "setup-phone-other-country": State(
        "setup",
        (*CHOSEN, fill("Phone number", "+33 1 42 68 53 00"), _leave_the_field, see("only of: United Kingdom")),
        answers={**CALLS, "GET api/limits": wrong("country_not_allowed")},
    ),
    "setup-phone-no-number": State("setup", (*CHOSEN, press("Call me"), see("The number to call")), answers=CALLS),
    "setup-phone-cooldown": State(
        "setup", (*TYPED, see("You can call it again in")), answers={**CALLS, "GET api/limits": shut("cooldown", 24)}
    ),
    "setup-phone-waiting": State(
        "setup",
        (*TYPED, see("You can call it again in"), press("Call me then"), see("We call you in")),
        answers={**CALLS, "GET api/limits": shut("cooldown", 24)},
    ),
    "setup-phone-budget": State(
        "setup",
        (*TYPED, see("All of today’s")),
        answers={**CALLS, "GET api/limits": shut("daily_call_budget", 19_000)},
    ),
    "setup-phone-lines-taken": State(
        "setup", (*TYPED, see("We look again")), answers={**CALLS, "GET api/limits": shut("calls_at_once", 10)}
    ),
    "setup-phone-server-full": State(
        "setup",
        (*CALLED, see("All places")),
        answers={**CALLS, "POST api/sessions": refused(503, "server_full", retry_after=60)},
    ),
    "setup-phone-switched-off": State(
        "setup",
        (*CALLED, see("switched off")),
        answers={**CALLS, f"POST api/sessions/{SESSION}/call": refused(503, "phone_off")},
    ),
    "call-phone-preparing": call(see("Preparing the call"), log=MADE),
    "call-phone-calling": call(see("Calling …56"), log=[*MADE, status("calling")]),
    "call-phone-ringing": call(see("Ringing …56"), log=RINGING),
    "call-phone-cancelling": call(see("Ringing …56"), press("Cancel the call"), see("Cancelling"), log=RINGING),
    "call-phone-picked-up": call(see("Picked up"), log=PICKED_UP),
    "call-phone-listening": State(
        "call",
        (*CALLED, see("So there was")),
        log=[*TALKING, event("turn.started", 34, turnId="t4", speaker="candidate", afterTurnId="t3")],
        then=tell(CAPTION),
        answers=CALLS,
    ),
    "call-phone-paused": call(
        see("phone’s line"),
        log=[*TALKING, event("leg.lost", 35, leg="caller", code="1006"), status("interrupted", 35)],
    ),
    "call-phone-reconnecting": State(
        "call", (*CALLED, see("onnect")), log=RINGING, then=close_logs(1012), answers=CALLS
    ),
    "call-phone-refreshed": State(
        "call", (see("Ringing your phone"),), log=RINGING, script=kept_in_tab(), answers=CALLS
    ),
    "ended-phone": State("ended", CALLED, log=ended("caller_hung_up", *TALKING), answers=CALLS),
    "ended-phone-no-answer": over("no_answer", *RINGING),
    "ended-phone-busy": over("busy", *MADE, status("calling")),
    "ended-phone-failed": over("failed", *MADE, status("calling")),
    "ended-phone-voicemail": over("voicemail", *TALKING[:7]),
    "ended-phone-cancelled": over("cancelled", *RINGING),
    "ended-phone-line-lost": State("ended", CALLED, log=ended("caller_lost", *TALKING), answers=CALLS),
    "elsewhere-phone": State("elsewhere", (see("on your phone"),), log=TALKING, script=OTHER_TAB, answers=CALLS),
}
