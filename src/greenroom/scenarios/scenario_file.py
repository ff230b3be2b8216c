"""Reading a scenario.toml, all but its form, its steps and its lines, which have files of their own here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from greenroom.core.plan import Element
from greenroom.scenarios import defaults
from greenroom.scenarios.form import Form
from greenroom.scenarios.reading import Table, listed, meant
from greenroom.scenarios.schema import (
    DEFAULT_STYLE,
    MOST_ACKNOWLEDGEMENT_WORDS,
    MOST_FACT_WORDS,
    MOST_FAREWELL_WORDS,
    MOST_GREETING_WORDS,
    MOST_LEAD_WORDS,
    MOST_PROBE_WORDS,
    Name,
    Style,
)
from greenroom.scenarios.wording import PLACEHOLDER, Wording, check, check_all, check_ungraded, placeholders_in

TOP = [
    "title", "description", "voices", "default_voice", "instructions", "competencies", "topic", "names", "facts",
    "fields", "style_field", "styles", "elements", "wants", "probes", "steps", "lines", "role_play", "any_topic",
]  # fmt: skip
_RESERVED = ("ask", "phrase", "question", "fact", "time", "manner", "scenario")
_PLACEHOLDER_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LEAD = re.compile(r"(.*[.:!?] )?\{ask\}")
_CUE = re.compile(r"#|_|\*?[a-z0-9']+\*?")
_DEFAULT_NAME_WORDS = 6
_ADVISED_GREETINGS, _ADVISED_FAREWELLS, _ADVISED_ACKNOWLEDGEMENTS, _ADVISED_PROBES = 3, 2, 12, 3


@dataclass(frozen=True, slots=True)
class Answers:
    """What an answer may hold and how it is asked for."""

    elements: tuple[Element, ...]
    wants: Mapping[str, tuple[str, ...]]
    probes: Mapping[str, tuple[str, ...]]


def read_voices(root: Table) -> tuple[tuple[str, ...], str]:
    usual = defaults.table()
    voices = root.texts("voices", default=usual.texts("voices"))
    first = voices[0] if "voices" in root and voices else usual.text("default_voice")
    return voices, root.one_of("default_voice", voices, first, what="one of the voices")


def read_names(root: Table, form: Form) -> dict[str, Name]:
    """What each placeholder stands for."""
    names = root.table("names")
    return {key: _name(names, key, form) for key in names.keys()}  # noqa: SIM118


def _name(names: Table, key: str, form: Form) -> Name:
    if key in _RESERVED or not _PLACEHOLDER_NAME.fullmatch(key):
        wanted = f"a name of small letters that is none of {listed(_RESERVED)}"
        names.note(key, f"expected {wanted}, found {key!r}")
    table = names.table(key)
    field = table.one_of("field", [field.name for field in form.fields], what="a field of the form:")
    most = int(table.number("most_words", _DEFAULT_NAME_WORDS, whole=True, least=1))
    otherwise = table.text("otherwise")
    check(table, "otherwise", otherwise, Wording(most))
    table.done(TOP)
    return Name(field, most, otherwise)


def read_topic(root: Table, form: Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that tell what it is about: of the title, of the text."""
    table = root.table("topic")
    found = table.texts("title", least=0, default=()), table.texts("text", least=0, default=())
    texts = [field.name for field in form.fields if field.kind != "number"]
    for key, fields in zip(("title", "text"), found, strict=True):
        for index, field in enumerate(fields):
            if field not in texts:
                table.note(key, f"expected a field of the form: {listed(texts)}, found {field!r}{meant(field, texts)}", index=index)  # fmt: skip
    table.done(TOP)
    return found


def read_instructions(root: Table, placeholders: Mapping[str, int], about: str) -> str:
    """The template for a model. `about`: what the scenario is, where it has no instructions of its own."""
    if "instructions" not in root:
        return defaults.table().text("instructions").strip().replace("{scenario}", about)
    text = root.text("instructions")
    known = [*placeholders, "manner"]
    for name in placeholders_in(text):
        if name not in known:
            shown = listed(f"{{{one}}}" for one in known)
            root.note("instructions", f"there is no {{{name}}} here{meant(name, known)}; there are {shown}")
    if set(PLACEHOLDER.sub("", text)) & {"{", "}"}:
        root.note("instructions", "expected braces only around placeholders")
    return text.strip()


def read_facts(root: Table, placeholders: Mapping[str, int]) -> tuple[str, ...]:
    facts = root.texts("facts", least=0, default=())
    check_all(root, "facts", facts, Wording(MOST_FACT_WORDS, MOST_FACT_WORDS * 2, placeholders))
    return facts


def read_competencies(root: Table) -> dict[str, str]:
    return root.table("competencies").entries(Table.text)


