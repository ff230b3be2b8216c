"""The engine as a process of its own: it begins, says where it is, and ends when it should."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from tests.localvoice.client import client_of

pytestmark = [pytest.mark.speech, pytest.mark.timing]

ENDS_WITHIN_S = 2.0


@asynccontextmanager
async def started() -> AsyncGenerator[tuple[Process, int]]:
    command = ("-m", "greenroom.localvoice", "--ends-with-parent")
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        assert process.stdout is not None
        ready = json.loads(await process.stdout.readline())
        yield process, ready["port"]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        if process.stdin is not None:
            process.stdin.close()


async def ended(process: Process) -> tuple[int, bytes]:
    assert process.stderr is not None
    async with asyncio.timeout(ENDS_WITHIN_S):
        code = await process.wait()
    return code, await process.stderr.read()


@pytest.mark.parametrize("busy", [False, True])
async def test_it_ends_when_it_is_told_to_even_in_the_middle_of_a_reply(busy: bool) -> None:
    async with started() as (process, port), client_of(port) as client:
        if busy:
            say = {"greenroom_say": "Tell me more about that. " * 20}
            await client.asked("response.create", "response.output_audio.delta", response={"metadata": say})
        process.send_signal(signal.SIGTERM)
        assert await ended(process) == (0, b"")


async def test_it_ends_with_its_parent() -> None:
    async with started() as (process, port), client_of(port):
        assert process.stdin is not None
        process.stdin.close()
        assert await ended(process) == (0, b"")
