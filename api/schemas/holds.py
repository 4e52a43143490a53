"""Response bodies of holds."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.time_hold import TimeHold
from services.inputs.fields import Schema


class HoldOut(Schema):
    id: UUID
    plan_run_id: UUID | None = Field(description="The plan of a term that holds this time; null: none does.")
    course_id: UUID | None
    subject: str
    level: str
    instructor_id: UUID
    student_ids: list[UUID]
    whole_course: bool = Field(description="Held for everybody who was enrolled in the course.")
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    expires_at: AwareDatetime = Field(description="When the time is free again, unless it is booked before.")
    created_by: str
    created_at: AwareDatetime

    @classmethod
    def of(cls, row: TimeHold) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})
