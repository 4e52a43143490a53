"""The live form of the change feed: one look per process at what is new, however many listen."""

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
from models.repositories.change_log import LogPlace, Wanted

_LOOK = 0.2  # seconds between two looks
_BATCH = 200

logger = logging.getLogger(__name__)


class FeedHub:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: dict[UUID, set[asyncio.Event]] = {}
        self._task: asyncio.Task[None] | None = None

    async def stream(
        self, organization_id: UUID, place: LogPlace | None, wanted: Wanted
    ) -> AsyncIterator[str]:
        """Server-sent events from a place on (None: from now on), each with its id, for `Last-Event-ID`."""
        place = place or await self._end(organization_id)
        # Its place comes first, so that who is cut off before the first event misses none.
        yield f"retry: 1000\nid: {place.xid}-{place.seq}\n\n"
        async with contextlib.aclosing(self._follow(organization_id, place, wanted)) as batches:
            async for rows in batches:
                for row in rows:
                    event = EventOut.of(row)
                    yield f"id: {event.id}\nevent: {event.kind}\ndata: {event.model_dump_json()}\n\n"
                if not rows:
                    yield STILL_HERE

    async def changes(self, organization_id: UUID, *kinds: str) -> AsyncIterator[str]:
        """Server-sent events for pages: `changed`, first and whenever something of these kinds did."""
        place = await self._end(organization_id)
        yield f"retry: 1000\n{CHANGED}"
        async with contextlib.aclosing(self._follow(organization_id, place, Wanted(kinds))) as batches:
            async for rows in batches:
                yield CHANGED if rows else STILL_HERE

    def listeners(self, organization_id: UUID) -> int:
        """How many follow an organization's feed in this process."""
        return len(self._listeners.get(organization_id, ()))

    async def _end(self, organization_id: UUID) -> LogPlace:
        async with self._database.tenant(organization_id) as db:
            return await change_log.end(db)

    async def _follow(
        self, organization_id: UUID, place: LogPlace, wanted: Wanted
    ) -> AsyncGenerator[Sequence[Any], None]:
        """Rows behind a place, as they come; none where nothing came for long."""
        bell = asyncio.Event()
        self._listeners.setdefault(organization_id, set()).add(bell)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_for_ever())
        try:
            while True:
                if rows := await self._read(organization_id, place, wanted):
                    place = LogPlace(rows[-1].xid, rows[-1].seq)
                    yield rows
                if len(rows) == _BATCH:
                    continue
                try:
                    await asyncio.wait_for(bell.wait(), KEEP_ALIVE)
                except TimeoutError:
                    yield ()
                bell.clear()
        finally:
            self._listeners[organization_id].discard(bell)
            if not self._listeners[organization_id]:
                del self._listeners[organization_id]

    async def _read(self, organization_id: UUID, place: LogPlace, wanted: Wanted) -> Sequence[Any]:
        """Nothing while the database does not answer: the listener stays, and gets it afterwards."""
        with contextlib.suppress(Unavailable):
            async with self._database.reading(organization_id) as db:
                return await change_log.after(db, place, _BATCH, wanted)
        return []

    async def _look_for_ever(self) -> None:
        seen: int | None = None  # the newest transaction of which listeners were told
        while self._listeners:
            try:
                seen = await self._look(seen)
            except Unavailable:
                logger.warning("the change feed waits for the database")
            except Exception as error:  # whoever listens is waiting for the next look
                logger.error("a look at the change log failed", extra={"error": type(error).__name__})
            await asyncio.sleep(_LOOK)

    async def _look(self, seen: int | None) -> int:
        """Wake the listeners of organizations with something newer than `seen`; returns the newest."""
        async with self._database.unscoped() as db:
            if seen is None:  # whoever listens already may have read before this look
                seen = await change_log.newest_complete(db)
                changed: Mapping[UUID, int] = dict.fromkeys(self._listeners, seen)
            else:
                changed = await change_log.changed_since(db, seen + 1)
        for organization_id in changed:
            for bell in self._listeners.get(organization_id, ()):
                bell.set()
        return max([seen, *changed.values()])

    async def aclose(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
