"""A chat-completions server's answer, as it streams in. What it says is judged elsewhere."""

import functools
import ssl
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from greenroom.localvoice.settings import LocalVoiceSettings

MAX_TOKENS = 120
"""Some 80 words; nobody is to wait for the end of more."""
MAX_BYTES = 128 << 10
"""Of a whole answer with all that is around its words; more is no answer."""
CONNECTION_S = 15.0
_OK = 200
_DONE = b"[DONE]"


class ModelFailed(Exception):
    """There is no (more) answer. `why` says what happened, and nothing of what was said."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def answer(settings: LocalVoiceSettings, messages: list[dict[str, str]]) -> AsyncGenerator[str]:
    """Pieces of its text as they come. Ends when the server says that it is done; raises `ModelFailed` otherwise."""
    import httpx2

    url = f"{(settings.llm_url or '').rstrip('/')}/chat/completions"
    body = {"model": settings.llm_model or "default", "messages": messages, "stream": True, "max_tokens": MAX_TOKENS}
    headers = {"Authorization": f"Bearer {settings.llm_key}"} if settings.llm_key else {}
    try:
        async with (
            httpx2.AsyncClient(timeout=CONNECTION_S, trust_env=False, verify=_trusted(url)) as client,
            client.stream("POST", url, json=body, headers=headers) as response,
        ):
            if response.status_code != _OK:
                raise ModelFailed(f"status {response.status_code}")
            async for data in _events(response.aiter_bytes()):
                if data == _DONE:
                    return
                text, ended = _read(data)
                if text:
                    yield text
                if ended is not None and ended != "stop":
                    raise ModelFailed("cut off")
                if ended is not None:
                    return
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise ModelFailed(type(error).__name__) from None
    raise ModelFailed("broken off")


async def _events(chunks: Any) -> AsyncGenerator[bytes]:
    """The data of server-sent events; other lines are comments or names."""
    rest, came = b"", 0
    async for chunk in chunks:
        came += len(chunk)
        if came > MAX_BYTES:
            raise ModelFailed("endless")
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].strip()
    if rest.startswith(b"data:"):
        yield rest[5:].strip()


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = []
    error: msgspec.Raw = msgspec.Raw()


def _read(data: bytes) -> tuple[str, str | None]:
    """The text of one event, and why it is the last, if it is. Raises `ModelFailed` for an error; nonsense has no text."""
    try:
        chunk = msgspec.json.decode(data, type=_Chunk)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "", None
    if bytes(chunk.error) not in (b"", b"null"):
        raise ModelFailed("error event")
    if not chunk.choices:
        return "", None
    choice = chunk.choices[0]
    return (choice.delta.content if choice.delta is not None else None) or "", choice.finish_reason


def _trusted(url: str) -> ssl.SSLContext | bool:
    return _certificates() if url.startswith("https:") else False


@functools.cache
def _certificates() -> ssl.SSLContext:
    # Once: reading them takes longer than many a model's first word.
    import httpx2

    return httpx2.create_ssl_context(trust_env=False)
