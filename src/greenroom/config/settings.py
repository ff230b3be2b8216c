"""What the parts of the server are given: each its own small piece, frozen."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

KeyHeader: TypeAlias = Literal["authorization", "api-key"]
"""As a bearer, or as Azure takes it."""
TurnDetection: TypeAlias = Literal["server_vad", "semantic_vad"]
Eagerness: TypeAlias = Literal["auto", "low", "medium", "high"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class ServerSettings:
    host: str
    port: int
    """0: any free one."""
    data: Path
    public_origin: str | None
    """`https://practice.example`, without a slash at its end."""
    allowed_origins: frozenset[str]
    """Beside its own."""
    base_path: str
    """Empty, or `/practice` without a slash at its end."""
    trusted_proxies: tuple[Network, ...]
    secret: str | None
    admin_token: str | None


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """0 switches a limit on calls, connections or the budget off."""

    max_sessions: int
    max_session_seconds: int
    calls_per_number_per_hour: int
    calls_per_ip_per_hour: int
    connects_per_ip_per_minute: int
    daily_call_budget: int
    max_calls: int
    call_cooldown_seconds: int
    drain_seconds: int
    budget_tokens: int
    budget_seconds: int


@dataclass(frozen=True, slots=True)
class EngineSettings:
    engine: str
    """`local`, `openai`, or the ws(s):// URL of a Realtime server."""
    model: str | None
    warm: int
    openai_api_key: str | None
    localvoice_port: int
    """0: any free one."""
    key_header: KeyHeader
    transcription_model: str | None
    """None: the engine's own."""
    voice: str | None
    """In place of the embedded engine's own. None: `marin` with openai, else whatever is usual there."""
    turn_detection: TurnDetection
    eagerness: Eagerness
    takes_tools: bool | None
    """None: as the engine is known to be."""
    tools: Path | None
    """A file with tools of one's own."""
    farewell: str | None
    """`local` or the URL of a Realtime server that says goodbye where the engine is lost; None: nobody does."""

    @property
    def runs_localvoice(self) -> bool:
        return "local" in (self.engine, self.farewell)


@dataclass(frozen=True, slots=True)
class StoreSettings:
    database_url: str | None
    """None: SQLite in the data folder."""
    keep_days: int
    """0: until somebody deletes it."""


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    require_token: bool
    calls: bool
    """Whether any call is made or taken: the operator's switch."""
    ring_seconds: int
    machine: str
    """When a machine answers: `hang_up`, `go_on`, or `off` (it is not looked for)."""
    scenarios: Mapping[str, str]
    """Which scenario a number of ours leads to; `*` stands for every other number."""
    countries: frozenset[str]
    """Where calls may go, as ISO 3166 codes; empty: nowhere."""
    twilio_account_sid: str | None
    twilio_auth_token: str | None
    twilio_api_url: str
    twilio_numbers: Mapping[str, str]
    """Country to the number that calls there come from; `*` stands for every other country."""


@dataclass(frozen=True, slots=True)
class LlmSettings:
    url: str | None
    model: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it; each part of the program is given its own piece only."""

    server: ServerSettings
    limits: LimitSettings
    engine: EngineSettings
    store: StoreSettings
    phone: PhoneSettings
    llm: LlmSettings
    scenarios: Path | None
    """A folder of scenarios of one's own."""
    cluster_url: str | None
    test_break: frozenset[str]
    """Guards that are switched off on purpose, to see a test fail."""
