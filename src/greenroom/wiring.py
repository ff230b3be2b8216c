"""The one place that names concrete plug-ins, and puts the whole server together."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, replace

import structlog

from greenroom.config import ConfigurationError, EngineSettings, Settings
from greenroom.core.errors import BadConfiguration, UnknownScenario
from greenroom.core.session import Limits
from greenroom.engines.realtime import RealtimeEngine, RealtimeSettings
from greenroom.ports.clock import Clock
from greenroom.ports.dialler import Dialler
from greenroom.ports.engine import Engine
from greenroom.ports.scenario import Scenario
from greenroom.ports.spare import PreparingEngine
from greenroom.ports.store import Store
from greenroom.runtime.calls import Calls, CallSettings
from greenroom.runtime.child_process import ChildProcess
from greenroom.runtime.deadlines import Deadlines
from greenroom.runtime.directory import Admission, Directory, log_unavailable, write_lost
from greenroom.runtime.fair_use import KEPT_MS, CallLimits, FairUse
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.numbers import NumberPlan
from greenroom.runtime.recorder import Recorder
from greenroom.runtime.session_runner import Parts, SessionRunner
from greenroom.runtime.system_clock import SystemClock
from greenroom.runtime.toolbox import BadTool, Toolbox
from greenroom.runtime.warm_engines import WarmEngines
from greenroom.scenarios import library
from greenroom.server.page import Page, built_page
from greenroom.server.surface import Surface, open_surface
from greenroom.server.switchboard import Lines, form_of_callers
from greenroom.stores.sqlite import SqliteStore
from greenroom.telephony.browser.leg import BrowserLeg
from greenroom.telephony.twilio.exchange import TwilioExchange
from greenroom.telephony.twilio.leg import TwilioLeg
from greenroom.telephony.twilio.rest import TwilioAccount, TwilioDialler
from greenroom.tools import LookUp, read_tools
from greenroom.tools.web import BadToolsFile
from greenroom.websocket import Heartbeats

DATABASE_FILE = "greenroom.db"
OPENAI_URL = "wss://api.openai.com/v1/realtime"
OPENAI_MODEL = "gpt-realtime-2.1"
OPENAI_TRANSCRIPTION_MODEL = "gpt-transcribe"
OPENAI_VOICE = "marin"
EMBEDDED_VOICE = "heart"
"""What scenarios choose when nobody does; no other engine has it."""
OPENAI_RETENTION_RATIO = 0.8
"""When the context window is full, old items go down to this share at once: one at a time would empty the cache each turn."""
LAST_WORDS_S = 7.0
"""Of a lost engine's grace, for another voice to say goodbye in; the line itself takes four to six."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Running:
    """A server that serves."""

    surface: Surface
    directory: Directory
    recorder: Recorder
    metrics: Metrics
    voice: ChildProcess | None
    """The embedded engine's process, if it is ours."""
    warm: WarmEngines | None
    """The engine connections that are kept ready, if any are."""


def serve(settings: Settings, *, announce: Callable[[int], None] = lambda _: None) -> int:
    """Serve until a signal and the drain that follows it. Raises `ConfigurationError`, `StoreError`, `OSError`."""
    import uvloop

    from greenroom.server import logging

    logging.configure()
    return uvloop.run(_serve(settings, announce))


