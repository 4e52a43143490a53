"""The watch over the rooms of a region.

Every ten seconds it compares LiveKit's rooms with the running sessions and mends what differs; in between it tells
the workflows of running sessions who is in their rooms, as soon as the record says so.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from uuid import UUID

from temporalio import activity

from activities.presence import PresenceTeller
from activities.progress import utc_now
from activities.rooms import DEPARTURE_TIMEOUT, EMPTY_TIMEOUT
from domain.errors import HomeroomError, Unavailable
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.sessions.states import ROOM_STATES
from media_bridge.liveness import Findings, KnownConnection, Poll, Sighting, compare
from media_bridge.rooms import LiveKitRooms, RoomParticipant
from models.changes import RESYNC, listen
from models.database import Database
from models.repositories import events, sessions
from models.repositories.sessions import RunningSession
from workflows.contracts.rooms import RoomWatch, WatchInput

QUICK_SECONDS = (
    1.0  # between polls while LiveKit does not answer: its rooms are made again the moment it does
)


class RoomWatchActivities(RoomWatch):
    def __init__(self, database: Database, rooms: LiveKitRooms, teller: PresenceTeller) -> None:
        self._database = database
        self._rooms = rooms
        self._teller = teller

    @activity.defn(name="watch_rooms")
    async def watch(self, watch: WatchInput) -> None:
        listening = asyncio.create_task(self._tell_changes(watch.region))
        try:
            await self._poll_until_due(watch)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    async def _poll_until_due(self, watch: WatchInput) -> None:
        memory: Mapping[str, Sighting] = {}
        end = asyncio.get_running_loop().time() + 3600
        while asyncio.get_running_loop().time() < end:
            activity.heartbeat()
            wait = watch.every_seconds
            try:
                memory = await self._poll(watch.region, memory)
            except Unavailable as error:
                activity.logger.warning("a look at the rooms failed", extra={"detail": error.detail})
                wait = QUICK_SECONDS
            await asyncio.sleep(wait)

    async def _poll(self, region: str, memory: Mapping[str, Sighting]) -> Mapping[str, Sighting]:
        running = {session.session_id: session for session in await self._running(region)}
        rooms = await self._rooms.list_rooms()
        here = [room.session_id for room in rooms if room.session_id in running]
        poll = Poll(utc_now(), rooms, await self._participants(here))
        known, left = await self._on_record(running.values())
        findings = compare(poll, running=running.keys(), known=known, left=left, memory=memory)
        await self._apply(running, findings)
        for session in running.values():
            await self._teller.tell(session)
        return findings.memory

    async def _running(self, region: str) -> list[RunningSession]:
        async with self._database.unscoped() as db:
            return await sessions.running_sessions(db, region, [state.value for state in ROOM_STATES])

    async def _participants(self, session_ids: list[UUID]) -> dict[UUID, list[RoomParticipant]]:
        """A session whose participants cannot be listed is left out of this look."""
        listed: dict[UUID, list[RoomParticipant]] = {}
        for session_id in session_ids:
            with suppress(HomeroomError):
                listed[session_id] = await self._rooms.list_participants(session_id)
        return listed

    async def _on_record(self, running: Iterable[RunningSession]) -> tuple[list[KnownConnection], set[str]]:
        known: list[KnownConnection] = []
        left: set[str] = set()
        for session in running:
            attendances = await self._teller.attendance(session)
            for attendance in attendances.values():
                for connection in attendance.connections:
                    if connection.left_at is None:
                        known.append(
                            KnownConnection(
                                session.session_id,
                                connection.sid,
                                attendance.identity,
                                connection.last_seen_at,
                            )
                        )
                    elif connection.said_left:
                        left.add(connection.sid)
        return known, left

    async def _apply(self, running: Mapping[UUID, RunningSession], findings: Findings) -> None:
        for session_id in findings.remake:
            await self._rooms.ensure_room(
                session_id, empty_timeout=EMPTY_TIMEOUT, departure_timeout=DEPARTURE_TIMEOUT
            )
            await self._record(running[session_id], [_remade(session_id)])
            activity.logger.warning("a room was made again", extra={"session_id": str(session_id)})
        for session_id in findings.close:
            await self._rooms.close_room(session_id)
            activity.logger.warning(
                "a room without a session was closed", extra={"session_id": str(session_id)}
            )
        for recorded in findings.events:
            await self._record(running[recorded.session_id], [recorded.event])

    async def _record(self, session: RunningSession, found: list[SessionEvent]) -> None:
        async with self._database.tenant(session.organization_id) as db:
            await events.record(db, session.organization_id, [(session.session_id, event) for event in found])

    async def _tell_changes(self, region: str) -> None:
        """Tell a workflow of its room within a moment of the record."""
        async for changed in listen(self._database.url):
            try:
                for session in await self._running(region):
                    if RESYNC in changed or str(session.session_id) in changed:
                        await self._teller.tell(session)
            except Unavailable:
                activity.logger.warning("a workflow was not told of its room; the next look tells it")


def _remade(session_id: UUID) -> SessionEvent:
    now = utc_now()
    source_id = f"watch:remade:{session_id}:{int(now.timestamp() * 1000)}"
    return SessionEvent(EventSource.WATCH, source_id, EventKind.ROOM_REMADE, now)
