"""By which name people read what the record knows by an id."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from domain.subjects import Subject, SubjectKind
from models.access import Member
from models.course import Course, Topic
from models.organization import ApiKey, Organization
from models.people import Guardian, Instructor, Student
from models.session import Session

_ACTORS: Mapping[str, type[SQLModel]] = {
    "member": Member,
    "instructor": Instructor,
    "guardian": Guardian,
    "key": ApiKey,
}
_THINGS: Mapping[str, type[SQLModel]] = {
    "guardian": Guardian,
    "student": Student,
    "instructor": Instructor,
    "course": Course,
    "topic": Topic,
    "session": Session,
    "member": Member,
    "api_key": ApiKey,
}
_SUBJECTS: Mapping[SubjectKind, type[SQLModel]] = {
    SubjectKind.SESSION: Session,
    SubjectKind.GUARDIAN: Guardian,
    SubjectKind.STUDENT: Student,
    SubjectKind.INSTRUCTOR: Instructor,
    SubjectKind.MEMBER: Member,
    SubjectKind.COURSE: Course,
    SubjectKind.ORGANIZATION: Organization,
}


async def of(db: AsyncSession, table: type[SQLModel], keys: Iterable[UUID]) -> dict[UUID, str]:
    wanted = set(keys)
    if not wanted:
        return {}
    columns = sa.inspect(table).columns
    name = columns["name"] if "name" in columns else columns["title"]
    rows: Any = await db.execute(sa.select(columns["id"], name).where(columns["id"].in_(wanted)))
    return {row[0]: row[1] for row in rows}


async def of_actors(db: AsyncSession, actors: Iterable[str]) -> dict[str, str]:
    """By `member:<id>`, `key:<id>`…; those who are not found are left out."""
    by_kind: dict[str, set[UUID]] = defaultdict(set)
    for actor in actors:
        kind, _, key = actor.partition(":")
        if kind in _ACTORS and (known := _uuid(key)):
            by_kind[kind].add(known)
    found: dict[str, str] = {}
    for kind, keys in by_kind.items():
        names = await of(db, _ACTORS[kind], keys)
        found |= {f"{kind}:{key}": name for key, name in names.items()}
    return found


async def of_things(db: AsyncSession, things: Iterable[tuple[str, str]]) -> dict[str, str]:
    """`things` are a kind and an id as the log of changes has them; by id."""
    by_kind: dict[str, set[UUID]] = defaultdict(set)
    for kind, key in things:
        if kind in _THINGS and (known := _uuid(key)):
            by_kind[kind].add(known)
    found: dict[str, str] = {}
    for kind, keys in by_kind.items():
        found |= {str(key): name for key, name in (await of(db, _THINGS[kind], keys)).items()}
    return found


async def of_subjects(db: AsyncSession, subjects: Iterable[Subject]) -> dict[Subject, str]:
    """Those that have no name, or are not found, are left out."""
    by_kind: dict[SubjectKind, set[UUID]] = defaultdict(set)
    for subject in subjects:
        if subject.kind in _SUBJECTS:
            by_kind[subject.kind].add(subject.id)
    found: dict[Subject, str] = {}
    for kind, keys in by_kind.items():
        found |= {Subject(kind, key): name for key, name in (await of(db, _SUBJECTS[kind], keys)).items()}
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
