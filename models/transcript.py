"""The table of the transcript: utterances with their words."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, json_list, utc, within_tenant


class UtteranceRow(TenantRow, table=True):
    __tablename__ = "utterance"
    __table_args__ = (
        within_tenant("session"),
        sa.Index("ix_utterance_session_id_starts_at", "session_id", "starts_at"),
    )
    id: UUID = Field(primary_key=True)
    session_id: UUID
    identity: str
    track_sid: str
    starts_at: datetime = utc()
    ends_at: datetime = utc()
    text: str
    words: list[Any] = (
        json_list()
    )  # [[start_ms, end_ms, text, probability, alternative: once decoded twice], …]
    language: str
    confidence: float
    engine: str
