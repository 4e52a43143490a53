"""The watch over the rooms of a region, as three loops of one long activity.

- Every ten seconds LiveKit's rooms are compared with the running sessions, and what differs is made good.
- Changes of the record are listened to as they are committed.
- What either of them finds is reported to the workflows of the sessions, by the third loop alone, so that no two
  reports of a session cross.
"""

import asyncio
from collections.abc import Collection
from uuid import UUID

from temporalio import activity

from activities.failures import description
from activities.presence import PresenceReporter
from activities.presence_record import PresenceRecord
from activities.room_reconciler import RoomReconciler
from activities.supervision import keep_running
from domain.errors import Unavailable
from media_bridge.rooms import LiveKitRooms
from models.changes import RESYNC, listen
from models.database import Database
from workflows.client import SessionClient
from workflows.contracts.rooms import RoomWatch, WatchInput

_LIFE_SECONDS = 3600.0  # of one activity; the workflow starts the next
_QUICK_SECONDS = (
    1.0  # between tries while a part is away: LiveKit's rooms are made again the moment it is back
)
_LOOK_SECONDS = 60.0  # in which a look ends or is given up
_GATHER_SECONDS = 0.1  # in which changes become one report


class RoomWatchActivities(RoomWatch):
    def __init__(self, database: Database, rooms: LiveKitRooms, client: SessionClient) -> None:
        self._database = database
        self._rooms = rooms
        self._client = client

    @activity.defn(name="watch_rooms")
    async def watch(self, watch: WatchInput) -> None:
        watcher = RoomWatcher(self._database, self._rooms, self._client, watch)
        await watcher.run(_LIFE_SECONDS)


class RoomWatcher:
    """The watch of one region."""

    def __init__(
        self,
        database: Database,
        rooms: LiveKitRooms,
        client: SessionClient,
        watch: WatchInput,
    ) -> None:
        self._url = database.url
        self._every = watch.every_seconds
        self._record = PresenceRecord(database, watch.region)
        self._reconciler = RoomReconciler(database, rooms, self._record)
        self._reporter = PresenceReporter(database, client)
        self._changed: set[str] = set()  # session ids, or RESYNC for all
        self._wake = asyncio.Event()

    async def run(self, seconds: float) -> None:
        loops = {
            "looks": self._look_regularly,
            "listener": self._listen,
            "reports": self._report_regularly,
        }
        await keep_running(loops, seconds=seconds, beat=activity.heartbeat)

    async def look(self) -> bool:
        """Compare the rooms with the running sessions once, and have all of them reported.

        Whether all that was found is made good. Raises Unavailable.
        """
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                return await self._reconciler.look()
        finally:
            self._has_changed([RESYNC])

    async def report(self) -> None:
        """Signal to the workflows of the sessions that changed since the last report. Raises Unavailable."""
        changed, self._changed = self._changed, set()
        self._wake.clear()
        if not changed:
            return
        try:
            sessions = await self._record.read(None if RESYNC in changed else _ids(changed))
            waiting = await self._reporter.report(sessions.values())
        except Unavailable:
            self._has_changed(changed)
            raise
        if waiting:
            again = {str(session_id) for session_id in waiting}
            asyncio.get_running_loop().call_later(_QUICK_SECONDS, self._has_changed, again)

    def _has_changed(self, session_ids: Collection[str]) -> None:
        self._changed.update(session_ids)
        self._wake.set()

    async def _look_regularly(self) -> None:
        soon = _QUICK_SECONDS
        while True:
            wait = self._every
            try:
                if await self.look():
                    soon = _QUICK_SECONDS
                else:  # tried again soon, and less soon each time: it may be the fault of one session
                    wait, soon = soon, min(2 * soon, self._every)
            except Unavailable as error:
                activity.logger.warning("a look at the rooms failed", extra={"detail": error.detail})
                wait = _QUICK_SECONDS
            except Exception as error:
                activity.logger.error("a look at the rooms failed", extra={"error": description(error)})
            await asyncio.sleep(wait)

    async def _listen(self) -> None:
        async for changed in listen(self._url):
            self._has_changed(changed)

    async def _report_regularly(self) -> None:
        while True:
            await self._wake.wait()
            wait = _GATHER_SECONDS
            try:
                await self.report()
            except Unavailable as error:
                activity.logger.warning("workflows wait for a report", extra={"detail": error.detail})
                wait = _QUICK_SECONDS
            except Exception as error:
                activity.logger.error("a report was given up", extra={"error": description(error)})
            await asyncio.sleep(wait)


def _ids(changed: Collection[str]) -> list[UUID]:
    """Of sessions: what else changes is not the watch's concern."""
    ids = []
    for text in changed:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return ids
