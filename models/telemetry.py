"""The table of telemetry by the minute. The statement that records events keeps it; attendance is folded from it.

`domain/presence/telemetry.py` says what the columns mean. Rows are deleted with the session.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, utc, within_tenant


class TelemetryMinuteRow(TenantRow, table=True):
    __tablename__ = "telemetry_minute"
    __table_args__ = (within_tenant("session", ondelete="CASCADE"),)
    organization_id: UUID
    session_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    identity: str = Field(primary_key=True)
    participant_sid: str = Field(primary_key=True)
    track_sid: str = Field(primary_key=True)
    minute: datetime = Field(primary_key=True, sa_type=sa.DateTime(timezone=True))
    alive: bool = Field(primary_key=True)
    hidden: bool
    first_at: datetime = utc()
    last_at: datetime = utc()
    worst_score: int | None = None
    score_sum: int
    scores: int  # how many reports name a level
    last_word: int | None = Field(None, sa_type=sa.BigInteger)
    concealed_samples: float
    total_samples: float
