"""The resources of guardians, students, instructors and members of staff."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel
from uuid_utils.compat import uuid7

from domain.errors import InUse, InvalidInput
from domain.people.access import AccessRole, Permission
from domain.scheduling import written
from models.access import Member
from models.people import Guardian, Instructor, Qualification, Student, StudentGuardian
from models.reading import Readable
from models.repositories import entities, people
from services.inputs.access import MemberChange, NewMember
from services.inputs.fields import Schema
from services.inputs.people import (
    GuardianChange,
    InstructorChange,
    NewGuardian,
    NewInstructor,
    NewStudent,
    StudentChange,
)
from services.link_renewal import renew_links_of, renew_links_of_children
from services.organizations import organization
from services.resources.resource import Resource, Row


async def _refuse_if_booked(db: AsyncSession, person_id: UUID, noun: str, now: datetime) -> None:
    if coming := await people.coming_classes(db, person_id, now):
        raise InUse(
            f"this {noun} has {coming} upcoming or running {'class' if coming == 1 else 'classes'}",
            next_step="Cancel them, or wait until they are over.",
        )


def _qualification(cell: str) -> dict[str, str]:
    """A qualification from a CSV cell: `subject:level`, or `subject`."""
    subject, _, level = cell.partition(":")
    return {"subject": subject.strip(), "level": level.strip()}


def _class_hours(cell: str) -> dict[str, Any]:
    """Raises InvalidInput."""
    try:
        return written.weekly_hours(cell)
    except ValueError as error:
        raise InvalidInput(f"class_hours: {error}", next_step="Correct the cell.") from error


class People(Resource[Row]):
    """People have the organization's time zone and language, unless their own are given."""

    def columns(self, values: dict[str, Any]) -> dict[str, Any]:
        """Lists are stored as JSON, with days and times in ISO format."""
        own = super().columns(values)
        lists = {name: value for name, value in own.items() if isinstance(value, list)}
        return {**own, **to_jsonable_python(lists)}

    async def completed(self, db: AsyncSession, news: Sequence[Schema]) -> Sequence[Schema]:
        own = await organization(db)
        defaults = {"time_zone": own.time_zone, "language": own.language}
        return [_with_defaults(new, defaults) for new in news]


def _with_defaults(new: Schema, defaults: Mapping[str, str]) -> Schema:
    left_out = {
        name: default
        for name, default in defaults.items()
        if name in type(new).model_fields and getattr(new, name) is None
    }
    return new.model_copy(update=left_out)


class Guardians(People[Guardian]):
    """The children's join links end with the guardian's address, which they were mailed to."""

    name, table = "guardian", Guardian
    new, change = NewGuardian, GuardianChange
    read, write = Permission.PEOPLE_READ, Permission.PEOPLE_WRITE
    filters: ClassVar = {"external_id": str, "email": str}
    searched = ("name", "email")

    async def update(
        self, db: AsyncSession, key: UUID, change: Schema, version: int | None, now: datetime
    ) -> Guardian:
        before = (await self._locked(db, key, version)).email
        row = await super().update(db, key, change, version, now)
        if row.email != before:
            await renew_links_of_children(db, key, now)
        return row

    async def retire(self, db: AsyncSession, key: UUID, version: int | None, now: datetime) -> Guardian:
        was_retired = (await self._locked(db, key, version)).retired_at
        row = await super().retire(db, key, version, now)
        if not was_retired:
            await renew_links_of_children(db, key, now, retired=True)
        return row


