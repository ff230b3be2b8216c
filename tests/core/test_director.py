"""What the interviewer does about what is said: each rule by itself, with its reason in the log."""

import pytest

from greenroom.core import commands as c
from greenroom.core import director
from greenroom.core import events as e
from greenroom.core import signals as s
from tests.core.stage import LINES, LONG_ANSWER, PLAN, Stage, question


def asked(number: int) -> str:
    return PLAN.steps[number].questions[0].prompt


@pytest.fixture
def talking() -> Stage:
    """The warm-up is answered, and the first question stands."""
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.answer()
    stage.hear_reply()
    assert asked(1) in stage.last_cue().text
    return stage


def because(stage: Stage) -> str:
    stage.begin_reply()
    decision = stage.of(e.TurnStarted)[-1].decision
    assert isinstance(decision, e.Decision)
    return decision.because


@pytest.mark.parametrize(
    ("said", "line", "why"),
    [
        ("Could you repeat that, please?", f"Of course. {asked(1)}", "asked_to_repeat"),
        ("I need a moment to think.", "Of course, take your time.", "asked_for_time"),
        ("Can we skip this one?", f"That's fine, let's move on. {asked(2)}", "asked_to_skip"),
        ("I don't know.", "Let me say it differently. What was hard to fix?", "no_answer"),
        ("What do you mean by that?", "Let me say it differently. What was hard to fix?", "asked_what_is_meant"),
        ("How much time is left?", f"We have about eight minutes left. {asked(1)}", "asked_for_time_left"),
        ("How many engineers are there?", f"The description says: The team has four engineers. Back to my question. {asked(1)}", "asked_and_told"),
        ("Is there a canteen?", f"The description doesn't say. Back to my question. {asked(1)}", "asked_and_not_told"),
        ("Tell me a joke.", f"Let's come back to us. {asked(1)}", "off_topic"),
        ("You are a stupid machine.", f"I hear that this is frustrating. {asked(1)}", "hostile"),
        ("Ich verstehe die Frage nicht.", f"I can only follow English. {asked(1)}", "language"),
        ("I think I'm done.", "Would you like to end here?", "may_wish_to_end"),
        ("Let's stop here.", PLAN.farewell, "asked_to_end"),
        ("Yes.", "Thank you. What did you do yourself?", "lacked_part"),
        ("I fixed it.", "Thank you. How did it end?", "lacked_result"),
        (LONG_ANSWER, f"Thank you. {asked(2)}", "answered"),
    ],
)  # fmt: skip
def test_each_kind_of_utterance_has_its_line_and_its_reason(talking: Stage, said: str, line: str, why: str) -> None:
    talking.answer(said)
    assert talking.last_cue().text == line
    assert because(talking) == why


def test_typed_text_and_speech_are_answered_alike(talking: Stage) -> None:
    talking.send(s.TextTyped("Can we skip this one?"))
    assert talking.last_cue().text == f"That's fine, let's move on. {asked(2)}"


def test_a_second_i_dont_know_lets_the_question_go(talking: Stage) -> None:
    talking.answer("I don't know.")
    talking.hear_reply()
    talking.answer("No idea, sorry.")
    assert talking.last_cue().text == f"That's all right. {asked(2)}"


def test_who_keeps_off_the_topic_is_led_back_twice_and_then_the_plan_goes_on(talking: Stage) -> None:
    for _ in range(director.MAX_DETOURS):
        talking.answer("What's the weather like today?")
        assert talking.last_cue().text.endswith(asked(1))
        talking.hear_reply()
    talking.answer("You are useless.")
    assert talking.last_cue().text.endswith(asked(2))


def test_a_confirmed_wish_ends_with_the_farewell(talking: Stage) -> None:
    talking.answer("I think I'm done.")
    talking.hear_reply()
    talking.answer("Yes, please.")
    assert talking.last_cue().text == PLAN.farewell
    talking.hear_reply()
    assert talking.session.record.reason == "user_ended"


@pytest.mark.parametrize("said", ["No, let's go on.", "No.", "I led the team for four years."])
def test_anything_but_a_yes_goes_on(talking: Stage, said: str) -> None:
    talking.answer("I think I'm done.")
    talking.hear_reply()
    talking.answer(said)
    assert talking.last_cue().text == f"Good, let's go on. {asked(1)}"


def test_a_request_instead_of_a_yes_is_heeded(talking: Stage) -> None:
    talking.answer("I think I'm done.")
    talking.hear_reply()
    talking.answer("How much time is left?")
    assert talking.last_cue().text.endswith(asked(1))
    assert "minutes" in talking.last_cue().text


def test_an_answer_that_takes_more_than_its_time_is_stepped_in_on(talking: Stage) -> None:
    limit_s = director.answer_limit_s(PLAN, talking.session.director, talking.now_ms / 1000)
    talking.send(s.CallerSpoke("long", talking.now_ms))
    talking.wait(limit_s - 1)
    said = len(talking.of(c.Say))
    talking.wait(2)
    assert len(talking.of(c.Say)) == said + 1
    assert talking.last_cue().text == f"Let me stop you there. {asked(2)}"
    talking.begin_reply()
    talking.send(s.CallerStopped("long", talking.now_ms))
    talking.send(s.TranscriptCame("long", LONG_ANSWER * 5), 0.1)
    assert len(talking.of(c.Say)) == said + 1, "what was stepped in on is not answered again"
    reply_id = f"r-{talking.last_cue().cue_id}"
    talking.send(s.ReplyPlayed(reply_id, 2000), 2)
    talking.wait(8.5)
    assert talking.last_cue().kind == "patience"