def read_styles(root: Table, form: Form, placeholders: Mapping[str, int]) -> tuple[dict[str, Style], str]:
    """The styles by name, and the field that chooses one."""
    choosers = [field.name for field in form.fields if field.kind == "choice"]
    style_field = root.one_of("style_field", choosers, "", what="a choice field of the form:")
    chooser = form.field(style_field)
    wanted = [DEFAULT_STYLE] if chooser is None else [str(choice.value) for choice in chooser.choices]
    styles = root.table("styles", needed=True)
    for name in styles.keys():  # noqa: SIM118
        if name not in wanted:
            why = f"the choices of {style_field}" if style_field else "the one style where there is no style_field"
            styles.note(name, f"expected {listed(wanted)} ({why}), found {name!r}{meant(name, wanted)}")
    for name in wanted:
        if name not in styles and "styles" in root:
            styles.note("", f"expected a table [styles.{name}], found none")
    return {name: _style(styles.table(name), placeholders) for name in styles.keys()}, style_field  # noqa: SIM118


def _style(table: Table, placeholders: Mapping[str, int]) -> Style:
    usual = defaults.style()
    style = Style(
        manner=table.text("manner", usual.text("manner")),
        greetings=table.texts("greetings"),
        farewells=table.texts("farewells", default=usual.texts("farewells")),
        acknowledgements=table.texts("acknowledgements", default=usual.texts("acknowledgements")),
        leads=table.texts("leads", least=0, default=()),
    )
    table.done(TOP)
    named = Wording(MOST_GREETING_WORDS, MOST_GREETING_WORDS, placeholders)
    check_all(table, "greetings", style.greetings, named)
    check_all(table, "farewells", style.farewells, Wording(MOST_FAREWELL_WORDS))
    check_all(table, "acknowledgements", style.acknowledgements, Wording(MOST_ACKNOWLEDGEMENT_WORDS))
    check_ungraded(table, "acknowledgements", style.acknowledgements)
    check_all(table, "leads", style.leads, Wording(MOST_LEAD_WORDS, 0, placeholders, needs="ask").also(ask=1))
    for index, lead in enumerate(style.leads):
        if "{ask}" in lead and not _LEAD.fullmatch(lead):
            table.note("leads", "expected {ask} at its end, behind a full stop or a colon", index=index)
    _advise(table, "greetings", style.greetings, _ADVISED_GREETINGS)
    _advise(table, "farewells", style.farewells, _ADVISED_FAREWELLS)
    _advise(table, "acknowledgements", style.acknowledgements, _ADVISED_ACKNOWLEDGEMENTS)
    return style


def read_answers(root: Table, placeholders: Mapping[str, int]) -> Answers:
    """The elements of answers, which kinds of questions want them, and the general probes for them."""
    elements = root.table("elements")
    names = elements.keys()
    found = tuple(_element(elements.table(name), name) for name in names)
    wants = root.table("wants").entries(lambda table, key: _wanted(table, key, names))
    probes = root.table("probes")
    for key in probes.keys():  # noqa: SIM118
        if key not in names:
            probes.note(key, f"expected an element: {listed(names)}, found {key!r}{meant(key, names)}")
    general = probes.entries(lambda table, key: _probes(table, key, placeholders))
    for name in sorted({name for kind in wants.values() for name in kind if name in names} - set(general)):
        probes.note("", f"there are no probes for {name!r}: only questions with a probe of their own ask for it", warning=True)  # fmt: skip
    return Answers(found, wants, general)


def _element(table: Table, name: str) -> Element:
    title = table.text("title", name)
    cues = table.texts("cues")
    for index, cue in enumerate(cues):
        wrong = [word for word in cue.split() if not _CUE.fullmatch(word)]
        if wrong:
            wanted = "words of small letters, with * at an end, # or _"
            table.note("cues", f"expected {wanted}, found {wrong[0]!r}", index=index)
    table.done(TOP)
    return Element(name, cues, title)


def _wanted(table: Table, key: str, elements: Iterable[str]) -> tuple[str, ...]:
    elements = list(elements)
    names = table.texts(key)
    for index, name in enumerate(names):
        if name not in elements:
            table.note(key, f"expected an element: {listed(elements)}, found {name!r}{meant(name, elements)}", index=index)  # fmt: skip
    return names


def _probes(table: Table, key: str, placeholders: Mapping[str, int]) -> tuple[str, ...]:
    texts = table.texts(key)
    check_all(table, key, texts, Wording(MOST_PROBE_WORDS, MOST_PROBE_WORDS + 5, placeholders))
    _advise(table, key, texts, _ADVISED_PROBES)
    return texts


def _advise(table: Table, key: str, texts: tuple[str, ...], number: int) -> None:
    if texts and key in table and len(texts) < number:
        table.note(key, f"{number} or more serve better than {len(texts)}: one soon hears them again", warning=True)
