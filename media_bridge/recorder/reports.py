"""Reports of a recorder process to its parent: one JSON object per line of stdout."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from domain.presence.events import SessionEvent
from domain.record.recording import AudioSegment


class EndReason(StrEnum):
    STOPPED = "stopped"  # the parent asked it to stop
    ROOM_DELETED = "room_deleted"  # the class is over
    SUPERSEDED = "superseded"  # another recorder has taken this session's place in the room


@dataclass(frozen=True)
class TokenRequest:
    """Asks for a join token; the parent answers on stdin."""

    report: Literal["token_wanted"] = "token_wanted"


@dataclass(frozen=True)
class Started:
    """Sent after each join: the recorder is in the room and records."""

    recorder_id: str
    at: datetime
    report: Literal["started"] = "started"


@dataclass(frozen=True)
class SegmentStored:
    """The audio file and its manifest entry are in the object store."""

    segment: AudioSegment
    report: Literal["segment"] = "segment"


@dataclass(frozen=True)
class EventObserved:
    """A session event that the recorder observed in the room."""

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
    recording_tracks: int  # of these, the tracks whose samples arrive
    pending_uploads: int  # finished segments that are not in the store yet
    lag_seconds: float  # how far the slowest track's samples are behind the wall clock
    safe_until: datetime  # earlier audio is on disk or in the store; later audio dies with the process
    unheard_tracks: int = 0  # published, unmuted, and not heard for some seconds
    receives: bool = True  # packets come, if anybody is unmuted
    disk_refuses: bool = False  # the spool's disk takes no audio: it waits in memory for the store
    waiting_since: datetime | None = None  # end of the earliest finished segment that is not in the store
    report: Literal["heartbeat"] = "heartbeat"

    @property
    def records(self) -> bool:
        """Whether anybody who is unmuted is recorded."""
        return self.connected and self.receives

    @property
    def hears(self) -> bool:
        """Whether everybody who is unmuted is recorded."""
        return self.records and not self.unheard_tracks


@dataclass(frozen=True)
class Ended:
    """The last report of a process that ends by itself. `left_in_spool` counts segments not stored in time."""

    reason: EndReason
    left_in_spool: int
    report: Literal["ended"] = "ended"


Report = Annotated[
    TokenRequest | Started | SegmentStored | EventObserved | Heartbeat | Ended, Field(discriminator="report")
]

HEARTBEAT_SECONDS = 2.0

_ADAPTER: TypeAdapter[Report] = TypeAdapter(Report)


def encode(report: Report) -> bytes:
    """A report as one JSON line, newline included."""
    return _ADAPTER.dump_json(report) + b"\n"


def decode(line: bytes) -> Report:
    """Raises pydantic.ValidationError for a line that is no report."""
    return _ADAPTER.validate_json(line)
