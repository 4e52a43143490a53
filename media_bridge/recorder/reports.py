"""What a recorder process tells its parent: one JSON object per line of stdout."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from domain.presence.events import SessionEvent
from domain.record.recording import AudioSegment


class EndReason(StrEnum):
    STOPPED = "stopped"  # it was told to
    ROOM_DELETED = "room_deleted"  # the class is over
    SUPERSEDED = "superseded"  # another recorder has taken this session's place in the room


@dataclass(frozen=True)
class TokenWanted:
    """It is about to join and needs a token; the parent answers on stdin."""

    report: Literal["token_wanted"] = "token_wanted"


@dataclass(frozen=True)
class Started:
    """It is in the room and listens; said after each join."""

    recorder_id: str
    at: datetime
    report: Literal["started"] = "started"


@dataclass(frozen=True)
class SegmentStored:
    """The audio file and its manifest entry are in the object store."""

    segment: AudioSegment
    report: Literal["segment"] = "segment"


@dataclass(frozen=True)
class EventSeen:
    event: SessionEvent
    report: Literal["event"] = "event"


@dataclass(frozen=True)
class Heartbeat:
    """Sent every HEARTBEAT_SECONDS, connected or not."""

    recorder_id: str
    at: datetime
    connected: bool
    participants: int  # people in the room
    audio_tracks: int  # audio tracks they publish
    recording_tracks: int  # of these, the ones whose samples arrive
    pending_uploads: int  # finished segments that are not in the store yet
    lag_seconds: float  # of the slowest track's samples behind the wall clock
    safe_until: (
        datetime  # audio before this is on disk or in the store; what came after dies with the process
    )
    report: Literal["heartbeat"] = "heartbeat"


@dataclass(frozen=True)
class Ended:
    """The last report of a process that ends by itself. `left_in_spool` segments could not be stored in time."""

    reason: EndReason
    left_in_spool: int
    report: Literal["ended"] = "ended"


Report = Annotated[
    TokenWanted | Started | SegmentStored | EventSeen | Heartbeat | Ended, Field(discriminator="report")
]

HEARTBEAT_SECONDS = 2.0

_ADAPTER: TypeAdapter[Report] = TypeAdapter(Report)


def encode(report: Report) -> bytes:
    """One line, newline included."""
    return _ADAPTER.dump_json(report) + b"\n"


def decode(line: bytes) -> Report:
    """Raises pydantic.ValidationError for a line that is no report."""
    return _ADAPTER.validate_json(line)
