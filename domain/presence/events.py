"""A fact about a session, as it is recorded in the append-only `session_event` table before anything acts on it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class EventSource(StrEnum):
    WEBHOOK = "webhook"  # LiveKit told us
    WATCH = "watch"  # the reconciliation of LiveKit's participant list
    CAPTURE = "capture"  # the hidden recorder in the room
    CLIENT = "client"  # the join page of a participant


class EventKind(StrEnum):
    ROOM_STARTED = "room.started"
    ROOM_FINISHED = "room.finished"
    ROOM_REMADE = "room.remade"  # a restarted media server had forgotten the room
    PARTICIPANT_JOINED = "participant.joined"
    PARTICIPANT_LEFT = "participant.left"
    PARTICIPANT_ABORTED = "participant.aborted"  # never became active
    PARTICIPANT_SEEN = "participant.seen"  # the watch saw this connection in the room
    PARTICIPANT_ABSENT = "participant.absent"  # the watch no longer sees a connection it expected
    TRACK_PUBLISHED = "track.published"
    TRACK_UNPUBLISHED = "track.unpublished"
    TRACK_MUTED = "track.muted"
    TRACK_UNMUTED = "track.unmuted"
    CAPTURE_STARTED = "capture.started"
    CAPTURE_BLIND = "capture.blind"  # a span in which the recorder did not hear: data {from, until, reason}
    CAPTURE_ENDED = "capture.ended"
    TALK = "talk"  # one stretch of speech energy: data {seconds}
    CHAT = "chat"  # data {text}
    HAND_RAISED = "hand.raised"
    HAND_LOWERED = "hand.lowered"
    QUALITY = "quality"  # data {level: poor|good|excellent|lost} or client statistics
    AUDIO_CONCEALED = (
        "audio.concealed"  # data {concealed_samples, total_samples} since the last one of this track
    )
    VIDEO_FALLBACK = "video.fallback"  # data {audio_only: bool}: the join page dropped or restored video


# Those that say who is in the room: all that presence, and so the milestones of a class, are folded from.
PRESENCE_KINDS = frozenset(
    {
        EventKind.ROOM_FINISHED,
        EventKind.ROOM_REMADE,
        EventKind.PARTICIPANT_JOINED,
        EventKind.PARTICIPANT_LEFT,
        EventKind.PARTICIPANT_ABORTED,
        EventKind.PARTICIPANT_SEEN,
        EventKind.PARTICIPANT_ABSENT,
    }
)


@dataclass(frozen=True)
class SessionEvent:
    """`source_id` makes recording idempotent: the same fact from the same source has the same id."""

    source: EventSource
    source_id: str
    kind: EventKind
    occurred_at: datetime  # UTC; when it happened, as well as the source knows
    identity: str | None = None  # LiveKit identity: a participant id as text, or the capture identity
    participant_sid: str | None = None  # one connection
    track_sid: str | None = None
    hidden: bool = False  # recorder and other machine participants
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordedEvent:
    """An event with its session, as adapters hand it to the repositories."""

    session_id: UUID
    event: SessionEvent
