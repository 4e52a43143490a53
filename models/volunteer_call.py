"""The table of calls for volunteers: a class is offered to all who can take it, and the first who does has it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.scheduling.volunteers import Audience, CallState
from models.base import TenantRow, enum_column, json_list, utc, within_tenant


class VolunteerCall(TenantRow, table=True):
    """A class has one open call at a time."""

    __tablename__ = "volunteer_call"
    __table_args__ = (
        within_tenant("session"),
        within_tenant("instructor"),
        within_tenant("instructor", "taken_by_id"),
        sa.Index("ix_volunteer_call_session_id_created_at", "session_id", "created_at"),
        sa.Index(
            "uq_volunteer_call_open", "session_id", unique=True, postgresql_where=sa.text("state = 'open'")
        ),
    )
    id: UUID = Field(primary_key=True)
    session_id: UUID
    starts_at: datetime = utc()  # of the class when it was opened; a move ends the call
    instructor_id: UUID  # who teaches the class until somebody takes it
    audience: Audience = enum_column(Audience, Audience.EVERYBODY)
    note: str = ""  # for those who are asked
    state: CallState = enum_column(CallState, CallState.OPEN)
    told_ids: list[str] = json_list()  # instructors who were written to: each once
    opened_by: str  # an actor
    taken_by_id: UUID | None = None
    created_at: datetime = utc()
    ended_at: datetime | None = utc(None)
