"""The resources of courses, topics, curriculum plans and enrollments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from domain.errors import HomeroomError, InUse, UnknownReference
from domain.people.access import Permission
from models.course import Course, CurriculumPlan, Enrollment, Topic
from models.people import Student
from models.reading import Readable
from models.repositories import entities, intake, people, series
from services.inputs.courses import (
    CourseChange,
    EnrollmentChange,
    NewCourse,
    NewEnrollment,
    NewPlan,
    NewTopic,
    PlanChange,
    PlanItem,
    TopicChange,
)
from services.inputs.fields import Schema
from services.resources.resource import Resource


def _item(cell: str) -> dict[str, str]:
    """A plan item from a CSV cell: `topic_id:sessions`, or `topic_id`."""
    topic, _, sessions = cell.partition(":")
    return {"topic_id": topic.strip()} | ({"sessions": sessions.strip()} if sessions.strip() else {})


class Courses(Resource[Course]):
    name, table = "course", Course
    new, change = NewCourse, CourseChange
    read, write = Permission.COURSES_READ, Permission.COURSES_WRITE
    sorts = ("created_at", "title")
    filters: ClassVar = {"external_id": str, "subject": str, "level": str}
    searched = ("title", "subject")

    def further_rows(
        self, tenant: UUID, key: UUID, new: Schema, now: datetime
    ) -> Mapping[type[SQLModel], list[dict[str, Any]]]:
        assert isinstance(new, NewCourse)
        own = {"organization_id": tenant, "course_id": key, "created_at": now}
        return {
            Topic: [
                own | {"id": uuid5(key, str(position)), "title": title, "position": position}
                for position, title in enumerate(new.topics)
            ]
        }

    async def check_unused(self, db: AsyncSession, row: Course, now: datetime) -> None:
        if coming := await people.coming_classes_of_course(db, row.id, now):
            raise InUse(
                f"this course has {coming} upcoming or running {'class' if coming == 1 else 'classes'}",
                next_step="Cancel them, or wait until they are over.",
            )
        if planned := await series.count_unbooked(db, row.id, now):
            raise InUse(
                f"series will book {planned} more {'class' if planned == 1 else 'classes'} of this course",
                next_step="End the series first.",
            )

    async def related(self, db: Readable, rows: Sequence[Any]) -> Mapping[UUID, dict[str, Any]]:
        by_course = await people.topic_ids(db, [row.id for row in rows])
        return {row.id: {"topic_ids": by_course.get(row.id, [])} for row in rows}


class Topics(Resource[Topic]):
    name, table = "topic", Topic
    new, change = NewTopic, TopicChange
    read, write = Permission.COURSES_READ, Permission.COURSES_WRITE
    sorts = ("position", "title", "created_at")
    filters: ClassVar = {"external_id": str, "course_id": UUID}
    searched = ("title",)
    references: ClassVar = {"course_id": Course}

    async def refusals(self, db: AsyncSession, news: Sequence[Schema]) -> list[HomeroomError | None]:
        """Courses are locked, so that topics added at the same time get different positions."""
        for course_id in sorted({topic.course_id for topic in cast("Sequence[NewTopic]", news)}):
            await entities.lock(db, Course, course_id)
        return await super().refusals(db, news)

    async def completed(self, db: AsyncSession, news: Sequence[Schema]) -> Sequence[Schema]:
        """Topics without a position go after the last one of their course."""
        assert all(isinstance(new, NewTopic) for new in news)
        topics = cast("Sequence[NewTopic]", news)
        next_position = await people.next_positions(db, {topic.course_id for topic in topics})
        placed = []
        for topic in topics:
            position = topic.position if topic.position is not None else next_position.get(topic.course_id, 0)
            next_position[topic.course_id] = max(next_position.get(topic.course_id, 0), position + 1)
            placed.append(topic.model_copy(update={"position": position}))
        return placed


class Plans(Resource[CurriculumPlan]):
    name, table = "curriculum plan", CurriculumPlan
    new, change = NewPlan, PlanChange
    read, write = Permission.COURSES_READ, Permission.COURSES_WRITE
    sorts = ("created_at", "title")
    filters: ClassVar = {"external_id": str, "course_id": UUID}
    searched = ("title",)
    references: ClassVar = {"course_id": Course}
    cells: ClassVar = {"items": _item}

    async def refusals(self, db: AsyncSession, news: Sequence[Schema]) -> list[HomeroomError | None]:
        of_references = await super().refusals(db, news)
        plans = cast("Sequence[NewPlan]", news)
        of_topics = await _wrong_topics(db, [(plan.course_id, plan.items) for plan in plans])
        return [reference or topic for reference, topic in zip(of_references, of_topics, strict=True)]

    async def relate(self, db: AsyncSession, row: CurriculumPlan, change: Schema, now: datetime) -> None:
        assert isinstance(change, PlanChange)
        if "items" in change.model_fields_set:
            (refusal,) = await _wrong_topics(db, [(row.course_id, change.items)])
            if refusal:
                raise refusal

    def columns(self, values: dict[str, Any]) -> dict[str, Any]:
        if "items" in values:
            values["items"] = [item | {"topic_id": str(item["topic_id"])} for item in values["items"]]
        return super().columns(values)


async def _wrong_topics(
    db: AsyncSession, plans: Sequence[tuple[UUID, Sequence[PlanItem]]]
) -> list[HomeroomError | None]:
    """For each plan, the refusal of topics that are unusable or of another course; None if there are none."""
    lives = await intake.held_in_use(db, Topic, {item.topic_id for _, items in plans for item in items})
    courses = await people.courses_of_topics(db, lives)
    refusals: list[HomeroomError | None] = []
    for course_id, items in plans:
        refusal = entities.unusable(Topic, [item.topic_id for item in items], lives)
        if refusal is None and any(courses[item.topic_id] != course_id for item in items):
            refusal = UnknownReference(
                "a topic doesn't belong to this course", next_step="Use topics of the plan's course."
            )
        refusals.append(refusal)
    return refusals


class Enrollments(Resource[Enrollment]):
    name, table = "enrollment", Enrollment
    new, change = NewEnrollment, EnrollmentChange
    read, write = Permission.ENROLLMENTS_READ, Permission.ENROLLMENTS_WRITE
    sorts = ("created_at",)
    filters: ClassVar = {"external_id": str, "course_id": UUID, "student_id": UUID}
    searched = ()
    references: ClassVar = {"course_id": Course, "student_id": Student}
