"""How courses, topics, curriculum plans and enrollments are read."""

from uuid import UUID

from pydantic import Field

from api.schemas.people import Living
from services.inputs.courses import PlanItem


class CourseOut(Living):
    title: str
    subject: str
    level: str
    topic_ids: list[UUID] = Field(description="In the order they are taught.")


class TopicOut(Living):
    course_id: UUID
    title: str
    position: int


class PlanOut(Living):
    course_id: UUID
    title: str
    items: list[PlanItem]


class EnrollmentOut(Living):
    course_id: UUID
    student_id: UUID
