"""Settings, read once at the start: a name nobody knows or a value that can't be meant stops it with one line.

The environment wins over the file.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from greenroom.config.settings import (
    EngineSettings,
    LimitSettings,
    LlmSettings,
    PhoneSettings,
    ServerSettings,
    Settings,
    StoreSettings,
)
from greenroom.config.table import PREFIX, SETTINGS, Setting
from greenroom.config.values import MAY_BE_EMPTY

FILE_NAME = "greenroom.toml"


class ConfigurationError(Exception):
    """The server can't start as it is set up; the message is one line that names the setting and what it takes."""


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
    if not text and setting.parse not in MAY_BE_EMPTY:
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
