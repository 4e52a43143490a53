"""Compares LiveKit's rooms with the running sessions of a region, and corrects the differences.

A faulty session or a failed call does not affect the other sessions. The number of statements does not grow with the
sessions: reads take a fixed number, writes one for each organization with differences.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.absence_watch import AbsenceWatch
from activities.isolation import WRITERS, for_each, in_bulk, log_left_out
from activities.presence_record import FoldedPresence, PresenceRecord, SessionPresence
from activities.progress import utc_now
from activities.rooms import DEPARTURE_TIMEOUT, EMPTY_TIMEOUT
from domain.cases.kinds import ExceptionKind
from domain.cases.repairs import Repair, RepairResult
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.sessions.admission import may_stay
from media_bridge.liveness import Findings, Poll, RecordedConnection, Sighting, compare, orphans
from media_bridge.rooms import LiveKitRooms, Room, RoomParticipant
from models.database import Database
from models.repositories import events as event_log
from models.repositories import loose_ends, presence
from services.case_repairs import tried_for_sessions
from services.cases import NewCase, open_case

# For listing the participants of all rooms. A session that is not listed by then is compared the next time.
_LISTING_SECONDS = 5.0


class RoomReconciler:
    """Reconciles the rooms of one region. Keeps the connections it saw the last time in memory."""

    def __init__(
        self,
        database: Database,
        rooms: LiveKitRooms,
        record: PresenceRecord,
        absences: AbsenceWatch,
        region: str,
    ) -> None:
        self._database = database
        self._rooms = rooms
        self._record = record
        self._absences = absences
        self._region = region
        self._sightings: Mapping[str, Sighting] = {}

    async def reconcile(self) -> bool:
        """Whether all differences were corrected. Raises Unavailable when LiveKit or the database is down.

        The running sessions are read before the rooms are listed and the recorded presence after, so that neither a
        room that is being made nor a connection that is being recorded counts as missing.
        """
        running = await self._record.read()
        await self._absences.look(running)
        rooms, at = await self._rooms.list_rooms(), utc_now()
        participants = await self._participants(
            room.session_id for room in rooms if room.session_id in running
        )
        await self._keep_out_removed(participants)
        recorded = await self._record.read(running.keys())
        findings = self._compare(Poll(at, rooms, participants), recorded)
        self._sightings = {
            sid: sighting for found in findings.values() for sid, sighting in found.sightings.items()
        }
        is_complete = await self._apply(findings, recorded)
        await self._close_forgotten(orphans(rooms, running.keys(), at))
        return is_complete

    async def _participants(self, session_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[RoomParticipant]]:
        async def participants(session_id: UUID, _: None) -> Sequence[RoomParticipant]:
            return await self._rooms.list_participants(session_id)

        items = dict.fromkeys(session_ids)
        listed = await for_each(items, participants, what="list the participants", within=_LISTING_SECONDS)
        return listed.results

    async def _keep_out_removed(self, listed: Mapping[UUID, Sequence[RoomParticipant]]) -> None:
        """Remove people who have no place in the room: LiveKit takes a token that they got before.

        The API does so as soon as it hears that they have come; this finds whom it missed.
        """
        occupied = [session_id for session_id, present in listed.items() if present]
        if not occupied:
            return
        async with self._database.lookup() as db:
            kept_out = await presence.kept_out(db, occupied)
        back = {
            session_id: present
            for session_id, people in kept_out.items()
            if (
                present := {
                    one.identity
                    for one in listed[session_id]
                    if one.identity in people and not may_stay(one.link_version, people[one.identity])
                }
            )
        }

        async def remove(session_id: UUID, identities: set[str]) -> None:
            for identity in identities:
                await self._rooms.remove_participant(session_id, identity)

        await for_each(back, remove, what="keep removed people out")

    def _compare(self, poll: Poll, recorded: Mapping[UUID, SessionPresence]) -> dict[UUID, Findings]:
        rooms = {room.session_id: room for room in poll.rooms}
        findings = {}
        for session_id, session in recorded.items():
            try:
                findings[session_id] = _compared(poll, rooms.get(session_id), session, self._sightings)
            except Exception as error:
                log_left_out(session_id, "compare the room with the record", error)
        return findings

    async def _close_forgotten(self, session_ids: Collection[UUID]) -> None:
        """Close the rooms of classes that have none. Rooms of sessions unknown here are another deployment's."""
        if not session_ids:
            return
        async with self._database.unscoped() as db:
            forgotten = await loose_ends.without_room(db, self._region, session_ids)

        async def close(session_id: UUID, _: None) -> None:
            await self._rooms.close_room(session_id)
            activity.logger.warning(
                "a room was closed whose class has none", extra={"session_id": str(session_id)}
            )

        await for_each(dict.fromkeys(sorted(forgotten)), close, what="close the room")

    async def _apply(
        self, findings: Mapping[UUID, Findings], sessions: Mapping[UUID, SessionPresence]
    ) -> bool:
        without_room = {
            session_id: _finished_rooms(sessions[session_id])
            for session_id, found in findings.items()
            if found.remake
        }
        remade = await for_each(without_room, self._remake, what="make the room again")
        events = {key: [recorded.event for recorded in found.events] for key, found in findings.items()}
        for session_id, event in remade.results.items():
            events[session_id].insert(0, event)
        is_written = await self._write({key: new for key, new in events.items() if new}, sessions)
        return is_written and not remade.unavailable

    async def _remake(self, session_id: UUID, finished: frozenset[str]) -> SessionEvent:
        room = await self._rooms.ensure_room(
            session_id,
            empty_timeout=EMPTY_TIMEOUT,
            departure_timeout=DEPARTURE_TIMEOUT,
            finished=finished,
        )
        activity.logger.warning("a room was made again", extra={"session_id": str(session_id)})
        return _room_remade(room, utc_now())

    async def _write(
        self, new_events: Mapping[UUID, Sequence[SessionEvent]], sessions: Mapping[UUID, SessionPresence]
    ) -> bool:
        by_organization: dict[UUID, dict[UUID, Sequence[SessionEvent]]] = defaultdict(dict)
        for session_id, events in new_events.items():
            by_organization[sessions[session_id].organization_id][session_id] = events
        written = await for_each(
            by_organization,
            self._write_organization,
            what="record the findings",
            of="organization_id",
            at_once=WRITERS,
        )
        return not written.unavailable

    async def _write_organization(
        self, organization_id: UUID, new_events: Mapping[UUID, Sequence[SessionEvent]]
    ) -> None:
        async def write(batch: Mapping[UUID, Sequence[SessionEvent]]) -> Mapping[UUID, None]:
            async with self._database.tenant(organization_id) as db:
                pairs = [(session_id, event) for session_id, events in batch.items() for event in events]
                await event_log.record(db, organization_id, pairs)
                for session_id, event in pairs:
                    if event.kind == EventKind.ROOM_REMADE:
                        await open_case(db, _room_lost(organization_id, session_id, event), event.occurred_at)
                        await _note_remade(db, session_id, event)
            return dict.fromkeys(batch)

        await in_bulk(new_events, write, what="record the findings")


