"""Streams the change feed by server-sent events: one poll of the change log per process serves all listeners."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from api.live.streams import CHANGED, KEEP_ALIVE, STILL_HERE
from api.schemas.events import EventOut
from domain.errors import Unavailable
from models.database import Database
from models.repositories import change_log
from models.repositories.change_log import LogFilter, LogPosition

_POLL_INTERVAL = 0.2  # seconds
_BATCH = 200

logger = logging.getLogger(__name__)


class FeedHub:
    """The listeners of this process, woken when the poll finds changes in their organization."""

    def __init__(self, database: Database, keep_alive: float = KEEP_ALIVE) -> None:
        self._database = database
        self._keep_alive = keep_alive
        self._listeners: dict[UUID, set[asyncio.Event]] = {}
        self._task: asyncio.Task[None] | None = None

    async def stream(
        self, organization_id: UUID, position: LogPosition | None, wanted: LogFilter
    ) -> AsyncIterator[str]:
        """Server-sent events after a position (None: from now on), each with an id for `Last-Event-ID`."""
        position = position or await self._last_position(organization_id)
        # The id comes first, so that a client that is cut off before the first event misses none.
        yield f"retry: 1000\nid: {position.xid}-{position.seq}\n\n"
        async with contextlib.aclosing(self._follow(organization_id, position, wanted)) as batches:
            async for rows in batches:
                for row in rows:
                    event = EventOut.of(row)
                    yield f"id: {event.id}\nevent: {event.kind}\ndata: {event.model_dump_json()}\n\n"
                if not rows:
                    yield STILL_HERE

    async def changes(self, organization_id: UUID, *kinds: str) -> AsyncIterator[str]:
        """Server-sent events for pages: `changed`, at first and after each change of these kinds."""
        position = await self._last_position(organization_id)
        yield f"retry: 1000\n{CHANGED}"
        async with contextlib.aclosing(self._follow(organization_id, position, LogFilter(kinds))) as batches:
            async for rows in batches:
                yield CHANGED if rows else STILL_HERE

    def listeners(self, organization_id: UUID) -> int:
        """The number of an organization's listeners in this process."""
        return len(self._listeners.get(organization_id, ()))

    async def _last_position(self, organization_id: UUID) -> LogPosition:
        async with self._database.tenant(organization_id) as db:
            return await change_log.end(db)

    async def _follow(
        self, organization_id: UUID, position: LogPosition, wanted: LogFilter
    ) -> AsyncGenerator[Sequence[Any], None]:
        """Batches of rows after a position, as they are committed; an empty one after each keep-alive interval."""
        wake = asyncio.Event()
        self._listeners.setdefault(organization_id, set()).add(wake)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._poll_forever())
        try:
            while True:
                if rows := await self._read(organization_id, position, wanted):
                    position = LogPosition(rows[-1].xid, rows[-1].seq)
                    yield rows
                if len(rows) == _BATCH:
                    continue
                try:
                    await asyncio.wait_for(wake.wait(), self._keep_alive)
                except TimeoutError:
                    yield ()
                wake.clear()
        finally:
            self._listeners[organization_id].discard(wake)
            if not self._listeners[organization_id]:
                del self._listeners[organization_id]

    async def _read(self, organization_id: UUID, position: LogPosition, wanted: LogFilter) -> Sequence[Any]:
        """The next rows; none while the database is unavailable, so that the listener stays and gets them later."""
        with contextlib.suppress(Unavailable):
            async with self._database.reading(organization_id) as db:
                return await change_log.after(db, position, _BATCH, wanted)
        return []

    async def _poll_forever(self) -> None:
        seen: int | None = None  # the newest transaction that listeners were woken for
        waiting = False  # for the database; logged once, not at each poll
        while self._listeners:
            try:
                seen = await self._poll(seen)
                waiting = False
            except Unavailable:
                if not waiting:
                    logger.warning("the change feed is waiting for the database")
                waiting = True
            except Exception as error:  # without another poll, listeners would wait for ever
                logger.error("polling the change log failed", extra={"error": type(error).__name__})
            await asyncio.sleep(_POLL_INTERVAL)

    async def _poll(self, seen: int | None) -> int:
        """Wake the listeners of organizations with changes after transaction `seen`; returns the newest transaction."""
        async with self._database.unscoped() as db:
            if seen is None:  # listeners may have read before this first poll
                seen = await change_log.newest_complete(db)
                changed: Mapping[UUID, int] = dict.fromkeys(self._listeners, seen)
            else:
                changed = await change_log.changed_since(db, seen + 1)
        for organization_id in changed:
            for wake in self._listeners.get(organization_id, ()):
                wake.set()
        return max([seen, *changed.values()])

    async def aclose(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
