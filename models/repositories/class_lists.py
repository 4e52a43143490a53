"""Lists of classes, past and coming: each filter has an index that finds its classes, or finds them in their order."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.kinds import ExceptionKind
from domain.people.access import Principal
from domain.people.roles import Role
from domain.record.documentation_filter import DocumentationFilter
from domain.scheduling.offers import SubstitutionState
from domain.sessions.states import SessionState
from models.course import Course
from models.documentation import Documentation
from models.exception_case import ExceptionCase
from models.people import Instructor
from models.repositories import names, pages, volunteer_calls
from models.repositories.pages import PageRequest
from models.repositories.sessions import visible_to
from models.session import UNDOCUMENTED, Participant, Session
from models.substitution import Substitution
from models.volunteer_call import VolunteerCall

WITHOUT_INSTRUCTOR = (ExceptionKind.SUBSTITUTION_REQUESTED, ExceptionKind.SUBSTITUTE_NOT_FOUND)
"""The kinds of open cases of a class that nobody is found to teach."""
_TO_BE_TAUGHT = (SessionState.SCHEDULED, SessionState.OPEN, SessionState.LIVE)


@dataclass(frozen=True)
class ClassFilter:
    """What a list of classes is narrowed to, besides equal columns and a text of the page request."""

    start: datetime | None = None  # classes that start then or later
    end: datetime | None = None  # classes that start before
    student_id: UUID | None = None
    open_case: bool = False  # only classes with an open case
    without_instructor: bool = False  # only classes that nobody is there to teach
    open_to_volunteers: bool = False
    documentation: DocumentationFilter | None = None


class ListedStudent(NamedTuple):
    student_id: UUID | None
    name: str


@dataclass(frozen=True)
class ListedClass:
    """A class with what its row of a list shows besides it."""

    session: Session
    course: str
    instructor: str
    instructor_retired: bool
    students: tuple[ListedStudent, ...]  # by name
    cases: tuple[str, ...]  # kinds of its open cases, the first opened first
    searching: bool  # colleagues are being asked to teach it
    is_open_to_volunteers: bool
    documentation: str | None  # its status; None: there is none


async def page(
    db: AsyncSession, who: Principal, request: PageRequest, narrowed: ClassFilter
) -> tuple[list[Session], bool]:
    """The caller's classes, and whether there are more."""
    conditions = _conditions(narrowed)
    return await pages.page(db, Session, request, visible_to(who), *conditions, ids_first=bool(conditions))


async def of_ids(db: AsyncSession, who: Principal, session_ids: Collection[UUID]) -> list[Session]:
    """Those of the classes that the caller may see, by start."""
    query = sa.select(Session).where(col(Session.id).in_(session_ids), visible_to(who))
    return list(await db.scalars(query.order_by(col(Session.starts_at), col(Session.id))))


def _conditions(narrowed: ClassFilter) -> list[sa.ColumnElement[bool]]:
    own = col(Session.id)
    where: list[sa.ColumnElement[bool]] = []
    if narrowed.start:
        where.append(col(Session.starts_at) >= narrowed.start)
    if narrowed.end:
        where.append(col(Session.starts_at) < narrowed.end)
    if narrowed.student_id:
        of_student = sa.select(col(Participant.session_id)).where(
            col(Participant.student_id) == narrowed.student_id
        )
        where.append(own.in_(of_student))
    if narrowed.open_case:
        where.append(_is_one_of(_with_open_case()))
    if narrowed.without_instructor:
        where += [_is_one_of(_untaught()), col(Session.state).in_(_TO_BE_TAUGHT)]
    if narrowed.open_to_volunteers:
        where.append(_is_one_of(_open_to_volunteers()))
    if narrowed.documentation == DocumentationFilter.MISSING:
        where.append(sa.literal_column(f"session.{UNDOCUMENTED}", sa.Boolean))
    elif narrowed.documentation:
        with_status = sa.select(col(Documentation.session_id)).where(
            col(Documentation.status) == narrowed.documentation.value
        )
        where.append(own.in_(with_status))
    return where


def _is_one_of(query: sa.SelectBase) -> sa.ColumnElement[bool]:
    """That a class is among those of a query, which are few: Postgres finds these first, and then each by its id."""
    condition: sa.ColumnElement[bool] = col(Session.id) == sa.any_(sa.func.array(query.scalar_subquery()))
    return condition


