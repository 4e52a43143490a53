"""Activities on the LiveKit room of a session, and the watch over all rooms of a region."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from temporalio import activity

from workflows.contracts.common import SessionRef, StepInput


@dataclass(frozen=True)
class RoomOpened:
    credentialed: int  # participants whose join links now give credentials


@dataclass(frozen=True)
class CloseRoomInput(StepInput):
    reason: str = ""  # scheduled | empty | command | moved | cancelled
    ended_at: datetime | None = None
    by: str = ""  # an actor of the change log, where a command ends the class


@dataclass(frozen=True)
class DisconnectInput(StepInput):
    participant_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class WatchInput:
    region: str
    every_seconds: float = 10.0


class Rooms:
    @activity.defn(name="open_room")
    async def open_room(self, step: StepInput) -> RoomOpened:
        """Create the room and admit the participants: from now on their join links give credentials."""
        raise NotImplementedError

    @activity.defn(name="reopen_room")
    async def reopen_room(self, step: StepInput) -> RoomOpened:
        """Create the room of a class that goes on after its end. It is the same occurrence of the class."""
        raise NotImplementedError

    @activity.defn(name="close_room")
    async def close_room(self, close: CloseRoomInput) -> None:
        """Write the new state, which refuses further joins, and delete the room, which disconnects everybody.

        A room in which people may be speaking is deleted a moment later, when the recorder has heard the last words. A
        room that does not exist counts as closed.
        """
        raise NotImplementedError

    @activity.defn(name="is_room_occupied")
    async def is_occupied(self, session: SessionRef) -> bool:
        """Whether the media server lists a person in the room; a room that does not exist is empty."""
        raise NotImplementedError

    @activity.defn(name="disconnect_people")
    async def disconnect(self, people: DisconnectInput) -> None:
        """Put participants out of the room. Who is not in it counts as disconnected."""
        raise NotImplementedError


@dataclass(frozen=True)
class InstructorDue:
    session: SessionRef
    starts_at: datetime  # of the class, when its instructor was due


class Arrivals:
    @activity.defn(name="look_for_instructor")
    async def look_for_instructor(self, due: InstructorDue) -> bool:
        """Whether the instructor has come, by the record or the media server's list of people in the room.

        If not, their absence is reported, once for each start of the class.
        """
        raise NotImplementedError


class RoomWatch:
    @activity.defn(name="watch_rooms")
    async def watch(self, watch: WatchInput) -> None:
        """Compare LiveKit's rooms with the running sessions again and again, until the activity's time is over."""
        raise NotImplementedError
