import msgspec
import pytest
from tools import page_types

from greenroom.core import events


def test_the_pages_types_are_those_of_the_servers_structs() -> None:
    assert page_types.FILE.read_text() == page_types.typescript(), "run: python -m tools.page_types --write"


def test_a_field_that_is_added_to_an_event_is_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    class LegLost(events.Event, frozen=True, tag="leg.lost"):
        leg: str
        code: str
        since_ms: int

    kinds = tuple(LegLost if kind is events.LegLost else kind for kind in events.EVENTS)
    monkeypatch.setattr(events, "EVENTS", kinds)
    assert page_types.typescript() != page_types.FILE.read_text()
    assert "  sinceMs: number\n" in page_types.typescript()


def test_what_may_be_left_out_differs_by_who_sends_it() -> None:
    class Part(msgspec.Struct, rename="camel"):
        """One `part_name`."""

        part_name: str
        note: str = ""
        extra: int | msgspec.UnsetType = msgspec.UNSET

    sent, taken = page_types._Out(), page_types._Out()
    sent.interface(Part, sent=True)
    taken.interface(Part, sent=False)
    assert sent.parts == [
        "/** One `partName`. */\nexport interface Part {\n  partName: string\n  note: string\n  extra?: number\n}\n"
    ]
    assert "  note?: string\n" in taken.parts[0]
