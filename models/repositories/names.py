"""The names of people, courses, sessions and other rows, by id."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from domain.subjects import Subject, SubjectKind
from models.access import Member
from models.booking_import import BookingImport
from models.case_routing import AlertChannel, Rota
from models.course import Course, Topic
from models.notice import Notice
from models.organization import ApiKey, Organization
from models.people import Guardian, Instructor, Student
from models.series import Series
from models.session import Session
from models.term_plan import PlanRun

_NAMED_BY = (
    "name",
    "title",
    "subject",
    "file_name",
)  # the columns that name a row, the first that its table has
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
    "series": Series,
    "topic": Topic,
    "session": Session,
    "next_session": Session,
    "other_session": Session,
    "member": Member,
    "api_key": ApiKey,
    "notice": Notice,
    "rota": Rota,
    "rota_override": Rota,
    "alert_channel": AlertChannel,
    "alert_preference": Member,
}
_SUBJECTS: Mapping[SubjectKind, type[SQLModel]] = {
    SubjectKind.SESSION: Session,
    SubjectKind.GUARDIAN: Guardian,
    SubjectKind.STUDENT: Student,
    SubjectKind.INSTRUCTOR: Instructor,
    SubjectKind.MEMBER: Member,
    SubjectKind.COURSE: Course,
    SubjectKind.SERIES: Series,
    SubjectKind.PLAN: PlanRun,
    SubjectKind.IMPORT: BookingImport,
    SubjectKind.ORGANIZATION: Organization,
    SubjectKind.ROTA: Rota,
    SubjectKind.ALERT_CHANNEL: AlertChannel,
}

_UNNAMED: Mapping[SubjectKind, str] = {SubjectKind.IMPORT: "Pasted rows"}


async def of(db: AsyncSession, table: type[SQLModel], keys: Iterable[UUID]) -> dict[UUID, str]:
    ids = set(keys)
    if not ids:
        return {}
    columns = sa.inspect(table).columns
    name = next(columns[one] for one in _NAMED_BY if one in columns)
    rows: Any = await db.execute(sa.select(columns["id"], name).where(columns["id"].in_(ids)))
    return {row[0]: row[1] for row in rows}


async def of_actors(db: AsyncSession, actors: Iterable[str]) -> dict[str, str]:
    """Names by actor, `member:<id>`, `key:<id>`…; unknown actors are left out."""
    by_kind: dict[str, set[UUID]] = defaultdict(set)
    for actor in actors:
        kind, _, key = actor.partition(":")
        if kind in _ACTORS and (row_id := _uuid(key)):
            by_kind[kind].add(row_id)
    names: dict[str, str] = {}
    for kind, keys in by_kind.items():
        of_kind = await of(db, _ACTORS[kind], keys)
        names |= {f"{kind}:{key}": name for key, name in of_kind.items()}
    return names


async def of_things(db: AsyncSession, things: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names by id, for pairs of kind and id as the change log has them."""
    by_kind: dict[str, set[UUID]] = defaultdict(set)
    for kind, key in things:
        if kind in _THINGS and (row_id := _uuid(key)):
            by_kind[kind].add(row_id)
    names: dict[str, str] = {}
    for kind, keys in by_kind.items():
        names |= {str(key): name for key, name in (await of(db, _THINGS[kind], keys)).items()}
    return names


async def of_subjects(db: AsyncSession, subjects: Iterable[Subject]) -> dict[Subject, str]:
    """Names by subject; subjects without a name are left out."""
    by_kind: dict[SubjectKind, set[UUID]] = defaultdict(set)
    for subject in subjects:
        if subject.kind in _SUBJECTS:
            by_kind[subject.kind].add(subject.id)
    names: dict[Subject, str] = {}
    for kind, keys in by_kind.items():
        of_kind = await of(db, _SUBJECTS[kind], keys)
        names |= {Subject(kind, key): name or _UNNAMED.get(kind, "") for key, name in of_kind.items()}
    return names


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
