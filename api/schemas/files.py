"""Files of a class, and links to content."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.subjects import SubjectKind
from models.class_file import ClassFile
from services.inputs.fields import Schema


class FileOut(Schema):
    id: UUID
    subject_kind: SubjectKind = Field(description="What it belongs to.")
    subject_id: UUID
    session_id: UUID | None = Field(description="The subject, where it is a session; else null.")
    name: str = Field(description="As it was given.")
    media_type: str = Field(description="As found in the content.")
    size: int = Field(description="Bytes.")
    sha256: str
    created_by: str
    created_at: AwareDatetime
    retired_at: AwareDatetime | None = Field(description="Since when it is out of use; null: it is in use.")

    @classmethod
    def of(cls, row: ClassFile) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class ContentLink(Schema):
    url: str = Field(description="Gives the content to whoever has it, until it expires.")
    expires_at: AwareDatetime
