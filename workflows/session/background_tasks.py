"""Tasks that run beside `ClassSession.run`, such as sending messages: a mail outage must not keep a room shut."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class BackgroundTasks:
    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def finish(self) -> None:
        """Wait until all tasks have ended."""
        while self._running:
            await asyncio.gather(*self._running)