class Students(People[Student]):
    """A student's join links end with each address that they were mailed to."""

    name, table = "student", Student
    new, change = NewStudent, StudentChange
    read, write = Permission.PEOPLE_READ, Permission.PEOPLE_WRITE
    filters: ClassVar = {"external_id": str, "email": str}
    references: ClassVar = {"guardian_ids": Guardian}
    cells: ClassVar = {"class_hours": _class_hours}

    def further_rows(
        self, tenant: UUID, key: UUID, new: Schema, now: datetime
    ) -> Mapping[type[SQLModel], list[dict[str, Any]]]:
        assert isinstance(new, NewStudent)
        pair = {"organization_id": tenant, "student_id": key}
        return {StudentGuardian: [pair | {"guardian_id": guardian} for guardian in new.guardian_ids]}

    async def relate(self, db: AsyncSession, row: Student, change: Schema, now: datetime) -> None:
        assert isinstance(change, StudentChange)
        if "guardian_ids" in change.model_fields_set:
            await entities.all_in_use(db, Guardian, change.guardian_ids)
            await people.set_guardians(db, row.organization_id, row.id, change.guardian_ids)

    async def update(
        self, db: AsyncSession, key: UUID, change: Schema, version: int | None, now: datetime
    ) -> Student:
        address = (await self._locked(db, key, version)).email
        guardians = await self._guardians(db, key)
        row = await super().update(db, key, change, version, now)
        gone = sorted(guardians - await self._guardians(db, key))
        if gone or row.email != address:
            await renew_links_of(db, [key], now, put_out=bool(gone), former=gone)
        return row

    async def _guardians(self, db: AsyncSession, key: UUID) -> set[UUID]:
        return set((await people.guardian_ids(db, [key])).get(key, ()))

    async def retire(self, db: AsyncSession, key: UUID, version: int | None, now: datetime) -> Student:
        row = await super().retire(db, key, version, now)
        await renew_links_of(db, [key], now, put_out=True)
        return row

    async def check_unused(self, db: AsyncSession, row: Student, now: datetime) -> None:
        await _refuse_if_booked(db, row.id, "student", now)

    async def related(self, db: Readable, rows: Sequence[Any]) -> Mapping[UUID, dict[str, Any]]:
        by_student = await people.guardian_ids(db, [row.id for row in rows])
        return {row.id: {"guardian_ids": by_student.get(row.id, [])} for row in rows}


class Instructors(People[Instructor]):
    """An instructor's join links end with the address that they were mailed to."""

    name, table = "instructor", Instructor
    new, change = NewInstructor, InstructorChange
    read, write = Permission.PEOPLE_READ, Permission.PEOPLE_WRITE
    filters: ClassVar = {"external_id": str, "email": str}
    searched = ("name", "email")
    cells: ClassVar = {
        "qualifications": _qualification,
        "certificates": written.certificate,
        "background_checks": written.background_check,
    }

    def further_rows(
        self, tenant: UUID, key: UUID, new: Schema, now: datetime
    ) -> Mapping[type[SQLModel], list[dict[str, Any]]]:
        assert isinstance(new, NewInstructor)
        wanted = dict.fromkeys((held.subject, held.level) for held in new.qualifications)
        own = {"organization_id": tenant, "instructor_id": key, "created_at": now}
        return {
            Qualification: [
                own | {"id": uuid7(), "subject": subject, "level": level} for subject, level in wanted
            ]
        }

    async def relate(self, db: AsyncSession, row: Instructor, change: Schema, now: datetime) -> None:
        assert isinstance(change, InstructorChange)
        if "qualifications" in change.model_fields_set:
            wanted = [(held.subject, held.level) for held in change.qualifications]
            await people.set_qualifications(db, row.organization_id, row.id, wanted, now)

    async def update(
        self, db: AsyncSession, key: UUID, change: Schema, version: int | None, now: datetime
    ) -> Instructor:
        before = (await self._locked(db, key, version)).email
        row = await super().update(db, key, change, version, now)
        if row.email != before:
            await renew_links_of(db, [key], now, put_out=False)
        return row

    async def retire(self, db: AsyncSession, key: UUID, version: int | None, now: datetime) -> Instructor:
        row = await super().retire(db, key, version, now)
        await renew_links_of(db, [key], now, put_out=True)
        return row

    async def check_unused(self, db: AsyncSession, row: Instructor, now: datetime) -> None:
        await _refuse_if_booked(db, row.id, "instructor", now)

    async def related(self, db: Readable, rows: Sequence[Any]) -> Mapping[UUID, dict[str, Any]]:
        by_instructor = await people.qualifications(db, [row.id for row in rows])
        return {
            row.id: {
                "qualifications": [
                    {"subject": s, "level": level} for s, level in by_instructor.get(row.id, [])
                ]
            }
            for row in rows
        }


class Members(People[Member]):
    """Staff, who sign in to the console."""

    name, table = "member", Member
    new, change = NewMember, MemberChange
    read, write = Permission.MEMBERS_READ, Permission.MEMBERS_MANAGE
    filters: ClassVar = {"role": AccessRole, "email": str}
    searched = ("name", "email")
