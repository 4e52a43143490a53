"""The table of audio segments: an index of the object store, whose manifests are the source."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, utc, within_tenant


class AudioSegmentRow(TenantRow, table=True):
    __tablename__ = "audio_segment"
    __table_args__ = (
        within_tenant("session"),
        sa.Index("ix_audio_segment_session_id_started_at", "session_id", "started_at"),
        sa.Index("ix_audio_segment_waiting", "session_id", postgresql_where=sa.text("not transcribed")),
    )
    key: str = Field(primary_key=True)
    session_id: UUID
    identity: str
    participant_sid: str
    track_sid: str
    recorder_id: str
    seq: int
    started_at: datetime = utc()
    samples: int
    sample_rate: int  # Hz
    codec: str
    sha256: str
    size: int  # bytes
    transcribed: bool = False  # all utterances that begin in it are stored
    late_at: datetime | None = utc(None)  # when it was transcribed, if its class had been documented before
