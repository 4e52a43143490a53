"""The tables of exception cases: problems that need a person, their history, and the incidents they belong to."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.cases.states import CaseState, EntryKind
from models.base import (
    SubjectRow,
    TenantRow,
    enum_column,
    json_list,
    json_object,
    listed_by,
    listed_within,
    referred_within_tenant,
    session_of_subject,
    utc,
    within_tenant,
)

_UNRESOLVED = sa.text("resolved_at is null")


class ExceptionCase(SubjectRow, table=True):
    __tablename__ = "exception_case"
    __table_args__ = (
        within_tenant("session"),
        within_tenant("incident"),
        referred_within_tenant(),
        sa.Index(
            "uq_exception_case_open_cause",
            "subject_kind",
            "subject_id",
            "kind",
            "occasion",
            unique=True,
            postgresql_where=_UNRESOLVED,
        ),
        sa.Index("ix_exception_case_session_id", "session_id"),
        sa.Index(
            "ix_exception_case_incident_id",
            "incident_id",
            postgresql_where=sa.text("incident_id is not null"),
        ),
        sa.Index(
            "ix_exception_case_unresolved", "organization_id", "due_at", "id", postgresql_where=_UNRESOLVED
        ),
        sa.Index(
            "ix_exception_case_unresolved_kind",
            "organization_id",
            "kind",
            "session_id",
            postgresql_where=_UNRESOLVED,
        ),
        sa.Index("ix_exception_case_unfollowed", "opened_at", postgresql_where=sa.text("changes > followed")),
        listed_by("exception_case", "state", "due_at"),
        listed_within("exception_case", "due_at"),
        listed_within("exception_case", "opened_at"),
        listed_within("exception_case", "kind", "due_at"),
        listed_within("exception_case", "assignee", "due_at"),
        listed_within("exception_case", "subject_id"),
        listed_within("exception_case", "occasion"),
    )
    id: UUID = Field(primary_key=True)
    session_id: UUID | None = session_of_subject()
    kind: str
    occasion: str = ""  # with subject and kind the key of the cause, e.g. the step that failed
    severity: str
    owner: str  # role
    queue: str  # whose work it is: a team's name, by default the owner's role
    state: CaseState = enum_column(CaseState, CaseState.OPEN)
    due_at: datetime = utc()
    acknowledge_due_at: datetime = utc()  # later, the next in line is told
    detail: dict[str, Any] = json_object()  # codes, counts, ids
    evidence: list[Any] = json_list()  # {"kind": "notice", "id": …, "at": …}: what shows that it happened
    opened_at: datetime = utc()
    reports: list[Any] = (
        json_list()
    )  # keys of the reports of this cause while the case is unresolved, each counted once
    acknowledged_at: datetime | None = utc(None)
    acknowledged_by: str = ""
    snoozed_until: datetime | None = utc(None)
    resolved_at: datetime | None = utc(None)
    resolved_by: str = ""
    resolution: str = ""  # what was done, free text
    assignee: str = ""  # who works on it: "member:<id>"…
    level: int = 0  # of its escalation
    comments: int = 0  # so far; pages that are open are told of each
    repairs: int = 0  # that were tried so far
    routing_version: int = 0  # of the rules that route it; 0: none were published
    outage: str = ""  # what it may have in common with others at the same time; empty: nothing
    incident_id: UUID | None = None
    changes: int = 1  # that its workflow has to be told of
    followed: int = 0  # of these, those that it was told of

    @property
    def count(self) -> int:
        """How often its cause was reported while the case was unresolved."""
        return max(len(self.reports), 1)


class CaseEntry(TenantRow, table=True):
    """What happened to a case, in order: who did what, what was tried, who was told."""

    __tablename__ = "case_entry"
    __table_args__ = (
        within_tenant("exception_case", "case_id", ondelete="CASCADE"),
        sa.Index("ix_case_entry_case_id_happened_at", "case_id", "happened_at"),
    )
    id: UUID = Field(primary_key=True)
    case_id: UUID
    happened_at: datetime = utc()
    by: str  # "member:<id>", "key:<id>"…; "homeroom" for what happens by itself
    kind: EntryKind = enum_column(EntryKind)
    text: str = ""  # a comment or a resolution, free text
    detail: dict[str, Any] = json_object()  # codes, counts, ids


class Incident(TenantRow, table=True):
    """Cases at one time that have one cause, such as a media server that is down."""

    __tablename__ = "incident"
    __table_args__ = (
        referred_within_tenant(),
        sa.Index("ix_incident_outage_latest_at", "organization_id", "outage", "latest_at"),
    )
    id: UUID = Field(primary_key=True)
    outage: str
    opened_at: datetime = utc()
    latest_at: datetime = utc()  # when the latest of its cases was opened
    resolved_at: datetime | None = utc(None)  # when the last of its cases was resolved
    told: int = 0  # of how many cases people were told
