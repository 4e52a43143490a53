"""The classes of one instructor or one family, as their pages show them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.people.access import Principal
from domain.record.documentation import DocumentationStatus
from domain.sessions.states import OVER_STATES, ROOM_STATES, SessionState
from models.course import Course
from models.documentation import Documentation
from models.notice import Notice
from models.people import Instructor, Student, StudentGuardian
from models.record import AttendanceRow
from models.repositories.sessions import visible_to
from models.session import Participant, Session


@dataclass(frozen=True)
class OwnClass:
    session: Session
    course: Course
    instructor: str
    people: tuple[Participant, ...]


async def coming(
    db: AsyncSession, who: Principal, now: datetime, until: datetime, limit: int
) -> list[OwnClass]:
    """Running and coming classes that start before `until`, by start."""
    to_come = col(Session.ends_at) > now, col(Session.state).not_in(OVER_STATES)
    running = col(Session.state).in_(tuple(ROOM_STATES))
    query = _classes(who).where(sa.or_(running, sa.and_(*to_come)), col(Session.starts_at) < until)
    return await _read(db, query.order_by(col(Session.starts_at), col(Session.id)).limit(limit))


async def to_review(db: AsyncSession, who: Principal, limit: int) -> list[OwnClass]:
    """Classes in review; the one that ended first comes first."""
    query = _classes(who).where(col(Session.state) == SessionState.REVIEW)
    return await _read(db, query.order_by(col(Session.ends_at), col(Session.id)).limit(limit))


async def past(db: AsyncSession, who: Principal, now: datetime, limit: int) -> list[OwnClass]:
    """Past classes, the latest first."""
    query = _classes(who).where(col(Session.ends_at) <= now)
    return await _read(db, query.order_by(col(Session.starts_at).desc(), col(Session.id)).limit(limit))


async def approved(db: AsyncSession, who: Principal, limit: int) -> list[tuple[OwnClass, int]]:
    """Classes whose documentation is approved, each with its approved revision; the latest first.

    Who never came is not among the people of such a class, once its attendance is filed.
    """
    query = (
        _classes(who)
        .join(Documentation, col(Documentation.session_id) == col(Session.id))
        .where(col(Documentation.status) == DocumentationStatus.APPROVED)
        .order_by(col(Session.starts_at).desc(), col(Session.id))
        .limit(limit)
    )
    classes = await _read(db, query)
    keys = [own.session.id for own in classes]
    rows = await db.execute(
        sa.select(col(Documentation.session_id), col(Documentation.revision)).where(
            col(Documentation.session_id).in_(keys)
        )
    )
    revisions = {row.session_id: row.revision for row in rows}
    absent = await _absent(db, keys)
    return [
        (replace(own, people=tuple(p for p in own.people if p.id not in absent)), revisions[own.session.id])
        for own in classes
    ]


async def _absent(db: AsyncSession, session_ids: Sequence[UUID]) -> set[UUID]:
    """The participants who never came according to the filed attendance."""
    query = sa.select(col(AttendanceRow.participant_id)).where(
        col(AttendanceRow.session_id).in_(session_ids), col(AttendanceRow.first_joined_at).is_(None)
    )
    return set(await db.scalars(query))


async def children(db: AsyncSession, guardian_id: UUID) -> list[Student]:
    query = (
        sa.select(Student)
        .join(StudentGuardian, col(StudentGuardian.student_id) == col(Student.id))
        .where(col(StudentGuardian.guardian_id) == guardian_id, col(Student.retired_at).is_(None))
        .order_by(col(Student.name), col(Student.id))
    )
    return list(await db.scalars(query))


async def sent_to(db: AsyncSession, who: Principal, limit: int) -> list[Notice]:
    """Messages sent to this person about classes that they may still see; the latest first."""
    query = (
        sa.select(Notice)
        .join(Session, col(Session.id) == col(Notice.session_id))
        .where(col(Notice.recipient_id) == who.person_id, col(Notice.sent_at).is_not(None), visible_to(who))
        .order_by(col(Notice.sent_at).desc(), col(Notice.id))
        .limit(limit)
    )
    return list(await db.scalars(query))


_ClassQuery = sa.Select[Session, Course, str]


def _classes(who: Principal) -> _ClassQuery:
    return (
        sa.select(Session, Course, col(Instructor.name))
        .join(Course, col(Course.id) == col(Session.course_id))
        .join(Instructor, col(Instructor.id) == col(Session.instructor_id))
        .where(visible_to(who))
    )


async def _read(db: AsyncSession, query: _ClassQuery) -> list[OwnClass]:
    rows = list(await db.execute(query))
    people = await _people(db, [session.id for session, _, _ in rows])
    return [
        OwnClass(session, course, instructor, tuple(people[session.id]))
        for session, course, instructor in rows
    ]


async def _people(db: AsyncSession, session_ids: Sequence[UUID]) -> dict[UUID, list[Participant]]:
    query = sa.select(Participant).where(
        col(Participant.session_id).in_(session_ids), col(Participant.removed_at).is_(None)
    )
    by_session: dict[UUID, list[Participant]] = defaultdict(list)
    for person in await db.scalars(query.order_by(col(Participant.name), col(Participant.id))):
        by_session[person.session_id].append(person)
    return by_session
