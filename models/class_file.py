"""Files of a class: worksheets, slides. The content is in the object store."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from models.base import TenantRow, utc, within_tenant


class ClassFile(TenantRow, table=True):
    __tablename__ = "class_file"
    __table_args__ = (within_tenant("session"),)
    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(index=True)
    name: str  # as given by whoever brought it
    media_type: str  # as found in the content, never as declared
    size: int  # bytes
    sha256: str
    key: str  # in the object store
    created_by: str
    created_at: datetime = utc()
    retired_at: datetime | None = utc(None)
