"""People, courses and what belongs to them: how each is made, changed and read."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from services.inputs.fields import Schema
from services.inputs.people import QualificationIn, WallTime


class Living(Schema):
    """What everything that people change has."""

    id: UUID
    external_id: str | None
    version: int = Field(description="Counts the changes; the ETag.")
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    retired_at: AwareDatetime | None = Field(description="Since when it is out of use; null: it is in use.")


class GuardianOut(Living):
    name: str
    email: str
    language: str
    time_zone: str
    quiet_from: WallTime | None
    quiet_until: WallTime | None


class StudentOut(Living):
    name: str
    time_zone: str
    guardian_ids: list[UUID]


class InstructorOut(Living):
    name: str
    email: str
    language: str
    time_zone: str
    qualifications: list[QualificationIn]
