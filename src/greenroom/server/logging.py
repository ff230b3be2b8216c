"""Log lines: JSON, one a line, or coloured ones where a person reads along. To stderr."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import msgspec
import structlog

PRIVATE = frozenset(
    {
        "adminToken",
        "authorization",
        "callerNumber",
        "caption",
        "company",
        "config",
        "configuration",
        "cookie",
        "instructions",
        "jobDescription",
        "jobTitle",
        "key",
        "phoneNumber",
        "prompt",
        "secret",
        "streamToken",
        "text",
        "ticket",
        "token",
        "transcript",
    }
)  # fmt: skip
"""Never in a line, whoever puts it there: speech, numbers, prompts, tickets."""

_encode = msgspec.json.Encoder(enc_hook=repr).encode


def configure(*, level: int = logging.INFO, stream: TextIO | None = None, json: bool | None = None) -> None:
    """Set up structlog, and what libraries log through the standard library, warnings and worse of it.

    `json` None: unless the stream is a terminal.
    """
    output: TextIO = stream or sys.stderr
    if json is None:
        json = not output.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        keep_private,
    ]
    end: list[structlog.typing.Processor]
    if json:
        end = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_as_text)]
    else:
        end = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    structlog.configure(
        processors=[*shared, *end],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(output),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[_strip, *end], foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # A stranger's bad request is no event of ours.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


def keep_private(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put an ellipsis where something private would stand."""
    for name in line.keys() & PRIVATE:
        line[name] = "…"
    return line


_strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta


def _as_text(line: Any, **_options: Any) -> str:
    return _encode(line).decode()
