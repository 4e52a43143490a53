"""Response bodies of courses, topics, curriculum plans and enrollments."""

from uuid import UUID

from pydantic import Field

from api.schemas.people import ResourceOut
from services.inputs.courses import PlanItem


class CourseOut(ResourceOut):
    title: str
    subject: str
    level: str
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
