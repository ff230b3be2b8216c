"""One callback at one later time."""

import asyncio
from collections.abc import Callable


class Alarm:
    """Rings once, unless it is cleared or set anew before. Its owner clears it when it goes."""

    __slots__ = ("_handle",)

    def __init__(self) -> None:
        self._handle: asyncio.TimerHandle | None = None

    @property
    def is_set(self) -> bool:
        return self._handle is not None

    def set(self, delay_s: float, ring: Callable[[], None]) -> None:
        """Ring after this many seconds; replaces what was set before."""
        self.clear()
        self._handle = asyncio.get_running_loop().call_later(delay_s, self._ring, ring)

    def clear(self) -> None:
        """Don't ring."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _ring(self, ring: Callable[[], None]) -> None:
        self._handle = None
        ring()
