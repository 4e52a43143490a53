"""The people whom a case touches, with their mail addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.access import Permission, Principal
from domain.subjects import SubjectKind
from models.access import Member
from models.exception_case import ExceptionCase
from models.people import Guardian, Instructor, Student
from models.repositories import people, sessions

Person = TypeVar("Person", Guardian, Instructor, Student, Member)
_ROLES: Mapping[type, tuple[str, str]] = {  # with the folder of their pages
    Guardian: ("Guardian", "guardians"),
    Instructor: ("Instructor", "instructors"),
    Student: ("Student", "students"),
    Member: ("Staff", "members"),
}


@dataclass(frozen=True)
class Contact:
    role: str  # such as "Guardian of Leo Lindqvist"
    name: str
    url: str
    email: str
    family: bool = False


async def contacts(db: AsyncSession, who: Principal, case: ExceptionCase) -> list[Contact]:
    """Instructors first, then families. Nobody where the reader may not read people."""
    if case.subject_kind == SubjectKind.MEMBER and who.may(Permission.MEMBERS_READ):
        return await _one(db, Member, case.subject_id)
    if not who.may(Permission.PEOPLE_READ):
        return []
    match case.subject_kind:
        case SubjectKind.SESSION:
            return await _of_class(db, case.subject_id, case.occasion)
        case SubjectKind.INSTRUCTOR:
            return await _one(db, Instructor, case.subject_id)
        case SubjectKind.GUARDIAN:
            return await _one(db, Guardian, case.subject_id)
        case SubjectKind.STUDENT:
            return await _families(db, [case.subject_id])
    return []


async def _of_class(db: AsyncSession, session_id: UUID, occasion: str) -> list[Contact]:
    """Of all in the class; where the case is about one student, only their family."""
    members = [person for person in await sessions.participants(db, session_id) if person.in_class]
    teaching = [person.instructor_id for person in members if person.instructor_id]
    learning = [person.student_id for person in members if person.student_id]
    concerned = [key for key in learning if str(key) == occasion]
    instructors = [await _one(db, Instructor, key) for key in teaching]
    return [
        *(contact for found in instructors for contact in found),
        *await _families(db, concerned or learning),
    ]


async def _families(db: AsyncSession, student_ids: Sequence[UUID]) -> list[Contact]:
    """Students with an address of their own, and guardians by the name of their student."""
    students = await people.students_with_address(db, student_ids)
    pairs = await people.guardians_of(db, student_ids)
    return [
        *(_contact(student) for student in students),
        *(
            replace(_contact(guardian), role=f"Guardian of {student.name}")
            for guardian, student in sorted(pairs, key=lambda pair: (pair[1].name, pair[0].name))
        ),
    ]


async def _one(db: AsyncSession, table: type[Person], key: UUID) -> list[Contact]:
    person = await db.get(table, key)
    return [_contact(person)] if person else []


def _contact(person: Guardian | Instructor | Student | Member) -> Contact:
    role, folder = _ROLES[type(person)]
    family = isinstance(person, Guardian | Student)
    return Contact(role, person.name, f"/people/{folder}/{person.id}", person.email or "", family)
