"""Reading a whole scenario folder: its two files, the shared lines, and what they must hold together."""

from dataclasses import dataclass
from importlib.resources.abc import Traversable

from greenroom.scenarios import amounts, defaults
from greenroom.scenarios import scenario_file as own
from greenroom.scenarios.form_file import read_form
from greenroom.scenarios.lines_file import read_lines
from greenroom.scenarios.problems import BrokenScenario, Problem, errors_in
from greenroom.scenarios.questions_file import Known, read_bank
from greenroom.scenarios.reading import Document, Table, read_document
from greenroom.scenarios.schema import Content
from greenroom.scenarios.steps_file import read_steps

SCENARIO_FILE = "scenario.toml"
QUESTIONS_FILE = "questions.toml"


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading a folder: its content, unless there are errors among the problems."""

    content: Content | None
    problems: tuple[Problem, ...]


def read_content(folder: Traversable, shown_as: str = "") -> Read:
    """The folder's content with all its problems. `shown_as` stands before the names of its files in them."""
    place = f"{shown_as}/" if shown_as else ""
    scenario = read_document(folder / SCENARIO_FILE, place + SCENARIO_FILE)
    questions = read_document(folder / QUESTIONS_FILE, place + QUESTIONS_FILE)
    lines = defaults.shared_lines()
    documents = (scenario, questions, lines)
    content = None
    if not any(document.problems for document in documents):
        content = _assembled(folder.name, scenario, questions, lines)
    problems = tuple(problem for document in documents for problem in _in_order(document))
    return Read(None if errors_in(problems) else content, problems)


def content_of(folder: Traversable, shown_as: str = "") -> Content:
    """The folder's content. Raises `BrokenScenario` with all its mistakes."""
    read = read_content(folder, shown_as)
    if read.content is None:
        raise BrokenScenario(read.problems)
    return read.content


def _in_order(document: Document) -> list[Problem]:
    return sorted(dict.fromkeys(document.problems), key=lambda problem: problem.line)


def _assembled(scenario_id: str, scenario: Document, questions: Document, lines: Document) -> Content:
    root, bank_root = scenario.root(), questions.root()
    title, description = root.text("title"), root.text("description")
    form = read_form(root, own.TOP)
    names = own.read_names(root, form)
    placeholders = {key: name.most_words for key, name in names.items()}
    voices, default_voice = own.read_voices(root)
    topic_title, topic_text = own.read_topic(root, form)
    styles, style_field = own.read_styles(root, form, placeholders)
    answers = own.read_answers(root, placeholders)
    competencies = own.read_competencies(root)
    steps = read_steps(_step_tables(root), form, own.TOP)
    known = Known(
        steps,
        competencies,
        answers.wants,
        tuple(element.name for element in answers.elements),
        placeholders,
        any(style.leads for style in styles.values()),
    )
    bank = read_bank(bank_root, known)
    content = Content(
        scenario_id=scenario_id,
        title=title,
        description=description,
        voices=voices,
        default_voice=default_voice,
        instructions=own.read_instructions(root, placeholders, f"It is called {title}. {description}"),
        form=form,
        steps=steps,
        styles=styles,
        style_field=style_field,
        questions=bank.questions,
        lines=read_lines(lines.root(), root.table("lines"), placeholders, own.TOP),
        names=names,
        role_play=root.yes_or_no("role_play"),
        any_topic=root.yes_or_no("any_topic"),
        facts=own.read_facts(root, placeholders),
        topic_title=topic_title,
        topic_text=topic_text,
        competencies=competencies,
        elements=answers.elements,
        wants=answers.wants,
        probes=answers.probes,
        fields=bank.fields,
        levels=bank.levels,
    )
    root.done()
    # What adds up wrong is told once what is added is right.
    if not errors_in(scenario.problems):
        amounts.check_groups(root, steps)
        amounts.check_time(root, content)
        if not errors_in(questions.problems):
            amounts.check_questions(bank_root, content)
            amounts.check_use(root, content)
    return content


def _step_tables(root: Table) -> list[Table]:
    given = root.tables("steps")
    return given if "steps" in root else defaults.table().tables("steps")
