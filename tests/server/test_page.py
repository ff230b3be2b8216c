import gzip
from pathlib import Path

import httpx2
import pytest

from greenroom.server.page import Page, built_page
from tests.server.fakes import house

INDEX = '<!doctype html><script type="module" src="./assets/index-abc.js"></script>'
SCRIPT = "export const page = true // " + "x" * 2000
POLICY = (
    "default-src 'self'; connect-src 'self' {socket}; base-uri 'none'; object-src 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "dist"
    (made / "assets").mkdir(parents=True)
    (made / "index.html").write_text(INDEX)
    (made / "assets" / "index-abc.js").write_text(SCRIPT)
    (made / "robots.txt").write_text("User-agent: *")
    (made / ".built-from").write_text("a secret of the build")
    return made


async def get(url: str, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False) as client:
        return await client.get(url, headers=headers)


async def test_the_page_is_served_fresh_with_a_cookie_and_a_strict_policy(tmp_path: Path, folder: Path) -> None:
    async with house(tmp_path, page=Page(folder)) as at:
        answer = await get(at.http + "/")
        host = f"127.0.0.1:{at.surface.port}"
        assert answer.text == INDEX
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"] == POLICY.format(socket=f"ws://{host}")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["permissions-policy"].startswith("microphone=(self)")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        again = await get(at.http + "/", cookie=cookie.partition(";")[0])
        assert "set-cookie" not in again.headers


async def test_hashed_files_are_kept_for_good_and_travel_compressed(tmp_path: Path, folder: Path) -> None:
    async with house(tmp_path, page=Page(folder)) as at:
        async with (
            httpx2.AsyncClient(trust_env=False) as client,
            client.stream("GET", at.http + "/assets/index-abc.js", headers={"accept-encoding": "gzip"}) as answer,
        ):
            packed = b"".join([piece async for piece in answer.aiter_raw()])
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["vary"] == "accept-encoding"
        assert gzip.decompress(packed).decode() == SCRIPT
        assert len(packed) < 200
        plain = await get(at.http + "/assets/index-abc.js", **{"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.text == SCRIPT
        assert (await get(at.http + "/robots.txt")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/assets/", "/assets/none.js", "/.built-from", "/assets/../.built-from", "/assets/%2e%2e/%2ebuilt-from"]
)
async def test_what_the_build_did_not_name_is_not_there(tmp_path: Path, folder: Path, path: str) -> None:
    async with house(tmp_path, page=Page(folder)) as at:
        assert (await get(at.http + path)).status_code == 404


async def test_below_a_base_path_the_page_is_at_its_folder(tmp_path: Path, folder: Path) -> None:
    async with house(tmp_path, page=Page(folder), environ={"GREENROOM_BASE_PATH": "/practice"}) as at:
        moved = await get(at.http)
        assert moved.status_code == 307
        assert moved.headers["location"] == at.http + "/"
        answer = await get(at.http + "/")
        assert answer.text == INDEX
        assert "Path=/practice" in answer.headers["set-cookie"]
        assert (await get(at.http + "/assets/index-abc.js")).status_code == 200
        assert (await get(at.http.removesuffix("/practice") + "/")).status_code == 404


async def test_behind_https_the_policy_names_the_public_address(tmp_path: Path, folder: Path) -> None:
    page = Page(folder, "https://practice.example")
    async with house(tmp_path, page=page) as at:
        policy = (await get(at.http + "/")).headers["content-security-policy"]
        assert policy == POLICY.format(socket="wss://practice.example")


async def test_a_host_that_is_none_gets_into_no_policy(tmp_path: Path, folder: Path) -> None:
    async with house(tmp_path, page=Page(folder)) as at:
        answer = await get(at.http + "/", host="x; script-src *")
        assert "script-src" not in answer.headers.get("content-security-policy", "")


async def test_without_a_built_page_the_front_says_what_to_do(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        answer = await get(at.http + "/")
        assert answer.status_code == 200
        assert "make page" in answer.text
        assert "set-cookie" in answer.headers
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_page_of_a_checkout_is_where_its_build_puts_it() -> None:
    """`make test` builds it first."""
    folder = built_page()
    assert folder is not None
    assert (folder / "index.html").is_file()
