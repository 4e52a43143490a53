"""A segment that is being recorded: what it will be called, and how it becomes a finished one."""

import hashlib
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.record.recording import AudioSegment, segment_key, session_prefix
from media_bridge.recorder.flac import encode_flac
from media_bridge.recorder.segmenter import Pcm

_CODEC = "flac"


class OpenSegment(BaseModel):
    """The fields that a segment has from its first sample on; see AudioSegment."""

    model_config = ConfigDict(frozen=True)

    organization_id: UUID
    session_id: UUID
    identity: str
    participant_sid: str
    track_sid: str
    recorder_id: str
    seq: int
    sample_rate: int  # Hz

    def finish(self, pcm: Pcm, started_at: datetime) -> tuple[AudioSegment, bytes]:
        """The manifest entry and the audio file of mono 16-bit samples. The same samples always give the same file."""
        audio = encode_flac(pcm, self.sample_rate)
        prefix = session_prefix(self.organization_id, self.session_id)
        segment = AudioSegment(
            **self.model_dump(),
            started_at=started_at,
            samples=len(pcm),
            codec=_CODEC,
            key=segment_key(prefix, self.identity, self.track_sid, self.recorder_id, self.seq, _CODEC),
            sha256=hashlib.sha256(audio).hexdigest(),
            size=len(audio),
        )
        return segment, audio
