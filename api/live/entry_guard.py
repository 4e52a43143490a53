"""Removes people at once who come into a room where they have no place, with a LiveKit token from before.

LiveKit's own server takes a token until it expires. Each webhook about somebody who has joined is checked here, beside
its recording; other webhooks cost nothing. Those that come during a look-up share the next one. What is missed here,
the watch over the rooms finds within ten seconds (activities/room_reconciler.py).
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from uuid import UUID

from domain.errors import HomeroomError
from domain.presence.events import EventKind, RecordedEvent
from domain.sessions.admission import may_stay
from media_bridge.rooms import LiveKitRooms
from models.database import Database
from models.repositories import presence

logger = logging.getLogger(__name__)

_BATCH = 200  # arrivals that share a look-up
_MAX_WAITING = 2_000  # arrivals beyond are left to the watch
_SECONDS = 5.0  # for a look-up, and for the removals of a batch


class EntryGuard:
    def __init__(self, database: Database, rooms: LiveKitRooms) -> None:
        self._database = database
        self._rooms = rooms
        self._arrived: list[RecordedEvent] = []
        self._checking: asyncio.Task[None] | None = None

    def check(self, recorded: RecordedEvent) -> None:
        """Check somebody who has joined, without making the caller wait."""
        event = recorded.event
        if event.kind != EventKind.PARTICIPANT_JOINED or event.hidden or not event.identity:
            return
        if len(self._arrived) >= _MAX_WAITING:
            return
        self._arrived.append(recorded)
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check_arrived())

    async def _check_arrived(self) -> None:
        while self._arrived:
            batch, self._arrived = self._arrived[:_BATCH], self._arrived[_BATCH:]
            try:
                async with asyncio.timeout(_SECONDS):
                    unwanted = await self._unwanted(batch)
                async with asyncio.timeout(_SECONDS):
                    await asyncio.gather(*(self._remove(*one) for one in unwanted))
            except (HomeroomError, TimeoutError) as error:
                logger.warning("arrivals were not checked", extra={"count": len(batch), "error": repr(error)})
            except Exception:
                logger.exception("arrivals were not checked")

    async def _unwanted(self, batch: Sequence[RecordedEvent]) -> set[tuple[UUID, str]]:
        async with self._database.lookup() as db:
            kept_out = await presence.kept_out(db, {recorded.session_id for recorded in batch})
        unwanted = set()
        for recorded in batch:
            people, identity = kept_out.get(recorded.session_id, {}), recorded.event.identity or ""
            link_version = recorded.event.data.get("link_version", 0)
            if identity in people and not may_stay(link_version, people[identity]):
                unwanted.add((recorded.session_id, identity))
        return unwanted

    async def _remove(self, session_id: UUID, identity: str) -> None:
        try:
            await self._rooms.remove_participant(session_id, identity)
        except HomeroomError as error:
            logger.warning("somebody was not put out of a room", extra={"reason": error.code})

    async def aclose(self) -> None:
        if self._checking is not None:
            self._checking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._checking
