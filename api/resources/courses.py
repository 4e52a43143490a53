"""Courses, topics, curriculum plans, enrollments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from api.resources.resource import Resource
from api.schemas.common import Schema
from api.schemas.people import (
    CourseChange,
    CourseOut,
    EnrollmentChange,
    EnrollmentOut,
    NewCourse,
    NewEnrollment,
    NewPlan,
    NewTopic,
    PlanChange,
    PlanItem,
    PlanOut,
    TopicChange,
    TopicOut,
)
from domain.access import Permission
from domain.errors import InUse, UnknownReference
from models.course import Course, CurriculumPlan, Enrollment, Topic
from models.people import Student
from models.repositories import people


class Courses(Resource[Course]):
    name, path, table, tag = "course", "courses", Course, "courses"
    new, change, out = NewCourse, CourseChange, CourseOut
    read, write = Permission.COURSES_READ, Permission.COURSES_WRITE
    sorts = ("created_at", "title")
    filters: ClassVar = {"external_id": str, "subject": str, "level": str}
    searched = ("title", "subject")

    async def make(self, db: AsyncSession, tenant: UUID, key: UUID, new: Schema, now: datetime) -> Course:
        assert isinstance(new, NewCourse)
        row = await super().make(db, tenant, key, new, now)
        await db.flush()
        db.add_all(
            [
                Topic(
                    id=uuid5(key, str(position)),
                    organization_id=tenant,
                    course_id=key,
                    title=title,
                    position=position,
                    created_at=now,
                )
                for position, title in enumerate(new.topics)
            ]
        )
        return row

    async def check_unused(self, db: AsyncSession, row: Course, now: datetime) -> None:
        if coming := await people.coming_classes_of_course(db, row.id, now):
            raise InUse(
                f"this course has {coming} coming or running {'class' if coming == 1 else 'classes'}",
                next_step="Cancel them, or wait until they are over.",
            )

    async def related(self, db: AsyncSession, rows: Sequence[Course]) -> Mapping[UUID, dict[str, Any]]:
        found = await people.topic_ids(db, [row.id for row in rows])
        return {row.id: {"topic_ids": found.get(row.id, [])} for row in rows}


class Topics(Resource[Topic]):
    name, path, table, tag = "topic", "topics", Topic, "courses"
    new, change, out = NewTopic, TopicChange, TopicOut
    read, write = Permission.COURSES_READ, Permission.COURSES_WRITE
    sorts = ("position", "title", "created_at")
    filters: ClassVar = {"external_id": str, "course_id": UUID}
    searched = ("title",)

    async def make(self, db: AsyncSession, tenant: UUID, key: UUID, new: Schema, now: datetime) -> Topic:
        assert isinstance(new, NewTopic)
        await people.in_use(db, Course, new.course_id)
        if new.position is None:
            behind = await people.next_position(db, new.course_id)
            new = new.model_copy(update={"position": behind})
        return await super().make(db, tenant, key, new, now)


class Plans(Resource[CurriculumPlan]):
    name, path, table, tag = "curriculum plan", "curriculum-plans", CurriculumPlan, "courses"
    new, change, out = NewPlan, PlanChange, PlanOut
    read, write = Permission.COURSES_READ, Permission.COURSES_WRITE
    sorts = ("created_at", "title")
    filters: ClassVar = {"external_id": str, "course_id": UUID}
    searched = ("title",)

    async def make(
        self, db: AsyncSession, tenant: UUID, key: UUID, new: Schema, now: datetime
    ) -> CurriculumPlan:
        assert isinstance(new, NewPlan)
        await people.in_use(db, Course, new.course_id)
        await _check_topics(db, new.course_id, new.items)
        return await super().make(db, tenant, key, new, now)

    async def relate(self, db: AsyncSession, row: CurriculumPlan, change: Schema, now: datetime) -> None:
        assert isinstance(change, PlanChange)
        if "items" in change.model_fields_set:
            await _check_topics(db, row.course_id, change.items)

    def columns(self, values: dict[str, Any]) -> dict[str, Any]:
        if "items" in values:
            values["items"] = [item | {"topic_id": str(item["topic_id"])} for item in values["items"]]
        return super().columns(values)


async def _check_topics(db: AsyncSession, course_id: UUID, items: Sequence[PlanItem]) -> None:
    topics = await people.all_in_use(db, Topic, [item.topic_id for item in items])
    if any(topic.course_id != course_id for topic in topics):
        raise UnknownReference("a topic is not of this course", next_step="Name topics of the plan's course.")


class Enrollments(Resource[Enrollment]):
    name, path, table, tag = "enrollment", "enrollments", Enrollment, "courses"
    new, change, out = NewEnrollment, EnrollmentChange, EnrollmentOut
    read, write = Permission.ENROLLMENTS_READ, Permission.ENROLLMENTS_WRITE
    sorts = ("created_at",)
    filters: ClassVar = {"external_id": str, "course_id": UUID, "student_id": UUID}
    searched = ()

    async def make(self, db: AsyncSession, tenant: UUID, key: UUID, new: Schema, now: datetime) -> Enrollment:
        assert isinstance(new, NewEnrollment)
        await people.in_use(db, Course, new.course_id)
        await people.in_use(db, Student, new.student_id)
        return await super().make(db, tenant, key, new, now)
