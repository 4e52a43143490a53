"""Table of the saved views of lists."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, enum_column, utc, within_tenant


class ViewedList(StrEnum):
    BOARD = "board"  # the classes of the hours ahead
    CLASSES = "classes"  # all classes


class SavedView(TenantRow, table=True):
    """Filters of a list under a name, of one member of staff; a shared one is everybody's."""

    __tablename__ = "saved_view"
    __table_args__ = (
        within_tenant("member"),
        sa.UniqueConstraint("organization_id", "member_id", "listing", "name"),
        sa.Index(
            "uq_saved_view_default",
            "organization_id",
            "member_id",
            "listing",
            unique=True,
            postgresql_where=sa.text("is_default and not is_shared"),
        ),
        sa.Index(
            "uq_saved_view_shared_default",
            "organization_id",
            "listing",
            unique=True,
            postgresql_where=sa.text("is_default and is_shared"),
        ),
    )
    id: UUID = Field(primary_key=True)
    member_id: UUID  # who saved it
    listing: ViewedList = enum_column(ViewedList)
    name: str
    query: str  # of the address of the list
    is_shared: bool = False  # with everybody in the organization
    is_default: bool = (
        False  # the list opens with it: for its member, or if shared for all without an own default
    )
    created_at: datetime = utc()
