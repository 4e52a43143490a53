"""The table of closures: days on which an organization has no classes."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, listed_by, utc


class Closure(TenantRow, table=True):
    """From its first day until its last, which is included, in the organization's time zone."""

    __table_args__ = (
        sa.CheckConstraint("last_day >= first_day", name="last_day_after_first"),
        sa.UniqueConstraint("organization_id", "first_day", "last_day", "name", "region"),
        listed_by("closure", "first_day"),
    )
    id: UUID = Field(primary_key=True)
    name: str
    first_day: date
    last_day: date
    region: str = ""  # only classes of courses that require it; empty: the whole organization
    version: int = 1
    created_by: str  # an actor
    created_at: datetime = utc()
