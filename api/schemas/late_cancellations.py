"""Response bodies of late cancellations."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.late_cancellation import LateCancellation
from services.inputs.fields import Schema


class LateCancellationOut(Schema):
    id: UUID
    session_id: UUID
    guardian_id: UUID = Field(description="Who cancelled.")
    starts_at: AwareDatetime = Field(description="Of the class.")
    cancelled_at: AwareDatetime

    @classmethod
    def of(cls, row: LateCancellation) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})
