"""Lists of classes, past and coming: each filter has an index that finds its classes, or finds them in their order."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
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
from models.repositories import pages, volunteer_calls
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
        is_rare = narrowed.documentation == DocumentationFilter.CHANGES_REQUESTED
        where.append(_is_one_of(with_status) if is_rare else own.in_(with_status))
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


_CALL_STANDS = sa.and_(volunteer_calls.stands(), col(Session.starts_at) > sa.func.now())


def _open_to_volunteers() -> sa.Select[UUID | None]:
    query = sa.select(col(Session.id)).join(VolunteerCall, col(VolunteerCall.session_id) == col(Session.id))
    return query.where(_CALL_STANDS)


async def described(db: AsyncSession, rows: Collection[Session]) -> list[ListedClass]:
    """The classes in their order, with their course, people, open cases and documentation: one query for all."""
    if not rows:
        return []
    found = await db.execute(_DESCRIBED, {"keys": [row.id for row in rows]})
    by_id = {about.id: about for about in found}
    return [_listed(row, by_id[row.id]) for row in rows]


def _listed(row: Session, about: Any) -> ListedClass:
    return ListedClass(
        row,
        about.course or "",
        about.instructor or "",
        about.retired_at is not None,
        students=tuple(map(ListedStudent, about.student_ids or (), about.student_names or ())),
        cases=tuple(dict.fromkeys(about.cases or ())),
        searching=about.searching,
        is_open_to_volunteers=about.called,
        documentation=None if about.documentation is None else str(about.documentation),
    )


def _students(column: Any) -> sa.ScalarSelect[Any]:
    """A column of the students of a class, by name."""
    person = Participant
    query = sa.select(sa.func.array_agg(aggregate_order_by(column, col(person.name), col(person.id)))).where(
        col(person.session_id) == col(Session.id),
        col(person.role) == Role.STUDENT,
        col(person.removed_at).is_(None),
    )
    return query.correlate(Session).scalar_subquery()


_CASES = (
    sa.select(sa.func.array_agg(aggregate_order_by(col(ExceptionCase.kind), col(ExceptionCase.opened_at))))
    .where(col(ExceptionCase.session_id) == col(Session.id), col(ExceptionCase.resolved_at).is_(None))
    .correlate(Session)
    .scalar_subquery()
)
_IS_SEARCHED = sa.exists().where(
    col(Substitution.session_id) == col(Session.id), col(Substitution.state) == SubstitutionState.SEARCHING
)
_IS_CALLED = sa.exists().where(col(VolunteerCall.session_id) == col(Session.id), _CALL_STANDS)
_DESCRIBED = (
    sa.select(
        col(Session.id),
        col(Course.title).label("course"),
        col(Instructor.name).label("instructor"),
        col(Instructor.retired_at),
        _students(col(Participant.student_id)).label("student_ids"),
        _students(col(Participant.name)).label("student_names"),
        _CASES.label("cases"),
        _IS_SEARCHED.label("searching"),
        _IS_CALLED.label("called"),
        col(Documentation.status).label("documentation"),
    )
    .outerjoin(Course, col(Course.id) == col(Session.course_id))
    .outerjoin(Instructor, col(Instructor.id) == col(Session.instructor_id))
    .outerjoin(Documentation, col(Documentation.session_id) == col(Session.id))
    .where(col(Session.id) == sa.any_(sa.bindparam("keys", type_=sa.ARRAY(sa.Uuid))))
)
