"""The recipients of a notice, and the participants that each receives it for."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.notices.kinds import Audience, NoticeKind, audiences
from domain.people.roles import Role
from models.people import Guardian, Instructor
from models.repositories import events, people
from models.session import Participant, Session
from services.attendance import attendance_rows


@dataclass(frozen=True)
class Recipient:
    kind: str
    id: UUID
    name: str
    address: str
    language: str
    time_zone: str
    participants: tuple[Participant, ...]  # the guardian's children in the class, or the instructor
    quiet_from: time | None = None
    quiet_until: time | None = None


async def recipients(
    db: AsyncSession,
    kind: NoticeKind,
    session: Session,
    instructor: Instructor,
    participants: Sequence[Participant],
    now: datetime,
) -> list[Recipient]:
    """Everybody to whom notices of this kind about the class are sent."""
    wanted = audiences(kind)
    to = [_instructor(instructor, participants)] if Audience.INSTRUCTOR in wanted else []
    if Audience.GUARDIANS in wanted:
        to += await _guardians(db, participants)
    if Audience.GUARDIANS_OF_ABSENT in wanted:
        to += await _guardians(db, await _absent(db, session, participants, now))
    return to


def _instructor(instructor: Instructor, participants: Sequence[Participant]) -> Recipient:
    own = tuple(p for p in participants if p.instructor_id == instructor.id)
    return Recipient(
        "instructor",
        instructor.id,
        instructor.name,
        instructor.email,
        instructor.language,
        instructor.time_zone,
        own,
    )


async def _absent(
    db: AsyncSession, session: Session, participants: Sequence[Participant], now: datetime
) -> list[Participant]:
    """The students who have not been in the class at all."""
    recorded = await events.of_session(db, session.id)
    rows = await asyncio.to_thread(attendance_rows, session, participants, recorded, now)
    joined = {row.participant_id for row in rows if row.seconds > 0}
    return [person for person in participants if person.role == Role.STUDENT and person.id not in joined]


async def _guardians(db: AsyncSession, students: Sequence[Participant]) -> list[Recipient]:
    """The guardians of these students, each once, with all their children among them."""
    by_student = {p.student_id: p for p in students if p.student_id}
    children: dict[UUID, list[Participant]] = defaultdict(list)
    guardians: dict[UUID, Guardian] = {}
    for guardian, student in await people.guardians_of(db, list(by_student)):
        guardians[guardian.id] = guardian
        children[guardian.id].append(by_student[student.id])
    return [_guardian(guardian, tuple(children[guardian.id])) for guardian in guardians.values()]


def _guardian(guardian: Guardian, children: tuple[Participant, ...]) -> Recipient:
    return Recipient(
        "guardian",
        guardian.id,
        guardian.name,
        guardian.email,
        guardian.language,
        guardian.time_zone,
        children,
        guardian.quiet_from,
        guardian.quiet_until,
    )
