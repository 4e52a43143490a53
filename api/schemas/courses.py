"""Response bodies of courses, topics, curriculum plans and enrollments."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.schemas.people import ResourceOut
from models.course import Enrollment
from services.course_members import ClassChanges
from services.inputs.courses import PlanItem
from services.inputs.fields import Schema


class CourseOut(ResourceOut):
    title: str
    subject: str
    level: str
    teaching_language: str = Field(description="ISO 639-1; empty: any.")
    required_region: str
    required_consents: list[str]
    required_certificates: list[str]
    requires_background_check: bool
    topic_ids: list[UUID] = Field(description="In teaching order.")


class TopicOut(ResourceOut):
    course_id: UUID
    title: str
    position: int


class PlanOut(ResourceOut):
    course_id: UUID
    title: str
    items: list[PlanItem]


class EnrollmentOut(ResourceOut):
    course_id: UUID
    student_id: UUID


class UnchangedClassOut(Schema):
    session_id: UUID
    title: str
    starts_at: AwareDatetime
    code: str = Field(description="Of the refusal, such as `double-booked`.")
    detail: str = Field(
        description="Why the class stays as it is; a clash names the person and the other class."
    )


class ClassChangesOut(Schema):
    """What joining or leaving a course has changed in its coming classes. Running and past ones never change."""

    changed: list[UUID] = Field(description="The classes that the student has joined or left.")
    unchanged: list[UnchangedClassOut] = Field(description="The classes that refused.")

    @classmethod
    def of(cls, changes: ClassChanges) -> Self:
        return cls(
            changed=[session.id for session in changes.changed],
            unchanged=[
                UnchangedClassOut(
                    session_id=one.session.id,
                    title=one.session.title,
                    starts_at=one.session.starts_at,
                    code=one.refusal.code,
                    detail=one.refusal.detail,
                )
                for one in changes.unchanged
            ],
        )


class EnrolledOut(EnrollmentOut):
    class_changes: ClassChangesOut

    @classmethod
    def of(cls, row: Enrollment, changes: ClassChanges) -> Self:
        shown = EnrollmentOut.model_validate(row, from_attributes=True)
        return cls(**shown.model_dump(), class_changes=ClassChangesOut.of(changes))
