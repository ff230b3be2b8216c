"""The machine's own clocks."""

import time


class SystemClock:
    """The `Clock` of a running server; its `now` is the event loop's own time."""

    def now(self) -> float:
        return time.monotonic()

    def unix_ms(self) -> int:
        return time.time_ns() // 1_000_000
