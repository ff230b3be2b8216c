"""`web/src/protocol.ts`: the wire's messages for the page, made from the server's own structs.

    python -m tools.page_types --check | --write

What the server sends has every field, but for those that are left out on purpose (`UNSET`); what it takes may leave out
whatever has a default.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

import msgspec
from msgspec import inspect

from greenroom.core import events
from greenroom.ports import observer
from greenroom.runtime import envelope
from greenroom.server import api, observer_messages
from greenroom.telephony.browser import messages as voice

FILE = Path(__file__).parent.parent / "web" / "src" / "protocol.ts"
HEAD = """\
// Made from the server's structs by `python -m tools.page_types --write`: change those, not this.
"""
WIDTH = 100

Kind = type[msgspec.Struct]
ALIASES = {frozenset(get_args(events.Speaker)): "Speaker"}


def typescript() -> str:
    """The whole file."""
    out = _Out()
    out.parts.append(f"export type Speaker = {_choice(get_args(events.Speaker))}\n")
    out.section("What a log holds; on the wire in an envelope.")
    out.interface(envelope.Envelope, sent=True)
    out.union("AnyEvent", events.EVENTS, sent=True)
    out.section("What an observer is told beside events.")
    out.union("AnyAnswer", get_args(observer_messages.AnyAnswer), sent=True)
    out.interface(observer.TranscriptDelta, sent=True)
    out.section("What an observer says.")
    out.union("AnyMessage", get_args(observer_messages.AnyMessage), sent=False)
    out.section("What a page's voice says, and is told.")
    out.union("AnyUpMessage", get_args(voice.Upward), sent=False)
    out.union("AnyDownMessage", get_args(voice.Downward), sent=True)
    out.section("What REST takes.")
    for kind in (api.NewSession, api.TicketFor):
        out.interface(kind, sent=False)
    return "\n".join([HEAD, *out.parts])


class _Out:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self._made: set[str] = set()

    def section(self, title: str) -> None:
        self.parts.append(f"// {title}\n")

    def union(self, name: str, kinds: Sequence[Kind], *, sent: bool) -> None:
        for kind in kinds:
            self.interface(kind, sent=sent)
        names = [kind.__name__ for kind in kinds]
        line = f"export type {name} = {' | '.join(names)}\n"
        if len(line) > WIDTH:
            line = f"export type {name} =\n" + "".join(f"  | {each}\n" for each in names)
        self.parts.append(line)

    def interface(self, kind: Kind, *, sent: bool) -> None:
        """This struct, and before it those that its fields are made of."""
        if kind.__name__ in self._made:
            return
        self._made.add(kind.__name__)
        shape = inspect.type_info(kind)
        assert isinstance(shape, inspect.StructType)
        lines = [f"  {shape.tag_field}: {_quoted(shape.tag)}"] if shape.tag_field else []
        for field in shape.fields:
            has_default = field.default is not inspect.NODEFAULT or field.default_factory is not inspect.NODEFAULT
            left_out = not field.required and not (sent and has_default)
            lines.append(f"  {field.encode_name}{'?' if left_out else ''}: {self._type(field.type, sent=sent)}")
        told = f"/** {_in_its_words(kind.__doc__)} */\n" if kind.__doc__ else ""
        self.parts.append(
            f"{told}export interface {kind.__name__} {{\n" + "".join(f"{line}\n" for line in lines) + "}\n"
        )

    def _type(self, kind: inspect.Type, *, sent: bool) -> str:
        match kind:
            case inspect.Metadata(type=inner):
                return self._type(inner, sent=sent)
            case inspect.StrType():
                return "string"
            case inspect.IntType() | inspect.FloatType():
                return "number"
            case inspect.BoolType():
                return "boolean"
            case inspect.NoneType():
                return "null"
            case inspect.LiteralType(values=values):
                return ALIASES.get(frozenset(values)) or _choice(values)
            case inspect.UnionType(types=types):
                # Whole and broken numbers are one type there.
                return " | ".join(dict.fromkeys(self._type(each, sent=sent) for each in types))
            case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
                return f"{self._type(item, sent=sent)}[]"
            case inspect.DictType(value_type=value):
                return f"Record<string, {self._type(value, sent=sent)}>"
            case inspect.AnyType():
                return "unknown"
            case inspect.StructType(cls=cls):
                self.interface(cls, sent=sent)
                return cls.__name__
            case _:
                msg = f"no word for {kind}"
                raise TypeError(msg)


def _choice(values: Iterable[object]) -> str:
    return " | ".join(_quoted(value) for value in values)


def _in_its_words(docstring: str) -> str:
    """One line, with the names of fields as they are on the wire."""
    line = " ".join(docstring.split())
    return re.sub(r"`\w+`", lambda name: re.sub(r"_(\w)", lambda letter: letter[1].upper(), name[0]), line)


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the file is out of date")
    parser.add_argument("--write", action="store_true", help="bring the file up to date")
    arguments = parser.parse_args()
    made = typescript()
    if FILE.exists() and FILE.read_text() == made:
        return 0
    if arguments.write:
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.write_text(made)
        return 0
    print(f"out of date, run `make format`: {FILE.relative_to(FILE.parent.parent.parent)}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
