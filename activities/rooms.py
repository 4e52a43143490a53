"""Opens and closes the LiveKit room of a session."""

import asyncio
from datetime import timedelta

from temporalio import activity

from activities.progress import ProgressWriter, utc_now
from domain.people.roles import identity_of
from domain.presence.events import EventKind
from media_bridge.rooms import LiveKitRooms, Room
from models.authorship import author
from models.database import Database
from models.repositories import events, sessions
from services.arrival_mails import tell_families_of_missed
from workflows.contracts.common import SessionRef, StepInput
from workflows.contracts.rooms import CloseRoomInput, DisconnectInput, RoomOpened, Rooms

# LiveKit must not delete the room during the class: the workflow closes it, and the watch any room left over.
EMPTY_TIMEOUT = timedelta(hours=12)
DEPARTURE_TIMEOUT = timedelta(hours=12)
# Sound is on its way for up to 0.7 s on a busy machine, and a room that is deleted takes it along.
LAST_WORDS_SECONDS = 1.0
_ENDS_WITH_PEOPLE = ("scheduled", "command")
_ENDS_THE_CLASS = (*_ENDS_WITH_PEOPLE, "empty")  # it is neither moved nor cancelled


class RoomActivities(Rooms):
    def __init__(self, database: Database, progress: ProgressWriter, rooms: LiveKitRooms) -> None:
        self._database = database
        self._progress = progress
        self._rooms = rooms

    @activity.defn(name="open_room")
    async def open_room(self, step: StepInput) -> RoomOpened:
        ref = step.session
        async with self._progress.step(step) as note:
            room = await self._make_room(ref)
            async with self._database.tenant(ref.organization_id) as db:
                await sessions.begin_occurrence(db, ref.session_id, room.created_at)
                admitted = await sessions.admit_participants(db, ref.session_id, utc_now())
            note.text = f"credentials given to {admitted} people"
        return RoomOpened(admitted)

    @activity.defn(name="reopen_room")
    async def reopen_room(self, step: StepInput) -> RoomOpened:
        ref = step.session
        async with self._progress.step(step) as note:
            await self._make_room(ref)
            async with self._database.tenant(ref.organization_id) as db:
                await sessions.change(db, ref.session_id, ended_at=None)
                admitted = await sessions.admit_participants(db, ref.session_id, utc_now())
            note.text = f"credentials given to {admitted} people"
        return RoomOpened(admitted)

    async def _make_room(self, ref: SessionRef) -> Room:
        return await self._rooms.ensure_room(
            ref.session_id,
            empty_timeout=EMPTY_TIMEOUT,
            departure_timeout=DEPARTURE_TIMEOUT,
            finished=await self._finished_rooms(ref),
        )

    async def _finished_rooms(self, ref: SessionRef) -> frozenset[str]:
        """The sids of rooms that the class had before, as before a move."""
        async with self._database.tenant(ref.organization_id) as db:
            finished = await events.of_session(db, ref.session_id, [EventKind.ROOM_FINISHED])
        return frozenset(event.room_sid for event in finished if event.room_sid)

    @activity.defn(name="disconnect_people")
    async def disconnect(self, people: DisconnectInput) -> None:
        for participant_id in people.participant_ids:
            await self._rooms.remove_participant(people.session.session_id, identity_of(participant_id))

    @activity.defn(name="close_room")
    async def close_room(self, close: CloseRoomInput) -> None:
        with author(close.by):
            await self._close(close)

    async def _close(self, close: CloseRoomInput) -> None:
        async with self._progress.step(close) as note:
            if close.reason in _ENDS_WITH_PEOPLE:
                await asyncio.sleep(LAST_WORDS_SECONDS)
            await self._rooms.close_room(close.session.session_id)
            note.text = close.reason
        if close.reason in _ENDS_THE_CLASS:
            async with self._database.tenant(close.session.organization_id) as db:
                await tell_families_of_missed(db, close.session.session_id, utc_now())

    @activity.defn(name="is_room_occupied")
    async def is_occupied(self, session: SessionRef) -> bool:
        return await self._rooms.has_people(session.session_id)
