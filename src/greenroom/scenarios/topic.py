"""What a filled-in form says the conversation is about, made fit to be spoken."""

from collections.abc import Mapping
from dataclasses import dataclass

from greenroom.scenarios import keyphrases, spoken
from greenroom.scenarios.form import Form
from greenroom.scenarios.keyphrases import KeyPhrase
from greenroom.scenarios.schema import MOST_FACT_WORDS, Content
from greenroom.scenarios.wording import PLACEHOLDER

MOST_FACTS = 120
_OPEN_ENDS = frozenset({"at", "to", "us", "here", "on", "of"})
_HEADINGS = frozenset({"about", "what", "who", "why", "how", "your", "the", "our", "key", "main", "job"})


@dataclass(frozen=True, slots=True)
class Topic:
    """A form's content in words."""

    title: str
    text: str
    sentences: tuple[str, ...]
    """The text's, fit to be spoken."""
    names: Mapping[str, str]
    """What each placeholder stands for, cut to its few words."""
    whole_names: Mapping[str, str]
    """The same uncut; those that the form says nothing about are left out."""
    phrases: tuple[KeyPhrase, ...]

    def fill(self, text: str, **also: str) -> str:
        """The text with its placeholders filled in."""
        return filled(text, {**self.names, **also})


def filled(text: str, values: Mapping[str, str]) -> str:
    """One pass, so that what someone wrote is never itself taken for a placeholder."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def topic_of(content: Content, config: Mapping[str, object]) -> Topic:
    """The topic of a checked form."""
    given = {field.name: _said(content.form, field.name, config) for field in content.form.fields}
    title = " ".join(given[name] for name in content.topic_title).strip()
    text = "\n".join(given[name] for name in content.topic_text).strip()
    names = {
        key: spoken.name(given[name.field], name.most_words, name.otherwise) for key, name in content.names.items()
    }
    whole = {key: spoken.sayable(given[name.field]) for key, name in content.names.items()}
    told = {key: said for key, said in whole.items() if any(char.isalnum() for char in said)}
    known = (title, *(given[name.field] for name in content.names.values()))
    sentences = tuple(spoken.sentences(text))
    return Topic(title, text, sentences, names, told, tuple(keyphrases.extract_from(sentences, known)))


def facts_of(content: Content, topic: Topic) -> tuple[str, ...]:
    """Sentences that answer questions about the topic."""
    own = [
        filled(fact, topic.whole_names)
        for fact in content.facts
        if all(found[1] in topic.whole_names for found in PLACEHOLDER.finditer(fact))
    ]
    told = [sentence for sentence in topic.sentences if _tells(sentence)]
    return tuple(spoken.clipped(sentence, MOST_FACT_WORDS) for sentence in (*own, *told))[:MOST_FACTS]


def _said(form: Form, name: str, config: Mapping[str, object]) -> str:
    """A field's content in words: of a choice, its label."""
    value = config.get(name, "")
    field = form.field(name)
    if field is not None and field.kind == "choice":
        return next((choice.label for choice in field.choices if choice.value == value), str(value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _tells(sentence: str) -> bool:
    """A heading ("About the role"), a question, or what is left of a link ("Apply at") answers nothing."""
    words = sentence.split()
    if sentence.endswith("?") or words[-1].lower() in _OPEN_ENDS:
        return False
    return len(words) > 1 and (len(words) > 5 or words[0].lower() not in _HEADINGS or sentence.endswith("."))
