"""Settings: from the environment, or from `greenroom.toml` in the working folder; read once, at the start.

`SETTINGS` is the whole list, and the docs are made from it. The environment wins over the file. A name nobody knows or a
value that can't be meant stops the start with one line that says what was expected.
"""

import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

PREFIX = "GREENROOM_"
FILE_NAME = "greenroom.toml"

KeyHeader: TypeAlias = Literal["authorization", "api-key"]
"""As a bearer, or as Azure takes it."""
TurnDetection: TypeAlias = Literal["server_vad", "semantic_vad"]
Eagerness: TypeAlias = Literal["auto", "low", "medium", "high"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ConfigurationError(Exception):
    """The server can't start as it is set up; the message is one line that names the setting and what it takes."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing an operator may set."""

    name: str
    default: str
    """As it would be written; empty: not set."""
    description: str
    expected: str
    parse: Callable[[str], Any]
    secret: bool = False
    """Its value is never shown."""

    @property
    def key(self) -> str:
        """Its name in `greenroom.toml`."""
        return self.name.removeprefix(PREFIX).lower()


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


# What a value may be: each takes the text and gives the value, or raises ValueError.


def _text(value: str) -> str:
    if not value.isprintable():
        raise ValueError
    return value


def _folder(value: str) -> Path:
    path = Path(value)
    if not path.is_dir():
        raise ValueError
    return path


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", value) or not least <= int(value) <= most:
            raise ValueError
        return int(value)

    return parse


def _flag(value: str) -> bool:
    return {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}[
        value.lower()
    ]


def _file(value: str) -> Path:
    path = Path(value)
    if not path.is_file():
        raise ValueError
    return path


def _names(value: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[,\s]+", value) if part)


def origin(value: str) -> str:
    """`https://Example.com:443/` as a browser would write it: `https://example.com`. Raises ValueError."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, usual) else "")


def _origins(value: str) -> frozenset[str]:
    return frozenset(map(origin, _names(value)))


def _base_path(value: str) -> str:
    path = "/" + value.strip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*/?", path) or "/.." in path or "/./" in path + "/":
        raise ValueError
    return path.rstrip("/")


def _networks(value: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part, strict=False) for part in _names(value))


def _engine(value: str) -> str:
    return value if value in ("local", "openai") else _url("ws", "wss")(value)


def _farewell_engine(value: str) -> str:
    return value if value == "local" else _url("ws", "wss")(value)


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.netloc:
            raise ValueError
        return value

    return parse


def _database_url(value: str) -> str:
    if not re.match(r"(sqlite|postgresql)(\+[a-z0-9_]+)?://", value):
        raise ValueError
    return value


def _countries(value: str) -> frozenset[str]:
    names = frozenset(name.upper() for name in _names(value))
    if not all(re.fullmatch(r"[A-Z]{2}", name) for name in names):
        raise ValueError
    return names


def _numbers(value: str) -> Mapping[str, str]:
    numbers: dict[str, str] = {}
    for part in _names(value):
        country, _, number = part.rpartition("=")
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number) or not re.fullmatch(r"[A-Z]{2}|\*|", country.upper()):
            raise ValueError
        numbers[country.upper() or "*"] = number
    return numbers


def _one_of(*names: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in names:
            raise ValueError
        return value.lower()

    return parse


def _number_scenarios(value: str) -> Mapping[str, str]:
    scenarios: dict[str, str] = {}
    for part in _names(value):
        number, _, scenario = part.rpartition("=")
        if not re.fullmatch(r"(\+[1-9][0-9]{6,14})?", number) or not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", scenario):
            raise ValueError
        scenarios[number or "*"] = scenario
    return scenarios


def _breaks(value: str) -> frozenset[str]:
    return frozenset(_names(value))


_MANY = 1_000_000

SETTINGS: tuple[Setting, ...] = (
    Setting("GREENROOM_HOST", "127.0.0.1", "Address to listen on.", "a host name or an IP address", _text),
    Setting(
        "GREENROOM_PORT", "8080", "Port to listen on; 0 takes any free one.", "a port, 0 to 65535", _whole(0, 65535)
    ),
    Setting("GREENROOM_DATA", "./var", "Folder for the database and the made-up secrets.", "a folder", Path),
    Setting(
        "GREENROOM_PUBLIC_ORIGIN",
        "",
        "Where people and Twilio reach this server.",
        "an origin such as https://host",
        origin,
    ),
    Setting(
        "GREENROOM_ALLOWED_ORIGINS",
        "",
        "Origins whose pages may connect, beside its own.",
        "origins, comma-separated",
        _origins,
    ),
    Setting(
        "GREENROOM_BASE_PATH", "", "Path under which everything is served.", "a path such as /practice", _base_path
    ),
    Setting(
        "GREENROOM_TRUSTED_PROXIES",
        "",
        "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
        "IP addresses or networks, comma-separated",
        _networks,
    ),
    Setting(
        "GREENROOM_SECRET",
        "",
        "Signs the owner cookie; made and kept in the data folder when absent.",
        "text",
        _text,
        True,
    ),
    Setting(
        "GREENROOM_ADMIN_TOKEN",
        "",
        "Sees, ends and erases every session; made and kept in the data folder when absent.",
        "text",
        _text,
        True,
    ),
    Setting("GREENROOM_ENGINE", "local", "The voice model.", "local, openai, or a ws:// or wss:// URL", _engine),
    Setting("GREENROOM_ENGINE_MODEL", "", "Model to ask the engine for; its own default when absent.", "text", _text),
    Setting(
        "GREENROOM_ENGINE_WARM",
        "0",
        "Engine connections kept ready ahead of calls.",
        "a number up to 100",
        _whole(0, 100),
    ),
    Setting(
        "GREENROOM_FAREWELL_ENGINE",
        "",
        "Says goodbye when the engine is lost for good; nobody does when absent.",
        "local, or a ws:// or wss:// URL",
        _farewell_engine,
    ),
    Setting("OPENAI_API_KEY", "", "Key for the openai engine, or for the server at the URL.", "text", _text, True),
    Setting(
        "GREENROOM_ENGINE_KEY_HEADER",
        "authorization",
        "Header that carries the key: `authorization` (as a bearer), or `api-key` as Azure takes it.",
        "authorization or api-key",
        _one_of(*get_args(KeyHeader)),
    ),
    Setting(
        "GREENROOM_ENGINE_TRANSCRIPTION_MODEL",
        "",
        "Model that writes down what the candidate says; when absent, `gpt-transcribe` with openai and the server's own "
        "choice at a URL.",
        "text",
        _text,
    ),
    Setting(
        "GREENROOM_ENGINE_VOICE",
        "",
        "Voice for sessions that chose `heart`, which only the embedded engine has; when absent, `marin` with openai and the server's own at a URL.",
        "text",
        _text,
    ),
    Setting(
        "GREENROOM_ENGINE_TURN_DETECTION",
        "server_vad",
        "How the openai engine or the server at the URL finds the end of a turn: by silence, or `semantic_vad` by the words.",
        "server_vad or semantic_vad",
        _one_of(*get_args(TurnDetection)),
    ),
    Setting(
        "GREENROOM_ENGINE_EAGERNESS",
        "auto",
        "How soon `semantic_vad` takes a turn for over: low, medium and high wait at most 8, 4 and 2 s.",
        "auto, low, medium or high",
        _one_of(*get_args(Eagerness)),
    ),
    Setting(
        "GREENROOM_ENGINE_TOOLS",
        "",
        "Whether the engine may call functions; when absent, openai may and others may not.",
        "true or false",
        _flag,
    ),
    Setting(
        "GREENROOM_TOOLS",
        "",
        "File with tools of your own for the engine.",
        "a file that exists",
        _file,
    ),
    Setting(
        "GREENROOM_LOCALVOICE_PORT",
        "0",
        "Port of the embedded engine, on 127.0.0.1; 0 takes any free one.",
        "a port, 0 to 65535",
        _whole(0, 65535),
    ),
    Setting(
        "GREENROOM_DATABASE_URL",
        "",
        "Database; SQLite in the data folder when absent.",
        "a sqlite:// URL",
        _database_url,
        True,
    ),
    Setting(
        "GREENROOM_SCENARIOS",
        "",
        "Folder with scenarios of your own, beside those that are shipped.",
        "a folder that exists",
        _folder,
    ),
    Setting(
        "GREENROOM_CLUSTER_URL",
        "",
        "Valkey or Redis that several servers share; one server needs none.",
        "a redis:// or valkey:// URL",
        _url("redis", "rediss", "valkey", "valkeys"),
        True,
    ),
    Setting(
        "GREENROOM_PHONE_REQUIRE_TOKEN",
        "true",
        "Whether a phone stream must bring a stream token; false is for simulators and a first try.",
        "true or false",
        _flag,
    ),
    Setting("GREENROOM_TWILIO_ACCOUNT_SID", "", "Twilio account.", "text", _text),
    Setting("GREENROOM_TWILIO_AUTH_TOKEN", "", "Twilio auth token.", "text", _text, True),
    Setting(
        "GREENROOM_TWILIO_API_URL",
        "https://api.twilio.com",
        "Twilio's REST API.",
        "an http(s):// URL",
        _url("http", "https"),
    ),
    Setting(
        "GREENROOM_TWILIO_NUMBERS",
        "",
        "Numbers that calls come from, one a country; a bare number serves the rest.",
        "numbers such as US=+15551234567,+442071234567",
        _numbers,
        True,
    ),
    Setting(
        "GREENROOM_PHONE_COUNTRIES", "", "Countries that may be called.", "country codes such as US,GB", _countries
    ),
    Setting(
        "GREENROOM_PHONE_CALLS",
        "true",
        "Whether phone calls are made and taken; false stops both at the next start.",
        "true or false",
        _flag,
    ),
    Setting("GREENROOM_PHONE_RING_SECONDS", "30", "How long a phone may ring.", "seconds, 5 to 120", _whole(5, 120)),
    Setting(
        "GREENROOM_PHONE_MACHINE",
        "hang_up",
        "When a machine answers: hang up, or go on; off does not look for one.",
        "hang_up, go_on or off",
        _one_of("hang_up", "go_on", "off"),
    ),
    Setting(
        "GREENROOM_PHONE_SCENARIOS",
        "job_interview",
        "Scenario of calls that come in, by the number called; a bare scenario serves the rest.",
        "scenarios such as +15551234567=sales_call,job_interview",
        _number_scenarios,
        True,
    ),
    Setting("GREENROOM_MAX_SESSIONS", "100", "Live sessions at a time.", "a number from 1", _whole(1, _MANY)),
    Setting("GREENROOM_MAX_SESSION_SECONDS", "3600", "Longest session.", "seconds, from 1", _whole(1, 86_400)),
    Setting(
        "GREENROOM_CALLS_PER_NUMBER_PER_HOUR", "5", "Calls to one number; 0 is no limit.", "a number", _whole(0, _MANY)
    ),
    Setting(
        "GREENROOM_CALLS_PER_IP_PER_HOUR",
        "10",
        "Phone calls asked for from one address; 0 is no limit.",
        "a number",
        _whole(0, _MANY),
    ),
    Setting(
        "GREENROOM_CONNECTS_PER_IP_PER_MINUTE",
        "120",
        "Sockets opened, and sessions made, from one address; 0 is no limit.",
        "a number",
        _whole(0, _MANY),
    ),
    Setting(
        "GREENROOM_DAILY_CALL_BUDGET", "200", "Phone calls a day in all; 0 is no limit.", "a number", _whole(0, _MANY)
    ),
    Setting("GREENROOM_MAX_CALLS", "10", "Phone calls at a time; 0 is no limit.", "a number", _whole(0, _MANY)),
    Setting(
        "GREENROOM_CALL_COOLDOWN_SECONDS",
        "30",
        "Pause between two calls to one number; 0 is none.",
        "seconds",
        _whole(0, 86_400),
    ),
    Setting(
        "GREENROOM_BUDGET_TOKENS",
        "0",
        "Tokens of the voice model that a session may use; 0 is no limit.",
        "a number",
        _whole(0, 1_000_000_000),
    ),
    Setting(
        "GREENROOM_BUDGET_SECONDS",
        "0",
        "Seconds that a session may last from being connected, interruptions included; 0 is no limit.",
        "seconds",
        _whole(0, 86_400),
    ),
    Setting("GREENROOM_DRAIN_SECONDS", "30", "How long calls may go on after SIGTERM.", "seconds", _whole(0, 86_400)),
    Setting(
        "GREENROOM_KEEP_DAYS",
        "30",
        "Days that ended sessions are kept; 0 keeps them until deleted.",
        "days",
        _whole(0, 36_500),
    ),
    Setting(
        "GREENROOM_LLM_URL",
        "",
        "A chat-completions server, for reports and wording.",
        "an http(s):// URL",
        _url("http", "https"),
    ),
    Setting("GREENROOM_LLM_MODEL", "", "Its model.", "text", _text),
    Setting("GREENROOM_LLM_KEY", "", "Its key.", "text", _text, True),
    Setting(
        "GREENROOM_TEST_BREAK",
        "",
        "For tests only: guards to switch off, to see a test fail.",
        "names, comma-separated",
        _breaks,
    ),
)

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_BY_KEY = {setting.key: setting for setting in SETTINGS}


def read(environ: Mapping[str, str], folder: Path) -> Settings:
    """The settings, from this environment and the `greenroom.toml` in this folder. Raises `ConfigurationError`."""
    texts = {name: value for name, value in environ.items() if name.startswith(PREFIX) or name in _BY_NAME}
    for name in texts:
        if name not in _BY_NAME:
            raise ConfigurationError(f"{name} is not a setting{_nearest(name, _BY_NAME)}")
    written = {_BY_KEY[key].name: text for key, text in _from_file(folder / FILE_NAME).items()}
    # An empty variable is one that is not set: that is how compose files leave one out.
    texts = written | {name: text for name, text in texts.items() if text.strip()}
    values = {setting.name: _value(setting, texts.get(setting.name, setting.default)) for setting in SETTINGS}
    return _pieces(values)


def _from_file(path: Path) -> dict[str, str]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from None
    except OSError as error:
        raise ConfigurationError(f"{path} can't be read: {error.strerror}") from None
    texts: dict[str, str] = {}
    for key, value in content.items():
        if key not in _BY_KEY:
            raise ConfigurationError(f"{path}: {key} is not a setting{_nearest(key, _BY_KEY)}")
        texts[key] = _as_text(_BY_KEY[key], value)
    return texts


def _as_text(setting: Setting, value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int():
            return str(value)
        case list() if all(isinstance(part, str) for part in value):  # pyright: ignore[reportUnknownVariableType]
            return ",".join(value)  # pyright: ignore[reportUnknownArgumentType]
        case _:
            raise ConfigurationError(f"{setting.key} in {FILE_NAME}: expected {setting.expected}")


def _value(setting: Setting, text: str) -> Any:
    text = text.strip()
    if not text and setting.parse not in (
        _origins,
        _networks,
        _countries,
        _numbers,
        _number_scenarios,
        _breaks,
        _base_path,
    ):
        return None
    try:
        return setting.parse(text)
    except (ValueError, KeyError):
        shown = "" if setting.secret else f" is {text!r}"
        raise ConfigurationError(f"{setting.name}{shown}: expected {setting.expected}") from None


def _nearest(name: str, known: Mapping[str, Setting]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _pieces(values: dict[str, Any]) -> Settings:
    def of(name: str) -> Any:
        return values[PREFIX + name]

    return Settings(
        server=ServerSettings(
            host=of("HOST"),
            port=of("PORT"),
            data=of("DATA"),
            public_origin=of("PUBLIC_ORIGIN"),
            allowed_origins=of("ALLOWED_ORIGINS"),
            base_path=of("BASE_PATH"),
            trusted_proxies=of("TRUSTED_PROXIES"),
            secret=of("SECRET"),
            admin_token=of("ADMIN_TOKEN"),
        ),
        limits=LimitSettings(
            max_sessions=of("MAX_SESSIONS"),
            max_session_seconds=of("MAX_SESSION_SECONDS"),
            calls_per_number_per_hour=of("CALLS_PER_NUMBER_PER_HOUR"),
            calls_per_ip_per_hour=of("CALLS_PER_IP_PER_HOUR"),
            connects_per_ip_per_minute=of("CONNECTS_PER_IP_PER_MINUTE"),
            daily_call_budget=of("DAILY_CALL_BUDGET"),
            max_calls=of("MAX_CALLS"),
            call_cooldown_seconds=of("CALL_COOLDOWN_SECONDS"),
            drain_seconds=of("DRAIN_SECONDS"),
            budget_tokens=of("BUDGET_TOKENS"),
            budget_seconds=of("BUDGET_SECONDS"),
        ),
        engine=EngineSettings(
            engine=of("ENGINE"),
            model=of("ENGINE_MODEL"),
            warm=of("ENGINE_WARM"),
            openai_api_key=values["OPENAI_API_KEY"],
            localvoice_port=of("LOCALVOICE_PORT"),
            key_header=of("ENGINE_KEY_HEADER"),
            transcription_model=of("ENGINE_TRANSCRIPTION_MODEL"),
            voice=of("ENGINE_VOICE"),
            turn_detection=of("ENGINE_TURN_DETECTION"),
            eagerness=of("ENGINE_EAGERNESS"),
            takes_tools=of("ENGINE_TOOLS"),
            tools=of("TOOLS"),
            farewell=of("FAREWELL_ENGINE"),
        ),
        store=StoreSettings(database_url=of("DATABASE_URL"), keep_days=of("KEEP_DAYS")),
        phone=PhoneSettings(
            require_token=of("PHONE_REQUIRE_TOKEN"),
            calls=of("PHONE_CALLS"),
            ring_seconds=of("PHONE_RING_SECONDS"),
            machine=of("PHONE_MACHINE"),
            scenarios=of("PHONE_SCENARIOS"),
            countries=of("PHONE_COUNTRIES"),
            twilio_account_sid=of("TWILIO_ACCOUNT_SID"),
            twilio_auth_token=of("TWILIO_AUTH_TOKEN"),
            twilio_api_url=of("TWILIO_API_URL"),
            twilio_numbers=of("TWILIO_NUMBERS"),
        ),
        llm=LlmSettings(url=of("LLM_URL"), model=of("LLM_MODEL"), key=of("LLM_KEY")),
        scenarios=of("SCENARIOS"),
        cluster_url=of("CLUSTER_URL"),
        test_break=of("TEST_BREAK"),
    )
