"""The LiveKit room of a session, and the watch over all rooms of a region."""

from dataclasses import dataclass
from datetime import datetime

from temporalio import activity

from workflows.contracts.common import StepInput


@dataclass(frozen=True)
class RoomOpened:
    credentialed: int  # participants that may come in


@dataclass(frozen=True)
class CloseRoomInput(StepInput):
    reason: str = ""  # scheduled | empty | command | cancelled
    ended_at: datetime | None = None


@dataclass(frozen=True)
class WatchInput:
    region: str
    every_seconds: float = 10.0


class Rooms:
    @activity.defn(name="open_room")
    async def open_room(self, step: StepInput) -> RoomOpened:
        """Make the room and admit the participants: from here on join links give credentials."""
        raise NotImplementedError

    @activity.defn(name="close_room")
    async def close_room(self, close: CloseRoomInput) -> None:
        """Send everybody out and delete the room; a missing room is a closed one."""
        raise NotImplementedError


class RoomWatch:
    @activity.defn(name="watch_rooms")
    async def watch(self, watch: WatchInput) -> None:
        """Compare LiveKit's rooms with the running sessions, for as long as the activity may run."""
        raise NotImplementedError
