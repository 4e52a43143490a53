"""The filed record of a class: attendance and engagement per participant."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field

from models.base import TenantRow, json_list, json_object, utc


class AttendanceRow(TenantRow, table=True):
    __tablename__ = "attendance"
    participant_id: UUID = Field(primary_key=True, foreign_key="participant.id")
    session_id: UUID = Field(foreign_key="session.id", index=True)
    seconds: float
    first_joined_at: datetime | None = utc(None)
    last_left_at: datetime | None = utc(None)
    reconnects: int
    connections: list[Any] = json_list()  # each with times and provenance
    engagement: dict[str, Any] = json_object()  # EngagementSummary
