"""Watches the rooms of a region with six loops in one long activity.

- The first compares LiveKit's rooms with the running sessions every ten seconds and corrects the differences. It also
  tells ops who has not come, and reminds them.
- The second listens to the sessions that change in the database.
- The third reports the presence in these sessions to their workflows. It alone does, so that the reports on a session
  stay in order.
- The fourth looks every two seconds for recorders that have fallen silent, and for classes that are not recorded.
- The fifth tells the workflows of exception cases of changes: at once where a session has changed, else every second.
- The sixth looks every ten seconds for what else goes wrong in a class, from a poor connection to an early end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from functools import partial
from uuid import UUID

from temporalio import activity

from activities import capture_watch, class_watch
from activities.absence_watch import AbsenceWatch
from activities.capture_watch import CaptureWatch
from activities.class_watch import ClassWatch
from activities.failures import description
from activities.presence import PresenceReporter
from activities.presence_record import PresenceRecord
from activities.room_reconciler import RoomReconciler
from activities.supervision import Loop, keep_running
from domain.errors import Unavailable
from media_bridge.rooms import LiveKitRooms
from models.changes import RESYNC, listen
from models.database import Database
from services.case_following import CaseFollower
from services.substitution_start import SubstitutionStarter
from workflows.client import SessionClient
from workflows.contracts.rooms import RoomWatch, WatchInput

_LIFETIME_SECONDS = 3600.0  # of one activity; the workflow starts the next
_RETRY_SECONDS = 1.0  # while a server is down: LiveKit's rooms are made again as soon as it is back
_RECONCILE_TIMEOUT = 60.0  # seconds
_BEAT_SECONDS = 2.0  # a fifth of the time-out of its heartbeats
_FOLLOW_SECONDS = 1.0  # between two looks for changed cases …
_FOLLOW_SOON_SECONDS = 0.2  # … and after the news of a change: most cases are about sessions
_GATHER_SECONDS = 0.1  # changes within them become one report


class RoomWatchActivities(RoomWatch):
    def __init__(
        self,
        database: Database,
        rooms: LiveKitRooms,
        client: SessionClient,
        follower: CaseFollower,
        substitutions: SubstitutionStarter,
    ) -> None:
        self._database = database
        self._rooms = rooms
        self._client = client
        self._follower = follower
        self._substitutions = substitutions

    @activity.defn(name="watch_rooms")
    async def watch(self, watch: WatchInput) -> None:
        watcher = RoomWatcher(
            self._database, self._rooms, self._client, self._follower, self._substitutions, watch
        )
        await watcher.run(_LIFETIME_SECONDS)


class RoomWatcher:
    """The watch of one region."""

    def __init__(
        self,
        database: Database,
        rooms: LiveKitRooms,
        client: SessionClient,
        follower: CaseFollower,
        substitutions: SubstitutionStarter,
        watch: WatchInput,
    ) -> None:
        self._url = database.url
        self._every = watch.every_seconds
        self._record = PresenceRecord(database, watch.region)
        self._reconciler = RoomReconciler(
            database, rooms, self._record, AbsenceWatch(database, substitutions), watch.region
        )
        self._reporter = PresenceReporter(database, client)
        self._captures = CaptureWatch(database, watch.region)
        self._classes = ClassWatch(database, watch.region, self._record)
        self._follower = follower
        self._changed: set[str] = set()  # session ids, or RESYNC for all
        self._wake = asyncio.Event()
        self._news = asyncio.Event()  # a session has changed: it may have a new case

    async def run(self, seconds: float) -> None:
        loops: dict[str, Loop] = {
            "reconciliation": self._reconcile_regularly,
            "listener": self._listen,
            "reports": self._report_regularly,
            "recorders": partial(
                _look_regularly, self._captures.look, capture_watch.EVERY_SECONDS, "looking at the recorders"
            ),
            "classes": partial(
                _look_regularly, self._classes.look, class_watch.EVERY_SECONDS, "looking at the classes"
            ),
            "cases": self._follow_regularly,
        }
        await keep_running(loops, seconds=seconds, beat=activity.heartbeat, every=_BEAT_SECONDS)

    async def reconcile(self) -> bool:
        """Compare the rooms with the running sessions once, and mark all sessions for the next report.

        Returns whether all differences were corrected. Raises Unavailable.
        """
        try:
            async with asyncio.timeout(_RECONCILE_TIMEOUT):
                return await self._reconciler.reconcile()
        finally:
            self._mark_changed([RESYNC])

    async def report(self) -> None:
        """Signal the workflows of the sessions that changed since the last report. Raises Unavailable."""
        changed, self._changed = self._changed, set()
        self._wake.clear()
        if not changed:
            return
        try:
            sessions = await self._record.read(None if RESYNC in changed else _ids(changed))
            waiting = await self._reporter.report(sessions.values())
        except Unavailable:
            self._mark_changed(changed)
            raise
        if waiting:
            unsignalled = {str(session_id) for session_id in waiting}
            asyncio.get_running_loop().call_later(_RETRY_SECONDS, self._mark_changed, unsignalled)

    def _mark_changed(self, session_ids: Collection[str]) -> None:
        self._changed.update(session_ids)
        self._wake.set()

    async def _reconcile_regularly(self) -> None:
        backoff = _RETRY_SECONDS
        while True:
            wait = self._every
            try:
                if await self.reconcile():
                    backoff = _RETRY_SECONDS
                else:  # with a growing pause, since one faulty session may be the cause
                    wait, backoff = backoff, min(2 * backoff, self._every)
            except Unavailable as error:
                activity.logger.warning("reconciling the rooms failed", extra={"detail": error.detail})
                wait = _RETRY_SECONDS
            except Exception as error:
                activity.logger.error("reconciling the rooms failed", extra={"error": description(error)})
            await asyncio.sleep(wait)

    async def _listen(self) -> None:
        async for changed in listen(self._url):
            self._mark_changed(changed)
            self._news.set()

    async def _follow_regularly(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), _FOLLOW_SECONDS)
            await asyncio.sleep(_FOLLOW_SOON_SECONDS)
            self._news.clear()
            await _look(self._follower.follow, "following the cases")

    async def _report_regularly(self) -> None:
        while True:
            await self._wake.wait()
            wait = _GATHER_SECONDS
            try:
                await self.report()
            except Unavailable as error:
                activity.logger.warning("reporting the presence failed", extra={"detail": error.detail})
                wait = _RETRY_SECONDS
            except Exception as error:
                activity.logger.error("reporting the presence failed", extra={"error": description(error)})
            await asyncio.sleep(wait)


async def _look_regularly(look: Callable[[], Awaitable[object]], every: float, what: str) -> None:
    while True:
        await asyncio.sleep(every)
        await _look(look, what)


async def _look(look: Callable[[], Awaitable[object]], what: str) -> None:
    """Look once; a look that an unavailable server fails is made up for by the next."""
    try:
        await look()
    except Unavailable as error:
        activity.logger.warning("%s failed", what, extra={"detail": error.detail})


def _ids(changed: Collection[str]) -> list[UUID]:
    """The session ids among the changes; text that is not an id is left out."""
    ids = []
    for text in changed:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return ids