def _with_open_case(kinds: Collection[str] = ()) -> sa.Select[UUID | None]:
    query = sa.select(col(ExceptionCase.session_id)).where(
        col(ExceptionCase.resolved_at).is_(None), col(ExceptionCase.session_id).is_not(None)
    )
    return query.where(col(ExceptionCase.kind).in_(kinds)) if kinds else query


def _untaught() -> sa.CompoundSelect[UUID | None]:
    """Classes whose substitute is being searched or was not found, and coming ones of instructors who have left."""
    searched = sa.select(col(Substitution.session_id)).where(
        sa.literal_column("substitution.state = 'searching'", sa.Boolean)
    )
    left = (
        sa.select(col(Session.id))
        .join(Instructor, col(Instructor.id) == col(Session.instructor_id))
        .where(
            col(Instructor.retired_at).is_not(None),
            col(Session.state) == SessionState.SCHEDULED,
            col(Session.starts_at) > sa.func.now() - sa.text("interval '1 day'"),
        )
    )
    return sa.union(_with_open_case(WITHOUT_INSTRUCTOR), searched, left)


def _open_to_volunteers() -> sa.Select[UUID | None]:
    query = sa.select(col(Session.id)).join(VolunteerCall, col(VolunteerCall.session_id) == col(Session.id))
    return query.where(volunteer_calls.stands(), col(Session.starts_at) > sa.func.now())


async def described(db: AsyncSession, rows: Collection[Session]) -> list[ListedClass]:
    """The classes in their order, with their course, people, open cases and documentation: one query for each."""
    ids = [row.id for row in rows]
    people = await _students(db, ids)
    cases = await _open_cases(db, ids)
    titles = await names.of(db, Course, {row.course_id for row in rows})
    found = await db.execute(
        sa.select(col(Instructor.id), col(Instructor.name), col(Instructor.retired_at)).where(
            col(Instructor.id).in_({row.instructor_id for row in rows})
        )
    )
    instructors = {key: (name, retired_at is not None) for key, name, retired_at in found}
    searching = set(
        await db.scalars(
            sa.select(col(Substitution.session_id)).where(
                col(Substitution.session_id).in_(ids), col(Substitution.state) == SubstitutionState.SEARCHING
            )
        )
    )
    called = set(await db.scalars(_open_to_volunteers().where(col(Session.id).in_(ids))))
    status = await db.execute(
        sa.select(col(Documentation.session_id), col(Documentation.status)).where(
            col(Documentation.session_id).in_(ids)
        )
    )
    documentation = {key: str(value) for key, value in status}
    return [
        ListedClass(
            row,
            titles.get(row.course_id, ""),
            *instructors.get(row.instructor_id, ("", False)),
            students=tuple(people.get(row.id, ())),
            cases=tuple(cases.get(row.id, ())),
            searching=row.id in searching,
            is_open_to_volunteers=row.id in called,
            documentation=documentation.get(row.id),
        )
        for row in rows
    ]


async def _students(db: AsyncSession, session_ids: Collection[UUID]) -> dict[UUID, list[ListedStudent]]:
    query = sa.select(col(Participant.session_id), col(Participant.student_id), col(Participant.name)).where(
        col(Participant.session_id).in_(session_ids),
        col(Participant.role) == Role.STUDENT,
        col(Participant.removed_at).is_(None),
    )
    people: dict[UUID, list[ListedStudent]] = {}
    for session_id, student_id, name in await db.execute(
        query.order_by(col(Participant.name), col(Participant.id))
    ):
        people.setdefault(session_id, []).append(ListedStudent(student_id, name))
    return people


async def _open_cases(db: AsyncSession, session_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    query = sa.select(col(ExceptionCase.session_id), col(ExceptionCase.kind)).where(
        col(ExceptionCase.session_id).in_(session_ids), col(ExceptionCase.resolved_at).is_(None)
    )
    cases: dict[UUID, list[str]] = {}
    for session_id, kind in await db.execute(query.order_by(col(ExceptionCase.opened_at))):
        if session_id and kind not in cases.setdefault(session_id, []):
            cases[session_id].append(kind)
    return cases
