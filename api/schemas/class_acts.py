"""The results of acts on many classes."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.bulk_classes import ClassResult
from services.inputs.class_acts import ClassActs
from services.inputs.fields import Schema


class ClassActsIn(ClassActs):
    dry_run: bool = Field(False, description="Say what would happen to each class, and change nothing.")


class ClassActResult(Schema):
    id: UUID
    done: bool = Field(description="In a dry run: whether it would be done.")
    code: str | None = Field(description="Of the error; null if it is done.")
    detail: str | None
    next_step: str | None
    starts_at: AwareDatetime | None = Field(description="After a move.")
    ends_at: AwareDatetime | None
    mail_to: list[str] = Field(
        description="In a dry run: who would be written to; of a search for a substitute the first who would be asked."
    )

    @classmethod
    def of(cls, result: ClassResult) -> Self:
        error = result.error
        return cls(
            id=result.session_id,
            done=error is None,
            code=error.code if error else None,
            detail=error.detail if error else None,
            next_step=error.next_step if error else None,
            starts_at=result.starts_at,
            ends_at=result.ends_at,
            mail_to=list(dict.fromkeys(reader.name for reader in result.mail_to)),
        )
