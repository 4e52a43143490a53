"""The table of swaps: an instructor asks a colleague to take over a class, with or without one of theirs in return."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.scheduling.swaps import SwapState
from models.base import TenantRow, enum_column, utc, within_tenant


class ClassSwap(TenantRow, table=True):
    """A class is offered to one colleague at a time."""

    __tablename__ = "class_swap"
    __table_args__ = (
        within_tenant("session"),
        within_tenant("session", "return_session_id"),
        within_tenant("instructor", "from_instructor_id"),
        within_tenant("instructor", "to_instructor_id"),
        sa.CheckConstraint(
            "(return_session_id is null) = (return_starts_at is null)", name="return_has_start"
        ),
        sa.Index("ix_class_swap_from", "organization_id", "from_instructor_id", "created_at"),
        sa.Index("ix_class_swap_to", "organization_id", "to_instructor_id", "created_at"),
        sa.Index("ix_class_swap_listed", "organization_id", "created_at", "id"),
        sa.Index("ix_class_swap_return_session_id", "return_session_id"),
        sa.Index(
            "uq_class_swap_offered",
            "session_id",
            unique=True,
            postgresql_where=sa.text("state = 'offered'"),
        ),
    )
    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(index=True)  # that is given away
    starts_at: datetime = utc()  # of that class when the offer was made; a move ends the offer
    from_instructor_id: UUID
    to_instructor_id: UUID
    return_session_id: UUID | None = None  # that is taken in return; None: the class is given away
    return_starts_at: datetime | None = utc(None)
    note: str = ""  # for the colleague
    state: SwapState = enum_column(SwapState, SwapState.OFFERED)
    expires_at: datetime = utc()
    created_at: datetime = utc()
    answered_at: datetime | None = utc(None)
