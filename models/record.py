"""The table of attendance and engagement per participant, filed after the class."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field

from domain.presence.verdicts import AttendanceStatus
from models.base import TenantRow, enum_column, json_list, json_object, utc, within_tenant


class AttendanceRow(TenantRow, table=True):
    __tablename__ = "attendance"
    __table_args__ = (
        within_tenant("participant"),
        within_tenant("session"),
    )
    participant_id: UUID = Field(primary_key=True)
    session_id: UUID = Field(index=True)
    seconds: float
    first_joined_at: datetime | None = utc(None)
    last_left_at: datetime | None = utc(None)
    reconnects: int
    connections: list[Any] = json_list()  # each with times and provenance
    engagement: dict[str, Any] = json_object()  # EngagementSummary
    # The verdict by the rule of the class; None: of nobody who is expected, or of a class that runs or was not held.
    status: AttendanceStatus | None = enum_column(AttendanceStatus, None)
    class_share: float | None = None  # of the class's time in which the person was there, 0 to 1
    late_seconds: float | None = None
    left_early_seconds: float | None = None

    @property
    def came(self) -> bool:
        """Whether the person was in the room, for however short a time: a visit may have no length."""
        return self.first_joined_at is not None
