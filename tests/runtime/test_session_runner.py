"""Sessions in the real runtime: what observers see, in which order, and that nothing is left."""

import asyncio
import threading

import pytest

from greenroom.core import signals as s
from greenroom.core.errors import Draining, LogUnavailable, NoSuchSession, OutOfOrder, ServerFull
from greenroom.core.session import Limits
from greenroom.ports.store import NewEvents, NewSession, StoreError
from greenroom.stores.memory import MemoryStore
from tests.runtime.house import Page, house


async def test_a_call_is_greeted_transcribed_and_ended_in_order() -> None:
    async with house() as h:
        runner = await h.session()
        page = await h.watch(runner.session_id)
        phone = h.call(runner)
        await page.until(lambda: page.has("turn.completed", speaker="interviewer"))
        h.engine.legs[0].hear("i1", "I have always liked machines and the people who use them every day.")
        await page.until(lambda: page.has("turn.completed", speaker="candidate"))
        assert any(caption["speaker"] == "candidate" for caption in page.captions)
        closed_when_told: list[bool] = []
        page.when_ended = lambda: closed_when_told.append(phone.closed is not None or h.engine.legs[0].closed)
        await h.directory.end(runner.session_id, "user_ended")
        assert closed_when_told == [False]
        assert page.events[-1]["status"] == "ended"
        assert page.events[-1]["reason"] == "user_ended"
        assert page.seqs == list(range(1, len(page.seqs) + 1))
        assert page.ended == (4410, "user_ended")
        assert phone.closed == (1000, "user_ended")
        assert h.engine.legs[0].closed
        assert h.directory.live(runner.session_id) is None
        assert h.metrics.legs_open["engine"] == 0


async def test_captions_come_between_the_beginning_and_the_end_of_their_turn() -> None:
    async with house() as h:
        runner = await h.session()
        order: list[tuple[str, str]] = []

        class Ordered(Page):
            def event(self, body: bytes, seq: int) -> None:
                super().event(body, seq)
                latest = (self.events if seq else self.captions)[-1]
                if "turnId" in latest:
                    order.append((latest["type"], latest["turnId"]))

        page = Ordered()
        await h.directory.attach_observer(runner.session_id, page, None)
        h.call(runner)
        await page.until(lambda: page.has("turn.completed"))
        turn_id = order[0][1]
        assert [kind for kind, turn in order if turn == turn_id] == [
            "turn.started",
            "transcript.delta",
            "turn.completed",
        ]


async def test_an_observer_that_comes_back_sees_every_event_once() -> None:
    async with house() as h:
        runner = await h.session()
        whole = await h.watch(runner.session_id)
        first = await h.watch(runner.session_id)
        h.call(runner)
        await first.until(lambda: first.has("call.status_changed", status="connected"))
        h.directory.detach_observer(runner.session_id, first)
        await whole.until(lambda: whole.has("turn.completed"))
        second = await h.watch(runner.session_id, first.cursor)
        assert second.answer is not None
        assert second.answer.resumed
        await h.directory.end(runner.session_id, "user_ended")
        third = await h.watch(runner.session_id, second.cursor)
        assert [*first.events, *second.events, *third.events] == whole.events
        stranger = await h.watch(runner.session_id, ("otherlog", 3))
        assert stranger.answer is not None
        assert not stranger.answer.resumed
        assert stranger.events == whole.events
        assert stranger.ended == (4410, "user_ended")
        ahead = await h.watch(runner.session_id, (runner.log_id, 10_000))
        assert ahead.answer is not None
        assert not ahead.answer.resumed
        assert ahead.events == whole.events


async def test_an_observer_that_comes_while_events_are_stored_misses_and_repeats_none() -> None:
    async with house() as h:
        runner = await h.session()
        pages: list[Page] = []

        async def come() -> None:
            pages.append(await h.watch(runner.session_id))

        async with asyncio.TaskGroup() as tasks:
            for number in range(40):
                tasks.create_task(come())
                if number == 10:
                    h.call(runner)
                if number > 15:
                    runner.configure(
                        scenario_id="job_interview",
                        config={"jobTitle": f"Engineer {number}", "company": "Acme"},
                        voice="heart",
                        revision=None,
                    )
                    await asyncio.sleep(0)
        await h.directory.end(runner.session_id, "user_ended")
        logs = [page.seqs for page in pages]
        assert len(logs) == 40
        assert all(log == list(range(1, log[-1] + 1)) for log in logs)
        assert len({log[-1] for log in logs}) == 1


