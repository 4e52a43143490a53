"""The table of requests with an Idempotency-Key and their responses."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.base import utc


class IdempotencyRow(SQLModel, table=True):
    """One request. `organization_id` is no foreign key: requests of the operator have the nil id."""

    __tablename__ = "idempotency"
    organization_id: UUID = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    key_hash: str = Field(primary_key=True)  # SHA-256 of the key
    fingerprint: str  # SHA-256 of method, path and body
    created_at: datetime = utc()
    locked_until: datetime = utc()  # until then a process works on it
    status: int | None = None  # HTTP; None: not answered yet
    answer: str = ""
    # The response, sealed with the key, so that only who has the key can read it; of a command, what came of it.
