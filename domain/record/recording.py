"""Audio segments of a track, and their keys in the object store."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID


@dataclass(frozen=True)
class AudioSegment:
    """A manifest entry, which describes one finished audio file. Times are UTC on the recorder's clock."""

    organization_id: UUID
    session_id: UUID
    identity: str  # the speaker
    participant_sid: str
    track_sid: str
    recorder_id: str  # one run of the recorder process; `seq` counts from 0 within (recorder_id, track_sid)
    seq: int
    started_at: datetime  # wall time of the first sample
    samples: int
    sample_rate: int  # Hz
    codec: str  # "flac" or "opus"
    key: str  # object key of the audio file; the manifest entry is at manifest_key(key)
    sha256: str
    size: int  # bytes

    @property
    def duration(self) -> timedelta:
        return timedelta(seconds=self.samples / self.sample_rate)

    @property
    def ended_at(self) -> datetime:
        return self.started_at + self.duration


def session_prefix(organization_id: UUID, session_id: UUID) -> str:
    """Prefix of all object keys of a session."""
    return f"{organization_id}/{session_id}"


def segment_key(
    segment_of: str, identity: str, track_sid: str, recorder_id: str, seq: int, codec: str
) -> str:
    """Object key of a segment; `segment_of` is the session_prefix()."""
    suffix = {"flac": "flac", "opus": "ogg"}[codec]
    return f"{segment_of}/audio/{identity}/{track_sid}/{recorder_id}-{seq:06d}.{suffix}"


def manifest_key(audio_key: str) -> str:
    """Object key of the manifest entry that belongs to an audio file."""
    return audio_key.rsplit(".", 1)[0] + ".json"