async def _note_remade(db: AsyncSession, session_id: UUID, remade: SessionEvent) -> None:
    await tried_for_sessions(
        db,
        [session_id],
        [ExceptionKind.ROOM_LOST],
        Repair.ROOM_REMADE,
        RepairResult.WORKED,
        remade.source_id,
        remade.occurred_at,
    )


def _room_lost(organization_id: UUID, session_id: UUID, remade: SessionEvent) -> NewCase:
    at = remade.occurred_at.isoformat()
    return NewCase.about_session(organization_id, session_id, ExceptionKind.ROOM_LOST, at, {"remade_at": at})


def _compared(
    poll: Poll, room: Room | None, session: SessionPresence, sightings: Mapping[str, Sighting]
) -> Findings:
    """The findings on one session. Where its presence cannot be read, only the room itself is compared."""
    session_id, folded = session.session_id, session.folded
    listed = poll.participants.get(session_id) if folded else None
    own_poll = Poll(poll.at, [room] if room else [], {} if listed is None else {session_id: listed})
    if folded is None:
        return compare(own_poll, running={session_id}, recorded=[], sightings=sightings)
    present, left = _connections(session_id, folded)
    open_sids = {connection.participant_sid for connection in present}
    aborted = [
        RecordedConnection(session_id, sid, identity, at)
        for sid, (identity, at) in folded.aborted.items()
        if sid not in open_sids
    ]
    return compare(
        own_poll,
        running={session_id},
        recorded=present,
        left=left,
        aborted=aborted,
        finished_rooms=folded.finished_rooms,
        sightings=sightings,
    )


def _connections(session_id: UUID, folded: FoldedPresence) -> tuple[list[RecordedConnection], set[str]]:
    """The connections recorded as open, and the sids of those whose end LiveKit announced."""
    everyone = [(who, c) for who, attended in folded.attendance.items() for c in attended.connections]
    present = [
        RecordedConnection(session_id, c.sid, who, c.last_seen_at, c.room_sid)
        for who, c in everyone
        if c.left_at is None
    ]
    return present, {c.sid for _, c in everyone if c.end_announced}


def _finished_rooms(session: SessionPresence) -> frozenset[str]:
    return session.folded.finished_rooms if session.folded else frozenset()


def _room_remade(room: Room, now: datetime) -> SessionEvent:
    source_id = f"watch:remade:{room.session_id}:{int(now.timestamp() * 1000)}"
    return SessionEvent(EventSource.WATCH, source_id, EventKind.ROOM_REMADE, now, data={"room_sid": room.sid})
