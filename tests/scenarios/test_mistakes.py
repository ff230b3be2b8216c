"""Each mistake of an author is told with its file, its line, its key and what was expected."""

from pathlib import Path

import pytest

from greenroom.scenarios.content import content_of
from greenroom.scenarios.library import check
from greenroom.scenarios.problems import BrokenScenario, errors_in
from tests.scenarios.folders import changed, copied

S, Q = "scenario.toml", "questions.toml"

MISTAKES = [
    (S, 'title = "Talk about work"', "title = 5", "title", "expected a text, found a number (5)"),
    (S, 'title = "Talk about work"', 'title = ""', "title", "expected a text, found an empty one"),
    (S, 'title = "Talk about work"\n', "", "title", "expected a text, found nothing"),
    (S, 'default_voice = "heart"', 'default_voice = "haert"', "default_voice", "expected one of the voices heart, marin, found 'haert' (did you mean 'heart'?)"),
    (S, 'style_field = "style"', 'style_feld = "style"', "style_feld", "unknown key (did you mean 'style_field'?)"),
    (S, 'manner = "warm"', 'manner = "warm"\nstyle_field = "style"', "+styles.warm.style_field", "this key belongs to the top of the file"),
    (S, 'greetings = ["Hello. This is about {trade}.", "Good day. Let\'s begin with {trade}.", "Hello. We talk about {trade}."]', "greetings = 3", "styles.cool.greetings", "expected a list of at least 1 text, found a number (3)"),
    (S, 'greetings = ["Hello, and welcome to {place}.",', "greetings = [7,", "styles.warm.greetings[1]", "expected a text, found a number (7)"),
    (S, '"Good to see you at {place}."', '"Good to see you at {plaec}."', "styles.warm.greetings[2]", "there is no {plaec} here (did you mean 'place'?); there are {trade}, {place}"),
    (S, "[styles.cool]", "[styles.cold]", "styles.cold", "expected warm, cool (the choices of style), found 'cold'"),
    (S, 'farewells = ["That was all. Goodbye.", "We\'re done. Goodbye."]', f'farewells = ["{"word " * 21}"]', "styles.cool.farewells[1]", "expected at most 20 words, found 21"),
    (S, 'leads = ["On {trade}: {ask}"]', 'leads = ["On {trade}, then."]', "styles.cool.leads[1]", "expected {ask} in it, found none"),
    (S, 'leads = ["On {trade}: {ask}"]', 'leads = ["{ask} Think of {trade}."]', "styles.cool.leads[1]", "expected {ask} at its end, behind a full stop or a colon"),
    (S, '[names.place]\nfield = "place"', '[names.place]\nfield = "places"', "+names.place.field", "expected a field of the form: trade, place, about, parts, style, lengthMinutes, found 'places' (did you mean 'place'?)"),
    (S, 'otherwise = "the place"', "", "names.place.otherwise", "expected a text, found nothing"),
    (S, 'text = ["about"]', 'text = ["abuot"]', "topic.text[1]", "expected a field of the form: trade, place, about, style, lengthMinutes, found 'abuot' (did you mean 'about'?)"),
    (S, 'name = "place"', 'name = "trade"', "fields[trade].name", "expected another name: there is a field 'trade' already"),
    (S, 'name = "parts"\nlabel = "Parts"\nkind = "number"', 'name = "parts"\nlabel = "Parts"\nkind = "numeral"', "++fields[parts].kind", "expected one of text, number, choice, found 'numeral' (did you mean 'number'?)"),
    (S, "default = 1\n", "default = 9\n", "fields[parts].default", "expected a default that the field itself takes"),
    (S, "max_length = 3000", "maxlength = 3000", "fields[about].maxlength", "unknown key (did you mean 'max_length'?)"),
    (S, '{ value = 10, label = "10 minutes" }', '{ value = "ten", label = "10 minutes" }', "fields[lengthMinutes].choices", "expected whole minutes from 1 to 60, found [5, 'ten']"),
    (S, 'story = ["action", "result"]', 'story = ["action", "results"]', "wants.story[2]", "expected an element: action, result, reason, found 'results' (did you mean 'result'?)"),
    (S, 'cues = ["because", "so that"]', 'cues = ["Because", "so that"]', "elements.reason.cues[1]", "expected words of small letters, with * at an end, # or _, found 'Because'"),
    (S, 'action = ["What did you do yourself?"', 'acton = ["What did you do yourself?"', "probes.acton", "expected an element: action, result, reason, found 'acton' (did you mean 'action'?)"),
    (S, 'kind = "opening"', 'kind = "questions"', "steps[warm-up].kind", "expected opening for the first of 5 steps, found questions"),
    (S, "seconds = { 5 = 40, 10 = 60 }", "seconds = { 5 = 40 }", "steps[warm-up].seconds", "expected a number for 10 minutes, found 5"),
    (S, "seconds = { 5 = 40, 10 = 60 }", "seconds = { 5 = 40, 10 = 60, 15 = 80 }", "steps[warm-up].seconds.15", "expected one of the lengths 5, 10, found 15"),
    (S, 'count = "parts"', 'count = "part"', "steps[future].count", "expected a number field of the form, parts, found 'part' (did you mean 'parts'?)"),
    (S, 'group = "questions"', 'group = "future"', "steps", "future: expected another group than step 'question' takes from, found 'future'"),
    (S, "seconds = { 5 = 60, 10 = 90 }", "seconds = { 5 = 200, 10 = 90 }", "steps", "question: expected at least 20 seconds for each of 2 in 5 minutes, found 7"),
    (S, "seconds = { 5 = 60, 10 = 90 }", "seconds = { 5 = 250, 10 = 90 }", "steps", "question: expected at least 20 seconds for each of 2 in 5 minutes, found -18"),
    (S, 'moment = ["Take your time, {trade} can wait."', 'repeat = ["Take your time, {trade} can wait."', "lines.repeat[1]", "expected {question} in it, found none"),
    (S, '[lines]\n', '[lines]\nmomnet = ["Well."]\n', "+lines.momnet", "unknown key (did you mean 'moment'?)"),
    (Q, 'competency = "teamwork"\nwants = "story"\nfield = "nursing"\nprobes = { result = "What became of it for the others?" }\nask = "Tell me about a shift handover. What happened?"', 'competency = "team"\nask = "A new one?"', "questions[nursing-shift-handover].competency", "expected an id of [competencies]: teamwork, care, judgement, found 'team'"),
    (Q, 'id = "nursing-worried-family"', 'id = "nursing-shift-handover"', "questions[nursing-shift-handover].id", "expected another id: there is a question 'nursing-shift-handover' already"),
    (Q, 'ask = "Tell me about a shift handover. What happened?"', 'ask = "What happened? Who was there?"', "questions[nursing-shift-handover].ask", "expected one question, found 2 question marks"),
    (Q, 'ask = "Tell me about a shift handover. What happened?"', f'ask = "{"word " * 21}"', "questions[nursing-shift-handover].ask", "expected at most 20 words, found 21"),
    (Q, 'ask = "What would next year change for you?"', 'ask = "What would next year (or so) change?"', "questions[future-0].ask", "expected words that can be spoken, found ( )"),
    (Q, 'ask = "How do you set a standard for others?"', 'ask = "How do you set a {standard} for others?"', "questions[senior-standards].ask", "there is no {standard} here; there are {trade}, {place}"),
    (Q, 'ask = "Tell me more about {phrase}."', 'ask = "Tell me more about it."', "questions[about-any-6].ask", "expected {phrase} in it, found none"),
    (Q, 'level = "junior"', 'level = "juniors"', "questions[junior-first].level", "expected a level of [levels]: junior, senior, any, found 'juniors' (did you mean 'junior'?)"),
    (Q, 'id = "future-3"\ngroup = "future"', 'id = "future-3"\ngroup = "futures"', "+questions[future-3].group", "expected a group of the steps: warm-up, questions, future, your-questions, found 'futures' (did you mean 'future'?)"),
    (Q, 'nursing = "nurse nursing ward patient patients hospital clinic"', "nursing = []", "fields.nursing", "expected a text, found a list"),
    (Q, "[levels]", "[levles]", "levles", "unknown key (did you mean 'levels'?)"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "key", "text"), MISTAKES, ids=[f"{m[0]} {m[3]} {m[4][:40]}" for m in MISTAKES])  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path: Path, file: str, old: str, new: str, key: str, text: str) -> None:
    folder = copied(tmp_path)
    line = changed(folder, file, old, new) + key.count("+")
    shown = [str(problem) for problem in errors_in(check(folder))]
    # What is missing is told at the table that lacks it; what adds up wrong, where the steps begin.
    if "found nothing" in text or key == "steps":
        assert any(one.startswith(f"{file}:") and f": {key}: {text}" in one for one in shown), shown
    else:
        assert any(one.startswith(f"{file}:{line}: {key.lstrip('+')}: {text}") for one in shown), (line, shown)


