"""The table of files of a class or another subject. Their content is in the object store."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import SubjectRow, session_of_subject, utc, within_tenant


class ClassFile(SubjectRow, table=True):
    __tablename__ = "class_file"
    __table_args__ = (
        within_tenant("session"),
        sa.Index("ix_class_file_subject_kind_subject_id", "subject_kind", "subject_id"),
    )
    id: UUID = Field(primary_key=True)
    session_id: UUID | None = session_of_subject()
    name: str  # as given with the upload
    media_type: str  # detected from the content, never as declared
    size: int  # bytes
    sha256: str
    key: str  # in the object store
    created_by: str
    created_at: datetime = utc()
    retired_at: datetime | None = utc(None)
