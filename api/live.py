"""Live pages: one listener per process, fanned out to the server-sent event streams."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from models.changes import RESYNC, listen

_COALESCE = 0.25  # seconds: a page is told at most four times a second
_KEEP_ALIVE = 15.0


class LiveHub:
    def __init__(self, url: str) -> None:
        self._url = url
        self._subscribers: dict[asyncio.Event, str | None] = {}
        self._task: asyncio.Task[None] | None = None

    async def stream(self, session_id: str | None) -> AsyncIterator[str]:
        """Server-sent events: `changed` whenever the session (None: any session) changed. Starts with one."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        changed = asyncio.Event()
        self._subscribers[changed] = session_id
        try:
            yield "retry: 1000\nevent: changed\ndata: {}\n\n"
            while True:
                try:
                    await asyncio.wait_for(changed.wait(), _KEEP_ALIVE)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                await asyncio.sleep(_COALESCE)
                changed.clear()
                yield "event: changed\ndata: {}\n\n"
        finally:
            self._subscribers.pop(changed, None)

    async def _listen(self) -> None:
        async for session_id in listen(self._url):
            for changed, wanted in self._subscribers.items():
                if wanted is None or session_id in (wanted, RESYNC):
                    changed.set()

    async def aclose(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
