"""What the embedded engine is told at its start."""

from dataclasses import dataclass, field

DEFAULT_MODEL = "greenroom-local"


@dataclass(frozen=True, slots=True)
class LocalVoiceSettings:
    host: str = "127.0.0.1"
    port: int = 0
    """0: any free one."""
    llm_url: str | None = None
    """A chat-completions server, with its `/v1`; None: the director's own words are spoken."""
    llm_model: str | None = None
    llm_key: str | None = field(default=None, repr=False)
    max_sessions: int = 8
    ends_with_parent: bool = False
    """End when standard input ends: whoever started this process is gone."""
