"""A process that belongs to this one: started, watched, started again when it dies, stopped at the end."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator, Sequence

import msgspec
import structlog

RESTART_FIRST_S = 0.1
RESTART_MOST_S = 10.0
STOP_WITHIN_S = 5.0
CALM_S = 30.0
"""A process that ran for so long is started again without delay."""

log = structlog.get_logger()


class ChildProcess:
    """Keeps one child going. The child prints one JSON line with its `port` when it is ready.

    Its standard input is a pipe that nothing is written to: a child sees its end when this process dies.
    """

    def __init__(self, name: str, arguments: Sequence[str], *, port: int) -> None:
        self.name = name
        self.port = port
        """Of the child; the same after each start, so that its address stays good."""
        self.ready = asyncio.Event()
        self.starts = 0
        self._arguments = tuple(arguments)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator["ChildProcess"]:
        """Keep it going while inside."""
        watcher = asyncio.create_task(self._keep_going(), name=f"keep {self.name} going")
        try:
            yield self
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher

    async def _keep_going(self) -> None:
        loop = asyncio.get_running_loop()
        delay_s = RESTART_FIRST_S
        while True:
            began = loop.time()
            try:
                code = await self._run_once()
            finally:
                self.ready.clear()
            if loop.time() - began > CALM_S:
                delay_s = RESTART_FIRST_S
            log.warning("child process ended", name=self.name, code=code, restartInSeconds=delay_s)
            # Nothing is waited for here: a process that dies at once is not to be started a thousand times a second.
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, RESTART_MOST_S)

    async def _run_once(self) -> int:
        self.starts += 1
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._arguments,
            "--port",
            str(self.port),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._process = process
        try:
            assert process.stdout is not None
            async for line in process.stdout:
                self._read(line)
            return await process.wait()
        finally:
            await _stop(process)
            self._process = None

    def _read(self, line: bytes) -> None:
        with contextlib.suppress(msgspec.DecodeError, AttributeError):
            port = msgspec.json.decode(line).get("port")
            if isinstance(port, int):
                self.port = port
                self.ready.set()
                log.info("child process ready", name=self.name, port=port)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_WITHIN_S):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