async def crossed_canaries(breaks: frozenset[str]) -> list[str]:
    """Twenty sessions at once, each with its own word; the words that were seen in somebody else's session."""
    async with house(breaks=breaks) as h:
        runners = [await h.session(f"owner{number}") for number in range(20)]
        pages = [await h.watch(runner.session_id) for runner in runners]
        for runner in runners:
            h.call(runner, f"MZ{runner.session_id}")
        for page in pages:
            await page.until(lambda page=page: page.has("turn.completed"))
        for runner in runners:
            runner.type_text(f"my word is canary-{runner.session_id}")
        for runner in runners:
            await h.directory.end(runner.session_id, "user_ended")
        crossed: list[str] = []
        for runner, page in zip(runners, pages, strict=True):
            seen = {event["text"] for event in page.events if event.get("typed")}
            if seen != {f"my word is canary-{runner.session_id}"}:
                crossed.append(runner.session_id)
        return crossed


async def test_nobody_sees_another_session() -> None:
    assert await crossed_canaries(frozenset()) == []


async def test_the_guard_against_crossed_sessions_fails_when_pairing_is_broken() -> None:
    assert await crossed_canaries(frozenset({"pairing"}))


async def test_a_phone_that_says_stop_is_closed_by_us_after_the_end_was_told() -> None:
    async with house() as h:
        runner = await h.session()
        page = await h.watch(runner.session_id)
        phone = h.call(runner)
        await page.until(lambda: page.has("turn.completed"))
        assert phone.events is not None
        phone.events.hung_up()
        await page.until(lambda: page.ended is not None)
        assert page.events[-1]["reason"] == "caller_hung_up"
        assert phone.closed == (1000, "caller_hung_up")


async def test_a_second_phone_replaces_the_first() -> None:
    async with house() as h:
        runner = await h.session()
        page = await h.watch(runner.session_id)
        first = h.call(runner, "MZ1")
        await page.until(lambda: page.has("turn.completed"))
        h.call(runner, "MZ2")
        assert first.closed == (4409, "replaced")
        assert first.events is not None
        first.events.lost("1006")  # what the old one still says means nothing
        await page.until(lambda: page.has("call.status_changed", streamSid="MZ2"))
        assert runner.status == "connected"


async def test_an_engine_that_dies_in_mid_call_is_replaced_with_the_conversation_so_far() -> None:
    async with house() as h:
        runner = await h.session()
        page = await h.watch(runner.session_id)
        h.call(runner)
        await page.until(lambda: page.has("turn.completed"))
        h.engine.legs[0].events.signal(s.EngineLost("1006"))
        await page.until(lambda: page.has("leg.restored", leg="engine"))
        await page.until(lambda: len([e for e in page.events if e.get("status") == "connected"]) == 2)
        assert [turn.speaker for turn in h.engine.legs[1].history] == ["interviewer"]
        assert h.engine.legs[0].closed
        assert h.metrics.engine_reconnects == 1
        assert h.metrics.legs_open["engine"] == 1


async def test_an_engine_that_cannot_be_had_ends_the_session_in_time() -> None:
    async with house(limits=Limits(connect_s=0.5)) as h:
        h.engine.unreachable = True
        runner = await h.session()
        page = await h.watch(runner.session_id)
        h.call(runner)
        await page.until(lambda: page.has("call.status_changed", status="ended", reason="engine_lost"))


async def test_an_engine_that_never_agrees_fails_the_configuration_in_words() -> None:
    async with house(limits=Limits(configure_s=0.3)) as h:
        h.engine.agrees = False
        runner = await h.session()
        page = await h.watch(runner.session_id)
        h.call(runner)
        await page.until(lambda: page.has("call.status_changed", status="ended", reason="engine_refused"))
        assert page.has("configuration.failed", code="configuration_timeout")


async def test_an_end_that_cannot_be_stored_is_told_all_the_same() -> None:
    class Dying(MemoryStore):
        dead = False

        def write(self, batch):
            if self.dead and any(isinstance(write, NewEvents) for write in batch):
                msg = "the disk is full"
                raise StoreError(msg)
            super().write(batch)

    store = Dying()
    async with house(store=store) as h:
        runner = await h.session()
        page = await h.watch(runner.session_id)
        h.call(runner)
        await page.until(lambda: page.has("turn.completed"))
        store.dead = True
        runner.ask_end("user_ended")
        await page.until(lambda: page.ended is not None)
        assert page.captions[-1]["status"] == "ended"
        assert page.captions[-1]["stored"] is False


