"""Inputs that create and change courses, topics, curriculum plans and enrollments."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.inputs.fields import LEFT_OUT, ExternalId, Level, Name, Schema, Text


class NewCourse(Schema):
    title: Name
    subject: Name
    level: Level = ""
    topics: list[Name] = Field(
        default_factory=list, max_length=500, description="Titles, in the order they are taught."
    )
    external_id: ExternalId | None = None


class CourseChange(Schema):
    title: Name = LEFT_OUT
    subject: Name = LEFT_OUT
    level: Level = LEFT_OUT
    external_id: ExternalId | None = None


class NewTopic(Schema):
    course_id: UUID
    title: Name
    position: int | None = Field(None, ge=0, le=10_000, description="Left out: after the last topic.")
    external_id: ExternalId | None = None


class TopicChange(Schema):
    title: Name = LEFT_OUT
    position: Annotated[int, Field(ge=0, le=10_000)] = LEFT_OUT
    external_id: ExternalId | None = None


class PlanItem(Schema):
    topic_id: UUID
    sessions: int = Field(1, ge=1, le=100, description="How many classes the topic takes.")
    note: Text = Field("", max_length=1000)


PlanItems = Annotated[list[PlanItem], Field(max_length=500)]


class NewPlan(Schema):
    course_id: UUID
    title: Name
    items: PlanItems = Field(default_factory=list, description="Topics, in the order they are taught.")
    external_id: ExternalId | None = None


class PlanChange(Schema):
    title: Name = LEFT_OUT
    items: PlanItems = LEFT_OUT
    external_id: ExternalId | None = None


class NewEnrollment(Schema):
    course_id: UUID
    student_id: UUID
    external_id: ExternalId | None = None


class EnrollmentChange(Schema):
    external_id: ExternalId | None = None
