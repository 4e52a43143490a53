"""The table of exception cases: problems that need a person, in the queue of their owner."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import SubjectRow, json_list, json_object, listed_by, session_of_subject, utc, within_tenant


class ExceptionCase(SubjectRow, table=True):
    __tablename__ = "exception_case"
    __table_args__ = (
        within_tenant("session"),
        sa.Index(
            "uq_exception_case_open_cause",
            "subject_kind",
            "subject_id",
            "kind",
            "occasion",
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
        ),
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
    reports: list[Any] = (
        json_list()
    )  # keys of the reports of this cause while the case is open, each counted once
    resolved_at: datetime | None = utc(None)
    resolved_by: str = ""
    resolution: str = ""  # what was done, free text
    assignee: str = ""  # who works on it: "member:<id>"…

    @property
    def count(self) -> int:
        """How often its cause was reported while the case was open."""
        return max(len(self.reports), 1)
