"""Inputs that create and change courses, topics, curriculum plans and enrollments."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.inputs import patterns
from services.inputs.fields import LEFT_OUT, ExternalId, Level, Name, Schema, Text
from services.inputs.people import Names

TeachingLanguage = Annotated[
    str,
    Field(
        pattern=patterns.LANGUAGE_OR_NONE,
        description="ISO 639-1: the language of its classes, in which the instructor must teach. Empty: any.",
    ),
]
Region = Annotated[
    Text,
    Field(max_length=100, description="The region in which the instructor must work. Empty: any."),
]


class NewCourse(Schema):
    title: Name
    subject: Name
    level: Level = ""
    teaching_language: TeachingLanguage = ""
    required_region: Region = ""
    required_consents: Names = Field(
        default_factory=list, description="Consents that the instructor must have given."
    )
    required_certificates: Names = Field(
        default_factory=list, description="Certificates that the instructor must hold until a class ends."
    )
    requires_background_check: bool = Field(
        False, description="Whether the instructor needs a background check that is valid until a class ends."
    )
    topics: list[Name] = Field(
        default_factory=list, max_length=500, description="Titles, in the order they are taught."
    )
    external_id: ExternalId | None = None


class CourseChange(Schema):
    title: Name = LEFT_OUT
    subject: Name = LEFT_OUT
    level: Level = LEFT_OUT
    teaching_language: TeachingLanguage = LEFT_OUT
    required_region: Region = LEFT_OUT
    required_consents: Names = LEFT_OUT
    required_certificates: Names = LEFT_OUT
    requires_background_check: bool = LEFT_OUT
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
