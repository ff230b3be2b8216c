"""The whole list of settings; the docs are made from it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from greenroom.config import values
from greenroom.config.settings import Eagerness, KeyHeader, TurnDetection

PREFIX = "GREENROOM_"


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


_MANY = 1_000_000

SETTINGS: tuple[Setting, ...] = (
    Setting("GREENROOM_HOST", "127.0.0.1", "Address to listen on.", "a host name or an IP address", values.text),
    Setting(
        "GREENROOM_PORT",
        "8080",
        "Port to listen on; 0 takes any free one.",
        "a port, 0 to 65535",
        values.whole(0, 65535),
    ),
    Setting("GREENROOM_DATA", "./var", "Folder for the database and the made-up secrets.", "a folder", Path),
    Setting(
        "GREENROOM_PUBLIC_ORIGIN",
        "",
        "Where people and Twilio reach this server.",
        "an origin such as https://host",
        values.origin,
    ),
    Setting(
        "GREENROOM_ALLOWED_ORIGINS",
        "",
        "Origins whose pages may connect, beside its own.",
        "origins, comma-separated",
        values.origins,
    ),
    Setting(
        "GREENROOM_BASE_PATH",
        "",
        "Path under which everything is served.",
        "a path such as /practice",
        values.base_path,
    ),
    Setting(
        "GREENROOM_TRUSTED_PROXIES",
        "",
        "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
        "IP addresses or networks, comma-separated",
        values.networks,
    ),
    Setting(
        "GREENROOM_SECRET",
        "",
        "Signs the owner cookie; made and kept in the data folder when absent.",
        "text",
        values.text,
        True,
    ),
    Setting(
        "GREENROOM_ADMIN_TOKEN",
        "",
        "Sees, ends and erases every session; made and kept in the data folder when absent.",
        "text",
        values.text,
        True,
    ),
    Setting("GREENROOM_ENGINE", "local", "The voice model.", "local, openai, or a ws:// or wss:// URL", values.engine),
    Setting(
        "GREENROOM_ENGINE_MODEL", "", "Model to ask the engine for; its own default when absent.", "text", values.text
    ),
    Setting(
        "GREENROOM_ENGINE_WARM",
        "0",
        "Engine connections kept ready ahead of calls.",
        "a number up to 100",
        values.whole(0, 100),
    ),
    Setting(
        "GREENROOM_FAREWELL_ENGINE",
        "",
        "Says goodbye when the engine is lost for good; nobody does when absent.",
        "local, or a ws:// or wss:// URL",
        values.farewell_engine,
    ),
    Setting(
        "OPENAI_API_KEY", "", "Key for the openai engine, or for the server at the URL.", "text", values.text, True
    ),
    Setting(
        "GREENROOM_ENGINE_KEY_HEADER",
        "authorization",
        "Header that carries the key: `authorization` (as a bearer), or `api-key` as Azure takes it.",
        "authorization or api-key",
        values.one_of(*get_args(KeyHeader)),
    ),
    Setting(
        "GREENROOM_ENGINE_TRANSCRIPTION_MODEL",
        "",
        "Model that writes down what the candidate says; when absent, `gpt-transcribe` with openai and the server's own "
        "choice at a URL.",
        "text",
        values.text,
    ),
    Setting(
        "GREENROOM_ENGINE_VOICE",
        "",
        "Voice for sessions that chose `heart`, which only the embedded engine has; when absent, `marin` with openai and the server's own at a URL.",
        "text",
        values.text,
    ),
    Setting(
        "GREENROOM_ENGINE_TURN_DETECTION",
        "server_vad",
        "How the openai engine or the server at the URL finds the end of a turn: by silence, or `semantic_vad` by the words.",
        "server_vad or semantic_vad",
        values.one_of(*get_args(TurnDetection)),
    ),
    Setting(
        "GREENROOM_ENGINE_EAGERNESS",
        "auto",
        "How soon `semantic_vad` takes a turn for over: low, medium and high wait at most 8, 4 and 2 s.",
        "auto, low, medium or high",
        values.one_of(*get_args(Eagerness)),
    ),
    Setting(
        "GREENROOM_ENGINE_TOOLS",
        "",
        "Whether the engine may call functions; when absent, openai may and others may not.",
        "true or false",
        values.flag,
    ),
    Setting(
        "GREENROOM_TOOLS",
        "",
        "File with tools of your own for the engine.",
        "a file that exists",
        values.file,
    ),
    Setting(
        "GREENROOM_LOCALVOICE_PORT",
        "0",
        "Port of the embedded engine, on 127.0.0.1; 0 takes any free one.",
        "a port, 0 to 65535",
        values.whole(0, 65535),
    ),
    Setting(
        "GREENROOM_DATABASE_URL",
        "",
        "Database; SQLite in the data folder when absent.",
        "a sqlite:// URL",
        values.database_url,
        True,
    ),
    Setting(
        "GREENROOM_SCENARIOS",
        "",
        "Folder with scenarios of your own, beside those that are shipped.",
        "a folder that exists",
        values.folder,
    ),
    Setting(
        "GREENROOM_CLUSTER_URL",
        "",
        "Valkey or Redis that several servers share; one server needs none.",
        "a redis:// or valkey:// URL",
        values.url("redis", "rediss", "valkey", "valkeys"),
        True,
    ),
    Setting(
        "GREENROOM_PHONE_REQUIRE_TOKEN",
        "true",
        "Whether a phone stream must bring a stream token; false is for simulators and a first try.",
        "true or false",
        values.flag,
    ),
    Setting("GREENROOM_TWILIO_ACCOUNT_SID", "", "Twilio account.", "text", values.text),
    Setting("GREENROOM_TWILIO_AUTH_TOKEN", "", "Twilio auth token.", "text", values.text, True),
    Setting(
        "GREENROOM_TWILIO_API_URL",
        "https://api.twilio.com",
        "Twilio's REST API.",
        "an http(s):// URL",
        values.url("http", "https"),
    ),
    Setting(
        "GREENROOM_TWILIO_NUMBERS",
        "",
        "Numbers that calls come from, one a country; a bare number serves the rest.",
        "numbers such as US=+15551234567,+442071234567",
        values.numbers,
        True,
    ),
    Setting(
        "GREENROOM_PHONE_COUNTRIES",
        "",
        "Countries that may be called.",
        "country codes such as US,GB",
        values.countries,
    ),
    Setting(
        "GREENROOM_PHONE_CALLS",
        "true",
        "Whether phone calls are made and taken; false stops both at the next start.",
        "true or false",
        values.flag,
    ),
    Setting(
        "GREENROOM_PHONE_RING_SECONDS", "30", "How long a phone may ring.", "seconds, 5 to 120", values.whole(5, 120)
    ),
    Setting(
        "GREENROOM_PHONE_MACHINE",
        "hang_up",
        "When a machine answers: hang up, or go on; off does not look for one.",
        "hang_up, go_on or off",
        values.one_of("hang_up", "go_on", "off"),
    ),
    Setting(
        "GREENROOM_PHONE_SCENARIOS",
        "job_interview",
        "Scenario of calls that come in, by the number called; a bare scenario serves the rest.",
        "scenarios such as +15551234567=sales_call,job_interview",
        values.number_scenarios,
        True,
    ),
    Setting("GREENROOM_MAX_SESSIONS", "100", "Live sessions at a time.", "a number from 1", values.whole(1, _MANY)),
    Setting("GREENROOM_MAX_SESSION_SECONDS", "3600", "Longest session.", "seconds, from 1", values.whole(1, 86_400)),
    Setting(
        "GREENROOM_CALLS_PER_NUMBER_PER_HOUR",
        "5",
        "Calls to one number; 0 is no limit.",
        "a number",
        values.whole(0, _MANY),
    ),
    Setting(
        "GREENROOM_CALLS_PER_IP_PER_HOUR",
        "10",
        "Phone calls asked for from one address; 0 is no limit.",
        "a number",
        values.whole(0, _MANY),
    ),
    Setting(
        "GREENROOM_CONNECTS_PER_IP_PER_MINUTE",
        "120",
        "Sockets opened, and sessions made, from one address; 0 is no limit.",
        "a number",
        values.whole(0, _MANY),
    ),
    Setting(
        "GREENROOM_DAILY_CALL_BUDGET",
        "200",
        "Phone calls a day in all; 0 is no limit.",
        "a number",
        values.whole(0, _MANY),
    ),
    Setting("GREENROOM_MAX_CALLS", "10", "Phone calls at a time; 0 is no limit.", "a number", values.whole(0, _MANY)),
    Setting(
        "GREENROOM_CALL_COOLDOWN_SECONDS",
        "30",
        "Pause between two calls to one number; 0 is none.",
        "seconds",
        values.whole(0, 86_400),
    ),
    Setting(
        "GREENROOM_BUDGET_TOKENS",
        "0",
        "Tokens of the voice model that a session may use; 0 is no limit.",
        "a number",
        values.whole(0, 1_000_000_000),
    ),
    Setting(
        "GREENROOM_BUDGET_SECONDS",
        "0",
        "Seconds that a session may last from being connected, interruptions included; 0 is no limit.",
        "seconds",
        values.whole(0, 86_400),
    ),
    Setting(
        "GREENROOM_DRAIN_SECONDS", "30", "How long calls may go on after SIGTERM.", "seconds", values.whole(0, 86_400)
    ),
    Setting(
        "GREENROOM_KEEP_DAYS",
        "30",
        "Days that ended sessions are kept; 0 keeps them until deleted.",
        "days",
        values.whole(0, 36_500),
    ),
    Setting(
        "GREENROOM_LLM_URL",
        "",
        "A chat-completions server, for reports and wording.",
        "an http(s):// URL",
        values.url("http", "https"),
    ),
    Setting("GREENROOM_LLM_MODEL", "", "Its model.", "text", values.text),
    Setting("GREENROOM_LLM_KEY", "", "Its key.", "text", values.text, True),
    Setting(
        "GREENROOM_TEST_BREAK",
        "",
        "For tests only: guards to switch off, to see a test fail.",
        "names, comma-separated",
        values.breaks,
    ),
)
