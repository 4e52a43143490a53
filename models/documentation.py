"""Tables of the documentation of classes, its revisions, and the briefings made from it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.record.documentation import DocumentationStatus
from models.base import TenantRow, enum_column, json_list, json_object, utc, within_tenant


class Documentation(TenantRow, table=True):
    __table_args__ = (
        within_tenant("session"),
        sa.Index("ix_documentation_status_session_id", "organization_id", "status", "session_id"),
    )
    session_id: UUID = Field(primary_key=True)
    status: DocumentationStatus = enum_column(DocumentationStatus)
    revision: int  # the current one
    changes_wanted: str = ""  # the reason given with the last request for changes
    approved_by: str | None = None  # id of the person, never a name
    approved_at: datetime | None = utc(None)


class DocumentationRevision(TenantRow, table=True):
    __tablename__ = "documentation_revision"
    __table_args__ = (within_tenant("session"),)
    session_id: UUID = Field(primary_key=True)
    revision: int = Field(primary_key=True)  # counts from 1
    author: str  # "engine:<name>" or the id of a person
    reason: str = ""
    statements: list[Any] = json_list()
    created_at: datetime = utc()


class BriefingRow(TenantRow, table=True):
    """What the instructor reads before the next class of a course, made from an approved record."""

    __tablename__ = "briefing"
    __table_args__ = (
        within_tenant("course"),
        within_tenant("session", "source_session_id"),
    )
    id: UUID = Field(primary_key=True)
    course_id: UUID = Field(index=True)
    source_session_id: UUID | None = Field(None, unique=True)
    content: dict[str, Any] = json_object()
    created_at: datetime = utc()
