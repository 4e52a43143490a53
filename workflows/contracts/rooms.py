"""Activities on the LiveKit room of a session, and the watch over all rooms of a region."""

from dataclasses import dataclass
from datetime import datetime

from temporalio import activity

from workflows.contracts.common import StepInput


@dataclass(frozen=True)
class RoomOpened:
    credentialed: int  # participants whose join links now give credentials


@dataclass(frozen=True)
class CloseRoomInput(StepInput):
    reason: str = ""  # scheduled | empty | command | moved | cancelled
    ended_at: datetime | None = None


@dataclass(frozen=True)
class WatchInput:
    region: str
    every_seconds: float = 10.0


class Rooms:
    @activity.defn(name="open_room")
    async def open_room(self, step: StepInput) -> RoomOpened:
        """Create the room and admit the participants: from now on their join links give credentials."""
        raise NotImplementedError

    @activity.defn(name="close_room")
    async def close_room(self, close: CloseRoomInput) -> None:
        """Delete the room, which disconnects everybody. A room that does not exist counts as closed."""
        raise NotImplementedError


class RoomWatch:
    @activity.defn(name="watch_rooms")
    async def watch(self, watch: WatchInput) -> None:
        """Compare LiveKit's rooms with the running sessions again and again, until the activity's time is over."""
        raise NotImplementedError
