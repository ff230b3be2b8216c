"""The page: the files that its build made, and what a browser may do with them.

The files are read once and are few: what is not among them is not there, whatever a path says.
"""

import gzip
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

INDEX = "index.html"
HASHED = "assets/"
"""Files below it have their content's hash in their name."""
FOREVER = "public, max-age=31536000, immutable"
KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}
"""By name here, since what a machine's own table says differs from machine to machine."""
COMPRESSED = ("text/", "application/json", "image/svg")
LEAST_COMPRESSED_BYTES = 512

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Greenroom</title>
<h1>Greenroom</h1>
<p>The server is running, but its page has not been built. In a checkout of the project, <code>make page</code> builds it; then
start the server again. An installed package brings its page along.</p>
<p>Everything else works: phones, <code>greenroom call</code>, and the <a href="api/scenarios">interface for programs</a>.</p>
</html>
"""

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?").fullmatch

CookieFor = Callable[[Request], Mapping[str, str]]


class Page:
    """The built page; `folder` None: there is none."""

    def __init__(self, folder: Path | None, public_origin: str | None = None) -> None:
        self._public_origin = public_origin
        self._files: dict[str, bytes] = {}
        self._compressed: dict[str, bytes] = {}
        if folder is not None:
            found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
            self._files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}

    @property
    def built(self) -> bool:
        return INDEX in self._files

    def routes(self, cookie_for: CookieFor) -> list[Route]:
        """The page itself, which makes a visitor an owner, and the files that it is made of."""

        async def front(request: Request) -> Response:
            if not self.built:
                return Response(NOT_BUILT, headers=cookie_for(request), media_type="text/html")
            return self._answer(INDEX, request, {"cache-control": "no-store", **cookie_for(request)})

        return [
            Route("/", front, methods=["GET"]),
            *(Route(f"/{name}", self._file(name), methods=["GET"]) for name in self._files if name != INDEX),
        ]

    def _file(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        kept = {"cache-control": FOREVER if name.startswith(HASHED) else "no-cache"}

        async def answer(request: Request) -> Response:
            return self._answer(name, request, kept)

        return answer

    def _answer(self, name: str, request: Request, headers: Mapping[str, str]) -> Response:
        content, kind = self._files[name], KINDS.get(PurePosixPath(name).suffix, "application/octet-stream")
        headers = {**headers, "content-security-policy": self._policy(request)}
        if kind.startswith(COMPRESSED) and len(content) >= LEAST_COMPRESSED_BYTES:
            headers["vary"] = "accept-encoding"
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["content-encoding"] = "gzip"
                content = self._gzip(name)
        return Response(content, headers=headers, media_type=kind)

    def _gzip(self, name: str) -> bytes:
        if name not in self._compressed:
            self._compressed[name] = gzip.compress(self._files[name], mtime=0)
        return self._compressed[name]

    def _policy(self, request: Request) -> str:
        """Its own files and sockets, and nothing else; not even in a frame."""
        origin = self._public_origin or f"{request.url.scheme}://{request.headers.get('host', '')}"
        scheme, _, host = origin.partition("://")
        # Older browsers don't count sockets of the same origin to 'self'.
        socket = f" {'wss' if scheme == 'https' else 'ws'}://{host}" if _HOST(host) else ""
        return (
            f"default-src 'self'; connect-src 'self'{socket}; base-uri 'none'; object-src 'none'; form-action 'self'; "
            "frame-ancestors 'none'"
        )


def built_page() -> Path | None:
    """Where the page is: in the package, or where a checkout's build puts it; None where there is neither."""
    package = Path(__file__).parent.parent
    for folder in (package / "page", package.parent.parent / "web" / "dist"):
        if (folder / INDEX).is_file():
            return folder
    return None