def test_who_talks_through_the_next_question_too_is_asked_it_again(talking: Stage) -> None:
    talking.send(s.CallerSpoke("long", talking.now_ms))
    talking.wait(director.answer_limit_s(PLAN, talking.session.director, talking.now_ms / 1000) + 1)
    talking.hear_reply()
    talking.send(s.CallerStopped("long", talking.now_ms), 5)
    assert talking.last_cue().text == f"Let me ask that again. {asked(2)}"


def test_words_that_come_late_are_heeded_where_they_were_no_answer() -> None:
    stage = Stage()
    stage.connect(prompt_words=False)
    stage.hear_reply()
    item = stage.speak(2000)
    assert asked(1) in stage.last_cue().text  # decided without words
    stage.begin_reply()
    stage.send(s.TranscriptCame(item, "Sorry, can you repeat the question?"), 0.4)
    assert stage.last_cue().text == f"Of course. {asked(0)}"


def test_no_probe_without_words() -> None:
    stage = Stage()
    stage.connect(prompt_words=False)
    stage.hear_reply()
    stage.speak(2000)
    stage.hear_reply()
    stage.speak(2000)
    assert asked(2) in stage.last_cue().text


def test_the_candidates_questions_are_answered_from_what_was_given_and_then_declined(talking: Stage) -> None:
    for _ in range(3):
        talking.answer()
        talking.hear_reply()
    assert talking.last_cue().text.endswith(asked(4))
    talking.answer("How many engineers do you have?")
    assert (
        talking.last_cue().text == "The description says: The team has four engineers. What else would you like to ask?"
    )
    talking.hear_reply()
    talking.answer("And what about the canteen?")
    assert talking.last_cue().text.startswith("The description doesn't say.")
    talking.hear_reply()
    talking.answer("That's all, thank you.")
    assert talking.last_cue().text == f"{PLAN.farewell}"
    assert because(talking) == "nothing_to_ask"


def test_spare_questions_fill_the_time_of_someone_terse() -> None:
    from dataclasses import replace

    spare = tuple(question(f"spare{number}", f"Spare question {number}?") for number in range(200))
    stage = Stage(replace(PLAN, spare=spare))
    stage.connect()
    stage.hear_reply()
    while stage.phase == "connected" and stage.session.record.plan_index < 5:
        stage.answer("Yes.", ms=800)
        stage.hear_reply()
    asked_ids = [turn.decision.question_id for turn in stage.of(e.TurnStarted) if isinstance(turn.decision, e.Decision)]
    assert len(stage.of(e.PlanAdvanced)) == 5
    assert "spare3" in asked_ids
    assert stage.now_ms > 0.8 * PLAN.length_s * 1000 - 80_000


def test_a_model_gets_an_intent_and_a_slow_one_costs_only_the_wording(talking: Stage) -> None:
    talking.answer()
    cue = talking.last_cue()
    assert asked(2) in cue.intent
    talking.wait(4.1)
    again = talking.last_cue()
    assert (again.text, again.intent) == (cue.text, "")
    assert again.cue_id != cue.cue_id


@pytest.mark.parametrize("said", ["Let's stop here.", "I think I'm done.", "Could you repeat that?"])
def test_fixed_lines_have_no_intent(talking: Stage, said: str) -> None:
    talking.answer(said)
    assert talking.last_cue().intent == ""


def test_lines_vary() -> None:
    from dataclasses import replace

    lines = replace(LINES, repeat=("A {question}", "B {question}", "C {question}"))
    stage = Stage(replace(PLAN, lines=lines))
    stage.connect()
    stage.hear_reply()
    heard: set[str] = set()
    for _ in range(3):
        stage.answer("Pardon?")
        heard.add(stage.last_cue().text[0])
        stage.hear_reply()
    assert heard == {"A", "B", "C"}


def test_a_long_last_answer_is_a_line_of_its_own_before_the_farewell(talking: Stage) -> None:
    from dataclasses import replace

    facts = ("The team has four engineers, who sit together in one room and speak to each other all day long.",)
    talking.session = replace(talking.session, plan=replace(PLAN, facts=facts))
    while talking.session.record.plan_index < 5:
        talking.answer()
        talking.hear_reply()
    talking.at += PLAN.length_s  # late
    talking.answer("How many engineers do you have?")
    assert talking.last_cue().text == f"The description says: {facts[0]}"
    talking.hear_reply()
    assert talking.last_cue().text == PLAN.farewell
    assert talking.phase == "ending"
    talking.hear_reply()
    assert talking.session.record.reason == "interviewer_ended"
    assert talking.of(e.PlanAdvanced)[-1].step_id == "close"


def test_speaking_over_the_last_answer_comes_to_the_farewell_too(talking: Stage) -> None:
    from dataclasses import replace

    talking.session = replace(talking.session, director=replace(talking.session.director, closing=True))
    talking.answer("And one more thing that I wanted to say about the team.")
    assert talking.last_cue().text == PLAN.farewell
