"""Settings: from the environment, or from `greenroom.toml` in the working folder; read once, at the start.

`SETTINGS` is the whole list, and the docs are made from it. The environment wins over the file. A name nobody knows or a
value that can't be meant stops the start with one line that says what was expected.
"""

from greenroom.config.reading import ConfigurationError, read
from greenroom.config.settings import (
    EngineSettings,
    LimitSettings,
    LlmSettings,
    Network,
    PhoneSettings,
    ServerSettings,
    Settings,
    StoreSettings,
)
from greenroom.config.table import SETTINGS, Setting
from greenroom.config.values import origin

__all__ = [
    "SETTINGS",
    "ConfigurationError",
    "EngineSettings",
    "LimitSettings",
    "LlmSettings",
    "Network",
    "PhoneSettings",
    "ServerSettings",
    "Setting",
    "Settings",
    "StoreSettings",
    "origin",
    "read",
]