async def _serve(settings: Settings, announce: Callable[[int], None]) -> int:
    loop = asyncio.get_running_loop()
    asked = asyncio.Queue[int]()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.put_nowait, number)
    async with running(settings) as server:
        announce(server.surface.port)
        await asked.get()
        server.surface.sockets.drain()
        if server.warm is not None:
            server.warm.stop()
        drain = loop.create_task(server.directory.drain(settings.limits.drain_seconds), name="drain")
        impatient = loop.create_task(asked.get(), name="second signal")
        try:
            await asyncio.wait((drain, impatient), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (drain, impatient):
                task.cancel()
            await asyncio.gather(drain, impatient, return_exceptions=True)
    return 0


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[Running]:
    """The whole server, from entering to leaving. Sessions that are live on leaving end as `drained`."""
    clock, metrics = SystemClock(), Metrics()
    deadlines, heartbeats = Deadlines(clock), Heartbeats()
    store = make_store(settings)
    directories: list[Directory] = []
    recorder = Recorder(
        store,
        on_unavailable=lambda _: log_unavailable(directories[0]),
        on_lost=lambda write, _: write_lost(directories[0], write),
    )
    async with contextlib.AsyncExitStack() as stack:
        await asyncio.to_thread(store.open)
        stack.callback(store.close)
        voice = await _own_voice(settings, stack)
        engine = make_engine(settings.engine, heartbeats, metrics, voice)
        other_voice = make_other_voice(settings.engine, heartbeats, metrics, voice)
        warm = make_warm(settings.engine, engine, metrics)
        deadlines.start()
        stack.callback(deadlines.stop)
        recorder.start()
        stack.push_async_callback(recorder.stop)
        scenarios = scenarios_of(settings)

        def live(session_id: str) -> SessionRunner | None:
            return directories[0].live(session_id)

        def calls_by(dialler: Dialler, fair_use: FairUse) -> Calls:
            rules = CallSettings(settings.phone.ring_seconds, settings.phone.machine == "hang_up")
            return Calls(dialler, fair_use, recorder, deadlines, clock, metrics, live, rules)

        check_callers_scenarios(settings, scenarios)
        lines = await make_lines(settings, store, clock, calls_by, stack)
        parts = Parts(
            clock,
            deadlines,
            recorder,
            metrics,
            engine if warm is None else warm,
            by_id(scenarios),
            settings.test_break,
            other_voice=other_voice,
            toolbox=make_toolbox(settings.engine),
        )
        if lines is not None:
            parts = replace(parts, session_over=lines.calls.session_over)
        admission = Admission(
            max_sessions=settings.limits.max_sessions,
            keep_days=settings.store.keep_days,
            limits=Limits(
                session_s=settings.limits.max_session_seconds,
                budget_tokens=settings.limits.budget_tokens,
                budget_s=settings.limits.budget_seconds,
                last_words_s=0.0 if other_voice is None else LAST_WORDS_S,
            ),
        )
        directory = Directory(parts, store, scenarios.values, admission)
        directories.append(directory)
        surface = await stack.enter_async_context(
            open_surface(
                settings.server,
                settings.limits,
                settings.phone,
                sessions=directory,
                metrics=metrics,
                clock=clock,
                make_phone_leg=TwilioLeg,
                make_voice_leg=BrowserLeg,
                page=page_of(settings),
                keep_days=settings.store.keep_days,
                heartbeats=heartbeats,
                lines=lines,
            )
        )
        if lines is not None:
            await stack.enter_async_context(lines.calls.running())
        if warm is not None:
            await stack.enter_async_context(warm.running())
        # Left first: sessions end and tell so while sockets are still there.
        await stack.enter_async_context(directory.running())
        # Nobody waits for it: a plan that is asked for before makes what it needs itself.
        warm_up = asyncio.create_task(asyncio.to_thread(library.warm_up, settings.scenarios), name="warm up scenarios")
        stack.push_async_callback(asyncio.wait, (warm_up,))
        log.info("serving", address=f"http://{settings.server.host}:{surface.port}{settings.server.base_path}")
        yield Running(surface, directory, recorder, metrics, voice, warm)


def page_of(settings: Settings) -> Page:
    """The page, if it was built."""
    page = Page(built_page(), settings.server.public_origin)
    if not page.built:
        log.warning("page not built", message="run make page, or install the package: it brings its page along")
    return page


def make_store(settings: Settings) -> Store:
    """SQLite in the data folder, or where the database's URL says."""
    url = settings.store.database_url
    if url is None:
        return SqliteStore(settings.server.data / DATABASE_FILE)
    from pathlib import Path

    return SqliteStore(Path(url.removeprefix("sqlite:///")))


async def make_lines(
    settings: Settings,
    store: Store,
    clock: Clock,
    calls_by: Callable[[Dialler, FairUse], Calls],
    stack: contextlib.AsyncExitStack,
) -> Lines | None:
    """The phone, if the settings have all that it needs; a line in the log says what is missing of one half set up."""
    phone, limits = settings.phone, settings.limits
    sid, auth_token = phone.twilio_account_sid, phone.twilio_auth_token
    needed = {
        "GREENROOM_TWILIO_ACCOUNT_SID": sid,
        "GREENROOM_TWILIO_AUTH_TOKEN": auth_token,
        "GREENROOM_PUBLIC_ORIGIN": settings.server.public_origin,
    }
    if not sid or not auth_token or not settings.server.public_origin:
        if sid or auth_token:
            log.warning("phone not set up", missing=[name for name, value in needed.items() if not value])
        return None
    rules = CallLimits(
        limits.calls_per_number_per_hour,
        limits.calls_per_ip_per_hour,
        limits.daily_call_budget,
        limits.max_calls,
        float(limits.call_cooldown_seconds),
        phone.calls,
    )
    earlier = await asyncio.to_thread(store.calls_since, clock.unix_ms() - KEPT_MS)
    dialler = await stack.enter_async_context(TwilioDialler(TwilioAccount(sid, auth_token, phone.twilio_api_url)))
    plan = NumberPlan(phone.countries, phone.twilio_numbers)

    def warm_up() -> None:
        dialler.warm_up()
        plan.warm_up()

    # Nobody waits for it: a first call that is faster takes the time itself.
    warming = asyncio.create_task(asyncio.to_thread(warm_up), name="warm up phone")
    stack.push_async_callback(asyncio.wait, (warming,))
    return Lines(TwilioExchange(auth_token), calls_by(dialler, FairUse(rules, earlier)), plan)


def make_engine(
    settings: EngineSettings, heartbeats: Heartbeats, metrics: Metrics, voice: ChildProcess | None
) -> PreparingEngine:
    """The voice model that the settings name."""
    if voice is not None and settings.engine == "local":
        return _embedded(voice, heartbeats, metrics)
    return RealtimeEngine(
        realtime_settings(settings),
        heartbeats,
        name="openai" if settings.engine == "openai" else "realtime",
        count=metrics.rejected,
    )


def realtime_settings(settings: EngineSettings) -> RealtimeSettings:
    """Where the engine is and how it behaves, for one that is no process of ours."""
    openai = settings.engine == "openai"
    voice = settings.voice or (OPENAI_VOICE if openai else "")
    return RealtimeSettings(
        OPENAI_URL if openai else settings.engine,
        model=settings.model or (OPENAI_MODEL if openai else None),
        api_key=settings.openai_api_key,
        key_header=settings.key_header,
        transcription_model=settings.transcription_model or (OPENAI_TRANSCRIPTION_MODEL if openai else None),
        turn_detection=settings.turn_detection,
        eagerness=settings.eagerness,
        retention_ratio=OPENAI_RETENTION_RATIO if openai else None,
        voices={EMBEDDED_VOICE: voice},
        takes_tools=openai if settings.takes_tools is None else settings.takes_tools,
    )


def make_other_voice(
    settings: EngineSettings, heartbeats: Heartbeats, metrics: Metrics, voice: ChildProcess | None
) -> Engine | None:
    """Who says goodbye where the engine does not come back; nobody that would be lost with it."""
    if settings.farewell is None or settings.farewell == settings.engine:
        return None
    if voice is not None and settings.farewell == "local":
        return _embedded(voice, heartbeats, metrics)
    return RealtimeEngine(RealtimeSettings(settings.farewell), heartbeats, name="farewell", count=metrics.rejected)


def _embedded(voice: ChildProcess, heartbeats: Heartbeats, metrics: Metrics) -> PreparingEngine:
    local = RealtimeSettings(f"ws://127.0.0.1:{voice.port}/v1/realtime", words_are_prompt=True, counts_usage=False)
    return RealtimeEngine(local, heartbeats, name="local", count=metrics.rejected)


def make_toolbox(settings: EngineSettings) -> Toolbox:
    """The functions that the model may call. Raises `ConfigurationError`."""
    if not realtime_settings(settings).takes_tools:
        return Toolbox()
    try:
        own = [] if settings.tools is None else read_tools(settings.tools)
        return Toolbox((LookUp(), *own))
    except (BadToolsFile, BadTool) as error:
        raise ConfigurationError(f"GREENROOM_TOOLS: {error}") from None


def make_warm(settings: EngineSettings, engine: PreparingEngine, metrics: Metrics) -> WarmEngines | None:
    """The pool around it, if the settings want one."""
    if not settings.warm:
        return None

    def tell(ready: int) -> None:
        metrics.engine_warm = ready

    return WarmEngines(engine, settings.warm, tell)


def scenarios_of(settings: Settings) -> Mapping[str, Scenario]:
    """The shipped ones, and those in the folder that the settings name. Raises `ConfigurationError`."""
    try:
        return library.load(settings.scenarios)
    except library.BrokenScenario as error:
        raise ConfigurationError(f"GREENROOM_SCENARIOS has mistakes:\n{error}") from None


def check_callers_scenarios(settings: Settings, scenarios: Mapping[str, Scenario]) -> None:
    """Whether callers can practise what the settings lead them to. Raises `ConfigurationError`."""
    for scenario_id in settings.phone.scenarios.values():
        try:
            by_id(scenarios)(scenario_id).check(form_of_callers(scenario_id), "")
        except UnknownScenario as error:
            raise ConfigurationError(f"GREENROOM_PHONE_SCENARIOS: {error}") from None
        except BadConfiguration as error:
            raise ConfigurationError(
                f"GREENROOM_PHONE_SCENARIOS: {scenario_id} has a form that no caller can fill in: {error}"
            ) from None


def by_id(scenarios: Mapping[str, Scenario]) -> Callable[[str], Scenario]:
    """Looks one up. Raises `UnknownScenario`."""

    def scenario(scenario_id: str) -> Scenario:
        try:
            return scenarios[scenario_id]
        except KeyError:
            known = ", ".join(scenarios)
            raise UnknownScenario(f"there is no scenario {scenario_id!r}; there are: {known}") from None

    return scenario


async def _own_voice(settings: Settings, stack: contextlib.AsyncExitStack) -> ChildProcess | None:
    if not settings.engine.runs_localvoice:
        return None
    port = settings.engine.localvoice_port or _free_port()
    arguments = ("-m", "greenroom.localvoice", "--ends-with-parent")
    return await stack.enter_async_context(ChildProcess("localvoice", arguments, port=port).running())


def _free_port() -> int:
    """A port that is free now: the engine's address must stay the same when its process is started again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
