"""The table of exception cases: problems that need a person, in the queue of their owner."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import SubjectRow, json_object, listed_by, session_of_subject, utc, within_tenant


class ExceptionCase(SubjectRow, table=True):
    __tablename__ = "exception_case"
    __table_args__ = (
        within_tenant("session"),
        sa.UniqueConstraint("subject_kind", "subject_id", "kind", "occasion"),
        sa.Index("ix_exception_case_session_id", "session_id"),
        listed_by("exception_case", "state", "due_at"),
    )
    id: UUID = Field(primary_key=True)
    session_id: UUID | None = session_of_subject()
    kind: str
    occasion: str = ""  # distinguishes cases of one kind and subject, e.g. the step that failed
    severity: str
    owner: str  # role
    state: str = "open"  # open | resolved
    due_at: datetime = utc()
    detail: dict[str, Any] = json_object()  # codes, counts, ids
    opened_at: datetime = utc()
    resolved_at: datetime | None = utc(None)
    resolved_by: str = ""
    resolution: str = ""  # what was done, free text
    assignee: str = ""  # who works on it: "member:<id>"…
