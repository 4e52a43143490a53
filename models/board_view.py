"""Table of the saved views of the board."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, utc, within_tenant


class BoardView(TenantRow, table=True):
    """Filters of the board under a name, of one member of staff."""

    __tablename__ = "board_view"
    __table_args__ = (
        within_tenant("member"),
        sa.UniqueConstraint("organization_id", "member_id", "name"),
        sa.Index(
            "uq_board_view_default",
            "organization_id",
            "member_id",
            unique=True,
            postgresql_where=sa.text("is_default"),
        ),
    )
    id: UUID = Field(primary_key=True)
    member_id: UUID
    name: str
    query: str  # of the address of the board
    is_default: bool = False  # the board opens with it
    created_at: datetime = utc()
