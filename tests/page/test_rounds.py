"""Practise again, a hundred times: nothing of an earlier round is in a later one, counted in the page and in the server."""

import random
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.page.sabotage import LEDGER
from tests.page.servers import ScriptedServer
from tests.page.visitor import Visitor

ROUNDS = 100
WARM_ROUNDS = 8
SETTLED_S = 5.0


def settled(count: Callable[[], dict[str, Any]], wanted: dict[str, Any], visitor: Visitor) -> None:
    """Until this is counted: what is closed takes a moment to be gone."""
    until = time.monotonic() + SETTLED_S
    while (now := count()) and {name: now[name] for name in wanted} != wanted:
        assert time.monotonic() < until, (now, wanted)
        visitor.page.wait_for_timeout(20)


class Rounds:
    """One visitor who practises again and again, each time with words of its own."""

    def __init__(self, visitor: Visitor, server: ScriptedServer) -> None:
        self.visitor = visitor
        self.server = server
        self.ids: list[str] = []

    def whole(self, number: int) -> None:
        """Talk and end."""
        visitor = self.visitor
        visitor.hears("interviewer")
        self.check_is_new(number)
        visitor.press("Type instead")
        visitor.type(f"This is answer number {number}.")
        visitor.hears("candidate")
        self.check_page(number)
        visitor.press("End")

    def refreshed(self, number: int) -> None:
        """Reload in mid-call, then end."""
        visitor = self.visitor
        visitor.hears("interviewer")
        self.check_is_new(number)
        visitor.page.reload()
        visitor.screen("call")
        visitor.status(re.compile("Your turn|is speaking"))
        assert visitor.session_id == self.ids[-1]
        visitor.press("End")

    def connecting(self, number: int) -> None:
        """End before anything was said, as soon as there is a session to end."""
        self.visitor.press("End")

    def cut(self, number: int) -> None:
        """The connections break, come back, and it ends."""
        visitor = self.visitor
        visitor.hears("interviewer")
        self.check_is_new(number)
        self.server.order("cut", kind="voice")
        self.server.order("cut", kind="observer")
        visitor.status(re.compile("onnect|Paused"))
        visitor.status(re.compile("Your turn|is speaking"))
        visitor.press("End")

    def check_is_new(self, number: int) -> None:
        session_id = self.visitor.session_id
        assert session_id not in self.ids, f"round {number} has an earlier one's id"
        self.ids.append(session_id)
        assert self.visitor.said("candidate") == [], f"round {number} shows lines of an earlier one"

    def check_page(self, number: int) -> None:
        """What a call holds in the page, however many came before it."""
        now = self.visitor.page.evaluate("ledger()")
        assert (now["sockets"], now["tracks"], now["contexts"]) == (2, 1, 2), (number, now)
        assert now["timers"] <= 12, (number, now)
        said = self.visitor.said("candidate")
        assert said == [f"This is answer number {number}."], (number, said)


@pytest.mark.timeout(240)
def test_a_hundred_rounds_of_practise_again_leave_nothing_behind(
    newcomer: Callable[..., Visitor], own_server: Callable[..., ScriptedServer]
) -> None:
    server = own_server(TEST_MS_PER_WORD="2")
    visitor = newcomer(url=server.url, script=LEDGER)
    dice = random.Random(5)
    rounds = Rounds(visitor, server)
    ways = [rounds.whole] * 5 + [rounds.connecting] * 2 + [rounds.refreshed] * 2 + [rounds.cut]
    visitor.set_up(query="")
    before = server.order("count")
    visitor.start()
    for number in range(ROUNDS):
        way = ways[number % len(ways)] if number < len(ways) else dice.choice(ways)
        way(number)
        visitor.screen("ended")
        settled(lambda: visitor.page.evaluate("ledger()"), {"sockets": 0, "tracks": 0, "contexts": 0}, visitor)
        if number % 10 == 9 or number == ROUNDS - 1:
            nothing = {name: before[name] for name in ("sockets", "sessions", "live", "engines", "legs")}
            settled(lambda: server.order("count"), nothing, visitor)
            assert server.order("count")["tasks"] <= before["tasks"]
        if number < ROUNDS - 1:
            visitor.press("Practise again")
            visitor.screen("call")
    after = server.order("count")
    assert after["files"] <= before["files"] + 2
    listed = visitor.fetch("api/sessions?limit=200")["sessions"]
    assert len(listed) == ROUNDS
    assert {session["status"] for session in listed} == {"ended"}
    assert set(rounds.ids) <= {session["sessionId"] for session in listed}
    for session in listed:
        turns = visitor.fetch(f"api/sessions/{session['sessionId']}")["turns"]
        typed = [turn["text"] for turn in turns if turn["speaker"] == "candidate"]
        assert len(typed) <= 1
    visitor.page.get_by_role("link", name="My practices").click()
    visitor.screen("history")
    assert visitor.page.evaluate("ledger()")["sockets"] == 0


def test_what_a_round_made_is_let_go_of(
    newcomer: Callable[..., Visitor], own_server: Callable[..., ScriptedServer]
) -> None:
    visitor = newcomer(url=own_server(TEST_MS_PER_WORD="2").url)
    visitor.set_up(query="")
    visitor.start()
    alive: list[dict[str, int]] = []
    for _ in range(2):
        for _ in range(WARM_ROUNDS):
            visitor.hears("interviewer")
            visitor.end()
            visitor.press("Practise again")
            visitor.screen("call")
        visitor.hears("interviewer")
        alive.append(visitor.alive("WebSocket", "AbortController", "HTMLElement", "Map", "Function"))
    before, after = alive
    assert after["WebSocket"] <= 2
    assert after["AbortController"] <= before["AbortController"] + 2
    assert after["HTMLElement"] <= before["HTMLElement"] + 10
    assert after["Map"] <= before["Map"] + 2
    assert after["Function"] <= before["Function"] + 50
