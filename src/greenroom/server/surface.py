"""The whole server surface put together: what it needs goes in, a listening server comes out."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from greenroom.config import LimitSettings, PhoneSettings, ServerSettings
from greenroom.ports.clock import Clock
from greenroom.runtime.limits import Gcra
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.numbers import Pseudonyms
from greenroom.server.api import Api
from greenroom.server.app import make_app
from greenroom.server.auth import Auth
from greenroom.server.handshake import Door
from greenroom.server.logs import Logs
from greenroom.server.media_watch import DEAD_S, LOOK_EVERY_S, SUSPECT_S, MediaWatch
from greenroom.server.origins import Origins
from greenroom.server.owner_cookie import OwnerCookies
from greenroom.server.page import Page
from greenroom.server.phone import MakeLeg, Phones
from greenroom.server.ports import Sessions
from greenroom.server.secret import ADMIN_TOKEN_FILE, SECRET_FILE, kept
from greenroom.server.serving import HALF_OPEN_S, Serving
from greenroom.server.sockets import ATTACH_WITHIN_S, Sockets
from greenroom.server.switchboard import Lines, PublicAddress, Switchboard
from greenroom.server.tasks import Tasks
from greenroom.server.tickets import Tickets
from greenroom.server.voice import MakeVoiceLeg, Voices
from greenroom.server.webhooks import StreamGuard, Webhooks
from greenroom.websocket import Heartbeats


@dataclass(frozen=True, slots=True)
class Patiences:
    """Time limits that only tests change."""

    half_open_s: float = HALF_OPEN_S
    attach_within_s: float = ATTACH_WITHIN_S
    media_s: tuple[float, float, float] = (SUSPECT_S, DEAD_S, LOOK_EVERY_S)
    """Until a phone's silent stream is suspected, until it is dead, and between two looks."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A server that listens."""

    serving: Serving
    sockets: Sockets
    tickets: Tickets
    heartbeats: Heartbeats
    tasks: Tasks
    phones: Phones
    admin_token: str

    @property
    def port(self) -> int:
        return self.serving.port


@contextlib.asynccontextmanager
async def open_surface(
    settings: ServerSettings,
    limits: LimitSettings,
    phone: PhoneSettings,
    *,
    sessions: Sessions,
    metrics: Metrics,
    clock: Clock,
    make_phone_leg: MakeLeg,
    make_voice_leg: MakeVoiceLeg,
    page: Page | None = None,
    keep_days: int = 0,
    patiences: Patiences | None = None,
    heartbeats: Heartbeats | None = None,
    lines: Lines | None = None,
) -> AsyncGenerator[Surface]:
    """Serve from entering to leaving. Raises `ConfigurationError`, and `OSError` when the address can't be had.

    To drain: `surface.sockets.drain()`, wait for the sessions to end, leave.
    """
    patiences = Patiences() if patiences is None else patiences
    heartbeats = Heartbeats() if heartbeats is None else heartbeats
    origins = Origins(settings.public_origin, settings.allowed_origins)
    secret = settings.secret or kept(settings.data, SECRET_FILE)
    admin_token = settings.admin_token or kept(settings.data, ADMIN_TOKEN_FILE)
    auth = Auth(OwnerCookies(secret, settings.base_path or "/"), admin_token, origins)
    per_minute = limits.connects_per_ip_per_minute
    connects = Gcra(per_minute, 60) if per_minute else None
    creations = Gcra(per_minute, 60) if per_minute else None
    door = Door(origins, connects, clock, trusted_proxies=settings.trusted_proxies, max_open=_most_sockets())
    sockets = Sockets(
        door, heartbeats, metrics, base_path=settings.base_path, attach_within_s=patiences.attach_within_s
    )
    tickets = Tickets()
    address = None if settings.public_origin is None else PublicAddress(settings.public_origin, settings.base_path)
    switchboard = Switchboard(
        lines,
        address,
        sessions,
        tickets,
        Pseudonyms(secret),
        clock,
        phone,
        longest_session_s=limits.max_session_seconds,
    )
    api = Api(
        sessions, tickets, auth, sockets, metrics, clock, limits, creations, phone=switchboard, keep_days=keep_days
    )
    app = make_app(
        api,
        auth,
        sessions,
        metrics,
        page=page,
        base_path=settings.base_path,
        trusted_proxies=settings.trusted_proxies,
        more_routes=Webhooks(switchboard).routes(),
    )
    guard = StreamGuard(switchboard, unsigned_may_come=not phone.require_token).check if lines and address else None
    watch = MediaWatch(*patiences.media_s)
    async with Tasks() as tasks:
        phones = Phones(
            make_phone_leg,
            sessions,
            tickets,
            tasks,
            metrics,
            clock,
            require_token=phone.require_token,
            calls=None if lines is None else lines.calls,
            watch=watch,
        )
        sockets.serve("/logs", Logs(sessions, tickets, tasks, metrics, clock).socket)
        sockets.serve("/call", phones.socket, guard)
        sockets.serve("/voice", Voices(make_voice_leg, sessions, tickets, tasks, metrics, clock).socket)
        heartbeats.start()
        try:
            serving = Serving(app, sockets, settings.host, settings.port, half_open_s=patiences.half_open_s)
            async with serving:
                yield Surface(serving, sockets, tickets, heartbeats, tasks, phones, admin_token)
        finally:
            heartbeats.stop()
            watch.stop()


def _most_sockets() -> int:
    """Most of the files that this process may open; the rest is for engines, the database and HTTP."""
    try:
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    except (ImportError, OSError):
        return 10_000
    return 1_000_000 if soft < 0 else max(64, soft // 2)
