"""A case in somebody's queue."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, json_object, listed_by, utc, within_tenant


class ExceptionCase(TenantRow, table=True):
    __tablename__ = "exception_case"
    __table_args__ = (
        within_tenant("session"),
        sa.UniqueConstraint("session_id", "kind", "occasion"),
        listed_by("exception_case", "state", "due_at"),
    )
    id: UUID = Field(primary_key=True)
    session_id: UUID
    kind: str
    occasion: str = ""  # tells apart cases of one kind in one session, e.g. the step that failed
    severity: str
    owner: str  # role
    state: str = "open"  # open | resolved
    due_at: datetime = utc()
    detail: dict[str, Any] = json_object()  # codes, counts, ids
    opened_at: datetime = utc()
    resolved_at: datetime | None = utc(None)
    resolved_by: str = ""
    resolution: str = ""  # what was done, in words
    assignee: str = ""  # who took it: "member:<id>"…
