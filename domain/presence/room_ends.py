"""The ends of a class's rooms, and which connections each of them ends.

A class can have several rooms one after the other under one name, each with its own sid: an end of one room ends no
connection of another. Where an event does not name its room, the times decide.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.presence.events import EventKind, SessionEvent

# Late recorder events and differing clocks must not keep a connection alive beyond its room.
ROOM_END_GRACE = timedelta(seconds=5)
# Clients that wait for a room to be recreated join it a moment before the recreation is recorded.
BACK_AT_ONCE = timedelta(seconds=1)


@dataclass(frozen=True)
class RoomEnd:
    """A room that finished, or that was recreated after it had been lost."""

    kind: EventKind  # ROOM_FINISHED or ROOM_REMADE
    at: datetime
    room_sid: str | None  # of the room that finished, or of the new one

    def ends(self, room_sid: str | None, joined_at: datetime, last_seen: datetime) -> bool:
        """Whether it ended a connection in the room `room_sid`."""
        return last_seen <= self.at + ROOM_END_GRACE and self._concerns(room_sid, joined_at)

    def _concerns(self, room_sid: str | None, joined_at: datetime) -> bool:
        is_named = room_sid is not None and self.room_sid is not None
        if self.kind == EventKind.ROOM_FINISHED:
            return room_sid == self.room_sid if is_named else joined_at <= self.at
        if is_named:
            return room_sid != self.room_sid and joined_at <= self.at
        return joined_at <= self.at - BACK_AT_ONCE


def room_end(event: SessionEvent) -> RoomEnd | None:
    """The end of a room that the event reports, if it does."""
    if event.kind not in (EventKind.ROOM_FINISHED, EventKind.ROOM_REMADE):
        return None
    return RoomEnd(event.kind, event.occurred_at, event.room_sid)
