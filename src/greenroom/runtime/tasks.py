"""Tasks of a group that others may be closing."""

import asyncio
from collections.abc import Coroutine
from typing import Any


def begin(tasks: asyncio.TaskGroup, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None] | None:
    """Have the group do this; None: it takes no tasks any more, and the work was not begun."""
    try:
        return tasks.create_task(work, name=name)
    except RuntimeError:
        # Only the group knows: it closes at the first fault of any of its tasks, and by itself when the last is done.
        work.close()
        return None
