"""What must be known of a Realtime server to use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit


@dataclass(frozen=True, slots=True)
class RealtimeSettings:
    """Where the server is and how it behaves. Neither the key nor the query of the URL is ever shown."""

    url: str = field(repr=False)
    """`ws://` or `wss://`; a query of its own (Azure's `api-version`) is kept."""
    model: str | None = None
    """Becomes `?model=`; None: the server has but one."""
    api_key: str | None = field(default=None, repr=False)
    """None: the server wants none."""
    transcription_model: str | None = None
    """Writes down what the candidate says; None: as the server does it by itself, which may be not at all."""
    key_header: Literal["authorization", "api-key"] = "authorization"
    """What carries the key: `Authorization: Bearer …`, or `api-key: …` as Azure takes it."""
    turn_detection: Literal["server_vad", "semantic_vad"] = "server_vad"
    eagerness: Literal["auto", "low", "medium", "high"] = "auto"
    """Of `semantic_vad`."""
    retention_ratio: float | None = None
    """How much of a full context window is kept when old items have to go; None: as the server does it by itself."""
    voices: Mapping[str, str] = field(default_factory=dict[str, str])
    """What it calls a voice that it has not under this name; empty: none is asked for, it has its own."""
    takes_tools: bool = False
    """Whether its model may be given functions to call."""
    counts_usage: bool = True
    """Whether what it says of its usage is something that is paid for."""
    words_are_prompt: bool = False
    """Whether transcripts come right behind the end of speech, so that the next line can wait for them."""
    connect_timeout_s: float = 5.0
    """From the first packet to `session.created`."""
    resend_every_s: float = 1.0
    """Pause before a configuration that was not echoed is sent again."""

    @property
    def headers(self) -> dict[str, str]:
        """Of the upgrade."""
        if self.api_key is None:
            return {}
        return (
            {"api-key": self.api_key} if self.key_header == "api-key" else {"Authorization": f"Bearer {self.api_key}"}
        )

    @property
    def target(self) -> str:
        """The URL to connect to."""
        if self.model is None:
            return self.url
        parts = urlsplit(self.url)
        model = f"model={quote(self.model, safe='')}"
        return urlunsplit(parts._replace(query=f"{parts.query}&{model}" if parts.query else model))

    @property
    def shown(self) -> str:
        """The server's address, fit for a message."""
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        port = "" if parts.port is None else f":{parts.port}"
        return f"{parts.scheme}://{host}{port}{parts.path}"

    @property
    def secure(self) -> bool:
        return urlsplit(self.url).scheme == "wss"