def test_the_untouched_folder_has_no_mistake(tmp_path: Path) -> None:
    assert check(copied(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("[topic]", "[topic", "expected TOML: Expected ']' at the end of a table declaration"),
        ('manner = "cool"', "manner = cool", "expected TOML: Invalid value"),
        ('manner = "cool"', 'manner = "cool"\nmanner = "cold"', "expected TOML: Cannot overwrite a value"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, old: str, new: str, text: str) -> None:
    folder = copied(tmp_path)
    line = changed(folder, S, old, new) + new.count("\n")
    assert [str(problem) for problem in check(folder)] == [f"{S}:{line}: {text}"]


def test_what_is_no_text_at_all_is_told(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / Q).write_bytes(b'# fine\n[fields]\na = "\xff"\n')
    assert [str(problem) for problem in check(folder)] == [f"{Q}:3: expected text in UTF-8, found other bytes"]
    (folder / Q).unlink()
    assert [str(problem) for problem in check(folder)] == [f"{Q}: expected a file, found none"]


def test_all_mistakes_of_a_folder_are_told_at_once(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    changed(folder, S, 'title = "Talk about work"', "title = 5")
    changed(folder, S, 'manner = "cool"', "manner = true")
    changed(folder, Q, 'id = "future-3"', "id = 3")
    with pytest.raises(BrokenScenario) as broken:
        content_of(folder)
    assert [problem.key for problem in broken.value.problems] == ["title", "styles.cool.manner", "questions[60].id"]
    assert str(broken.value).count("\n") == 2


def test_too_few_questions_for_the_longest_conversation_are_an_error(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    path = folder / Q
    parts = path.read_text(encoding="utf-8").split("\n\n")
    general = [part for part in parts if '\nid = "general' in part]
    kept = [part for part in parts if part not in general[2:]]
    path.write_text("\n\n".join(kept), encoding="utf-8")
    expected = "expected at least 4 questions in group 'questions' that fit every topic and level, found 2"
    assert any(expected in str(problem) for problem in errors_in(check(folder)))


def test_what_works_but_serves_badly_is_a_warning(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    changed(
        folder, S, 'farewells = ["That was all. Goodbye.", "We\'re done. Goodbye."]', 'farewells = ["Goodbye then."]'
    )
    changed(folder, S, "count = { 5 = 2, 10 = 4 }", "count = { 5 = 2, 10 = 6 }")
    changed(folder, S, 'manner = "cool"', 'manner = "cool"\nacknowledgements = ["Great answer."]')
    problems = check(folder)
    assert all(problem.warning for problem in problems)
    texts = " ".join(str(problem) for problem in problems)
    assert "styles.cool.farewells: 2 or more serve better than 1" in texts
    assert "5 practices share no question from 30 in group 'questions' up; found 26" in texts
    assert "expected no grading, found 'great'" in texts
    content_of(folder)
