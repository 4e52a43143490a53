"""Session events: facts about a session, recorded in the append-only `session_event` table before they are used."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class EventSource(StrEnum):
    WEBHOOK = "webhook"  # LiveKit's webhooks
    WATCH = "watch"  # the room watch, which polls LiveKit's participant lists
    CAPTURE = "capture"  # the hidden recorder in the room
    CLIENT = "client"  # the room page in a participant's browser
    SCHOOL = "school"  # staff of the school, through Homeroom


class EventKind(StrEnum):
    ROOM_STARTED = "room.started"
    ROOM_FINISHED = "room.finished"
    ROOM_REMADE = "room.remade"  # the room was recreated after the media server had lost it
    PARTICIPANT_JOINED = "participant.joined"
    PARTICIPANT_LEFT = "participant.left"
    PARTICIPANT_ABORTED = "participant.aborted"  # the connection never became active
    PARTICIPANT_SEEN = "participant.seen"  # the watch saw this connection in the room
    PARTICIPANT_ABSENT = "participant.absent"  # the watch misses a connection that it expected
    TRACK_PUBLISHED = "track.published"
    TRACK_UNPUBLISHED = "track.unpublished"
    TRACK_MUTED = "track.muted"
    TRACK_UNMUTED = "track.unmuted"
    CAPTURE_STARTED = "capture.started"
    CAPTURE_BLIND = "capture.blind"  # a span that the recorder missed: data {from, until, reason}
    CAPTURE_LOST = "capture.lost"  # the recorder is dead, or does not hear everybody: data {reason}
    CAPTURE_RESUMED = "capture.resumed"  # the recorder hears everybody again
    CAPTURE_SUBSCRIBED_AGAIN = "capture.subscribed_again"  # to a track that it did not hear
    CAPTURE_ENDED = "capture.ended"
    REPORTS_CUT = "reports.cut"  # a person causes more events than are kept: data {speaker, what}
    TALK = "talk"  # one stretch of speech: data {seconds, until}
    # Stored audio of a track, data {until}: made from the audio segments for the fold, never recorded as an event.
    SOUND = "sound"
    CHAT = "chat"  # data {message_id, text}
    HAND_RAISED = "hand.raised"
    HAND_LOWERED = "hand.lowered"
    QUALITY = "quality"  # data {level: poor|good|excellent|lost} or client statistics
    # data {concealed_samples, total_samples, packets} since the previous event of this track
    AUDIO_CONCEALED = "audio.concealed"
    VIDEO_FALLBACK = "video.fallback"  # data {audio_only: bool}: the room page dropped or restored video


# The events that determine who is in the room, and so the milestones of a class.
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
    """A fact about a session. `source_id` makes recording idempotent: it is the same for a repeated report."""

    source: EventSource
    source_id: str
    kind: EventKind
    occurred_at: datetime  # UTC; when it happened, as accurately as the source knows
    identity: str | None = None  # LiveKit identity: a participant id as text, or the capture identity
    participant_sid: str | None = None  # of the connection
    track_sid: str | None = None
    hidden: bool = False  # recorder and other machine participants
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def room_sid(self) -> str | None:
        """LiveKit's id of the room that it is about; a room that is made again under its name has another."""
        return self.data.get("room_sid") or None


@dataclass(frozen=True)
class RecordedEvent:
    """An event and the session to record it for."""

    session_id: UUID
    event: SessionEvent