async def test_without_a_store_to_read_no_session_is_made_and_the_code_says_so() -> None:
    class Unreadable(MemoryStore):
        def practices(self, owner_id, scenario_id):
            msg = "the disk is gone"
            raise StoreError(msg)

    async with house(store=Unreadable()) as h:
        with pytest.raises(LogUnavailable):
            await h.session()
        assert h.directory.live_count == 0


async def test_a_new_session_is_told_only_once_it_is_stored() -> None:
    class Slow(MemoryStore):
        def __init__(self) -> None:
            super().__init__()
            self.began, self.may_write = threading.Event(), threading.Event()

        def write(self, batch):
            if any(isinstance(write, NewSession) for write in batch):
                self.began.set()
                assert self.may_write.wait(5)
            super().write(batch)

    store = Slow()
    async with house(store=store) as h:
        making = asyncio.create_task(h.session())
        await asyncio.to_thread(store.began.wait, 5)
        await asyncio.sleep(0)
        assert not making.done()
        store.may_write.set()
        assert store.session((await making).session_id) is not None


async def test_a_session_that_the_store_refuses_is_not_made() -> None:
    class Refused(StoreError):
        transient = False

    class Refusing(MemoryStore):
        def write(self, batch):
            if any(isinstance(write, NewSession) for write in batch):
                raise Refused
            super().write(batch)

    async with house(store=Refusing()) as h:
        with pytest.raises(LogUnavailable):
            await h.session()
        await h.directory.reset()
        assert h.directory.live_count == 0


async def test_reset_ends_every_session_and_takes_new_ones() -> None:
    async with house() as h:
        runners = [await h.session() for _ in range(5)]
        pages = [await h.watch(runner.session_id) for runner in runners]
        for runner in runners[:3]:
            h.call(runner)
        assert await h.directory.reset() == 5
        assert all(page.events[-1]["reason"] == "reset" for page in pages)
        assert h.directory.runners() == []
        await h.session()


async def test_a_drain_waits_for_live_sessions_and_takes_no_new_ones() -> None:
    async with house() as h:
        runner = await h.session()
        page = await h.watch(runner.session_id)
        phone = h.call(runner)
        await page.until(lambda: page.has("turn.completed"))
        drain = asyncio.create_task(h.directory.drain(10))
        await asyncio.sleep(0)
        with pytest.raises(Draining):
            await h.session()
        assert runner.status == "connected"
        assert phone.events is not None
        phone.events.hung_up()
        await drain
        assert page.events[-1]["reason"] == "caller_hung_up"


async def test_a_drain_that_runs_out_says_goodbye() -> None:
    async with house() as h:
        runner = await h.session()
        page = await h.watch(runner.session_id)
        h.call(runner)
        await page.until(lambda: page.has("turn.completed"))
        await h.directory.drain(0.05)
        assert page.has("call.status_changed", status="ending")
        assert page.events[-1]["reason"] == "drained"


async def test_there_is_a_limit_to_live_sessions() -> None:
    async with house(max_sessions=1) as h:
        runner = await h.session()
        h.call(runner)
        with pytest.raises(ServerFull):
            await h.session()
        await h.directory.end(runner.session_id, "user_ended")
        await h.session()


async def test_what_was_live_when_the_process_died_ends_as_node_lost_with_its_transcript() -> None:
    store = MemoryStore()
    async with house(store=store) as h:
        runner = await h.session()
        page = await h.watch(runner.session_id)
        h.call(runner)
        await page.until(lambda: page.has("turn.completed"))
        await h.recorder.flush(1)
        lines = store.events(runner.session_id)
        row = store.session(runner.session_id)
    assert row is not None
    after = MemoryStore()  # as the disk was when the process died
    after.open()
    from greenroom.ports.store import NewSession

    after.write([NewSession(row), NewEvents(row.session_id, tuple(lines), status="connected")])
    async with house(store=after) as h:
        back = await h.watch(row.session_id)
        assert [event["seq"] for event in back.events] == list(range(1, len(lines) + 2))
        assert back.events[-1]["reason"] == "node_lost"
        assert back.has("turn.completed", speaker="interviewer")
        assert back.ended == (4410, "node_lost")


async def test_erasing_leaves_nothing() -> None:
    async with house() as h:
        runner = await h.session()
        h.call(runner)
        await h.directory.erase(runner.session_id)
        assert h.store.events(runner.session_id) == []
        with pytest.raises(NoSuchSession):
            await h.watch(runner.session_id)
        with pytest.raises(OutOfOrder):
            h.call(runner)
