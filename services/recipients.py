"""Who a notice goes to, and for whom they read."""

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
    participants: tuple[Participant, ...]  # who they read for: their children, or themselves
    quiet_from: time | None = None
    quiet_until: time | None = None


async def recipients(
    db: AsyncSession,
    kind: NoticeKind,
    session: Session,
    instructor: Instructor,
    everybody: Sequence[Participant],
    now: datetime,
) -> list[Recipient]:
    wanted = audiences(kind)
    found = [_instructor(instructor, everybody)] if Audience.INSTRUCTOR in wanted else []
    if Audience.GUARDIANS in wanted:
        found += await _guardians(db, everybody)
    if Audience.GUARDIANS_OF_ABSENT in wanted:
        found += await _guardians(db, await _absent(db, session, everybody, now))
    return found


def _instructor(who: Instructor, everybody: Sequence[Participant]) -> Recipient:
    own = tuple(p for p in everybody if p.instructor_id == who.id)
    return Recipient("instructor", who.id, who.name, who.email, who.language, who.time_zone, own)


async def _absent(
    db: AsyncSession, session: Session, everybody: Sequence[Participant], now: datetime
) -> list[Participant]:
    """Those who have not been in the class for a moment."""
    recorded = await events.of_session(db, session.id)
    rows = await asyncio.to_thread(attendance_rows, session, everybody, recorded, now)
    came = {row.participant_id for row in rows if row.seconds > 0}
    return [person for person in everybody if person.role == Role.STUDENT and person.id not in came]


async def _guardians(db: AsyncSession, readable: Sequence[Participant]) -> list[Recipient]:
    """One message per guardian, for all their children among these."""
    by_student = {p.student_id: p for p in readable if p.student_id}
    children: dict[UUID, list[Participant]] = defaultdict(list)
    who: dict[UUID, Guardian] = {}
    for guardian, student in await people.guardians_of(db, list(by_student)):
        who[guardian.id] = guardian
        children[guardian.id].append(by_student[student.id])
    return [_guardian(guardian, tuple(children[guardian.id])) for guardian in who.values()]


def _guardian(who: Guardian, children: tuple[Participant, ...]) -> Recipient:
    return Recipient(
        "guardian",
        who.id,
        who.name,
        who.email,
        who.language,
        who.time_zone,
        children,
        who.quiet_from,
        who.quiet_until,
    )
