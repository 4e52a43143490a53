"""Compares LiveKit's rooms with the running sessions of a region, and makes good what differs.

One sick session, or one call that fails, leaves the others their look. The statements of a look do not grow with the
sessions: reads take a fixed number, writes one for each organization in which something was found.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from temporalio import activity

from activities.isolation import WRITERS, for_each, in_one_go, log_left_out
from activities.presence_record import FoldedPresence, PresenceRecord, SessionPresence
from activities.progress import utc_now
from activities.rooms import DEPARTURE_TIMEOUT, EMPTY_TIMEOUT
from domain.presence.events import EventKind, EventSource, SessionEvent
from media_bridge.liveness import Findings, KnownConnection, Poll, Sighting, compare, orphans
from media_bridge.rooms import LiveKitRooms, Room, RoomParticipant
from models.database import Database
from models.repositories import events

_LISTING_SECONDS = (
    5.0  # for the participants of all rooms; a session that is not listed by then waits for the next look
)


class RoomReconciler:
    """Of one region. Keeps in memory what it saw in the last look."""

    def __init__(self, database: Database, rooms: LiveKitRooms, record: PresenceRecord) -> None:
        self._database = database
        self._rooms = rooms
        self._record = record
        self._memory: Mapping[str, Sighting] = {}

    async def look(self) -> bool:
        """Whether all that was found is made good. Raises Unavailable where LiveKit or the database is away.

        The running sessions are read before the rooms are listed and the record after, so that neither a room that is
        being made nor a connection that is being recorded is taken for missing.
        """
        running = await self._record.read()
        rooms, at = await self._rooms.list_rooms(), utc_now()
        participants = await self._participants(
            room.session_id for room in rooms if room.session_id in running
        )
        recorded = await self._record.read(running.keys())
        found = self._compare(Poll(at, rooms, participants), recorded)
        self._memory = {sid: sighting for one in found.values() for sid, sighting in one.memory.items()}
        is_complete = await self._apply(found, recorded)
        await self._close(orphans(rooms, running.keys(), at))
        return is_complete

    async def _participants(self, session_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[RoomParticipant]]:
        async def listed(session_id: UUID, _: None) -> Sequence[RoomParticipant]:
            return await self._rooms.list_participants(session_id)

        asked = dict.fromkeys(session_ids)
        answers = await for_each(asked, listed, what="list its participants", within=_LISTING_SECONDS)
        return answers.results

    def _compare(self, poll: Poll, recorded: Mapping[UUID, SessionPresence]) -> dict[UUID, Findings]:
        rooms = {room.session_id: room for room in poll.rooms}
        found = {}
        for session_id, session in recorded.items():
            try:
                found[session_id] = _compared(poll, rooms.get(session_id), session, self._memory)
            except Exception as error:
                log_left_out(session_id, "compare its room with the record", error)
        return found

    async def _close(self, session_ids: Iterable[UUID]) -> None:
        async def close(session_id: UUID, _: None) -> None:
            await self._rooms.close_room(session_id)
            activity.logger.warning(
                "a room without a session was closed", extra={"session_id": str(session_id)}
            )

        await for_each(dict.fromkeys(session_ids), close, what="close its room")

    async def _apply(self, found: Mapping[UUID, Findings], sessions: Mapping[UUID, SessionPresence]) -> bool:
        missing = dict.fromkeys(session_id for session_id, one in found.items() if one.remake)
        remade = await for_each(missing, self._remake, what="make its room again")
        happened = {key: [recorded.event for recorded in one.events] for key, one in found.items()}
        for session_id, event in remade.results.items():
            happened[session_id].insert(0, event)
        is_written = await self._write({key: facts for key, facts in happened.items() if facts}, sessions)
        return is_written and not remade.unavailable

    async def _remake(self, session_id: UUID, _: None) -> SessionEvent:
        await self._rooms.ensure_room(
            session_id, empty_timeout=EMPTY_TIMEOUT, departure_timeout=DEPARTURE_TIMEOUT
        )
        activity.logger.warning("a room was made again", extra={"session_id": str(session_id)})
        return _remade(session_id, utc_now())

    async def _write(
        self, happened: Mapping[UUID, Sequence[SessionEvent]], sessions: Mapping[UUID, SessionPresence]
    ) -> bool:
        by_organization: dict[UUID, dict[UUID, Sequence[SessionEvent]]] = defaultdict(dict)
        for session_id, facts in happened.items():
            by_organization[sessions[session_id].organization_id][session_id] = facts
        written = await for_each(
            by_organization,
            self._write_of,
            what="record what was found",
            of="organization_id",
            at_once=WRITERS,
        )
        return not written.unavailable

    async def _write_of(self, organization_id: UUID, happened: Mapping[UUID, Sequence[SessionEvent]]) -> None:
        async def write(some: Mapping[UUID, Sequence[SessionEvent]]) -> Mapping[UUID, None]:
            async with self._database.tenant(organization_id) as db:
                pairs = [(session_id, event) for session_id, facts in some.items() for event in facts]
                await events.record(db, organization_id, pairs)
            return dict.fromkeys(some)

        await in_one_go(happened, write, what="record what was found")


def _compared(
    poll: Poll, room: Room | None, session: SessionPresence, memory: Mapping[str, Sighting]
) -> Findings:
    """One session alone. Of one whose record cannot be folded nothing is known but whether its room is there."""
    session_id, folded = session.session_id, session.folded
    listed = poll.participants.get(session_id) if folded else None
    own = Poll(poll.at, [room] if room else [], {} if listed is None else {session_id: listed})
    known, left = _connections(session_id, folded) if folded else ([], set())
    return compare(own, running={session_id}, known=known, left=left, memory=memory)


def _connections(session_id: UUID, folded: FoldedPresence) -> tuple[list[KnownConnection], set[str]]:
    """Those on record as open, and the sids that LiveKit itself said have left."""
    known: list[KnownConnection] = []
    left: set[str] = set()
    for attendance in folded.attendance.values():
        for connection in attendance.connections:
            if connection.left_at is None:
                known.append(
                    KnownConnection(session_id, connection.sid, attendance.identity, connection.last_seen_at)
                )
            elif connection.said_left:
                left.add(connection.sid)
    return known, left


def _remade(session_id: UUID, now: datetime) -> SessionEvent:
    source_id = f"watch:remade:{session_id}:{int(now.timestamp() * 1000)}"
    return SessionEvent(EventSource.WATCH, source_id, EventKind.ROOM_REMADE, now)
