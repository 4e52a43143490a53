"""Response bodies of class files and content links."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.subjects import SubjectKind
from models.class_file import ClassFile
from services.inputs.fields import Schema


class FileOut(Schema):
    id: UUID
    subject_kind: SubjectKind = Field(description="The kind of row that the file belongs to.")
    subject_id: UUID
    session_id: UUID | None = Field(description="`subject_id` if the subject is a session, else null.")
    name: str = Field(description="The name given at upload.")
    media_type: str = Field(description="Detected from the content.")
    size: int = Field(description="Bytes.")
    sha256: str
    created_by: str
    created_at: AwareDatetime
    retired_at: AwareDatetime | None = Field(description="When the file was retired; null if it is in use.")

    @classmethod
    def of(cls, row: ClassFile) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class ContentLink(Schema):
    url: str = Field(description="Anyone with this URL can read the content until it expires.")
    expires_at: AwareDatetime
