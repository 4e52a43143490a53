"""Requests that carry an Idempotency-Key, and what was answered."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.base import utc


class IdempotencyRow(SQLModel, table=True):
    """The organization may not exist yet: that of the operator's own requests is nil."""

    __tablename__ = "idempotency"
    organization_id: UUID = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    key_hash: str = Field(primary_key=True)  # SHA-256 of the key
    fingerprint: str  # SHA-256 of method, path and body
    created_at: datetime = utc()
    locked_until: datetime = utc()  # until then somebody is at work on it
    status: int | None = None  # HTTP; None: not answered yet
    answer: str = ""  # sealed with the key, so that it can be read by who has the key alone
