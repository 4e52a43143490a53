"""The table of calendar feeds: the secret address at which a person's calendar reads their classes."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from models.base import TenantRow, utc


class CalendarFeed(TenantRow, table=True):
    """A person has one address at a time. Only the SHA-256 of its token is stored."""

    __tablename__ = "calendar_feed"
    person_id: UUID = Field(primary_key=True)
    person_kind: str  # instructor | guardian | student
    token_hash: str = Field(unique=True)
    created_at: datetime = utc()  # of the present address
