"""Keeps the rules about an instructor in a booking: what they may teach, when, and how much; or sets them aside.

Somebody who books can set the rules aside with a reason. Workflow histories hold no free text, so the reason waits in
the database for the activity that needs it. Without availability every hour will do. Which rules count, and whether
somebody without known qualifications may teach every course, `services/instructor_standing.py` says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InstructorUnavailable
from domain.scheduling.booking_rules import broken_rules, sentence
from domain.scheduling.candidates import ClassToTeach, WhyNot
from models.authorship import authorship
from models.course import Course
from models.people import Instructor
from models.repositories import (
    booked_times,
    entities,
    imported_calendars,
    names,
    override_requests,
    people,
    substitutions,
)
from models.session import Session
from services.closed_times import with_closed_days
from services.instructor_standing import class_of, standing

BOOKED_AROUND = timedelta(days=8)  # on both sides of a class, for the limits of its day and week
_SOMEBODY = "The instructor"


async def check(
    db: AsyncSession,
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    override: UUID | None,
    *,
    keeps_time: bool = False,
) -> None:
    """Refuse a class that breaks a rule about its instructor, unless an override is asked for; then write it down.

    Call it when the time of the class is reserved: whoever books the same instructor waits until the transaction ends,
    and so does a change of their rules. A class that `keeps_time` may stand on a
    closed day. Raises InstructorUnavailable, UnknownReference for a retired instructor.
    """
    broken = await _broken(db, session, starts_at, ends_at, keeps_time=keeps_time)
    session.rules_version = broken.rules_version
    reason = await override_requests.take(db, override) if override else None
    if broken.rules and not reason:
        raise broken.refusal()
    _write(session, broken.rules, reason)
    await db.flush()


async def refusal_of(
    db: AsyncSession, session: Session, starts_at: datetime, ends_at: datetime
) -> InstructorUnavailable | None:
    """Why the class would be refused at this time, with the instructor's name; None: no rule is broken.

    Raises UnknownReference for a retired instructor.
    """
    broken = await _broken(db, session, starts_at, ends_at)
    return await named(db, broken.refusal()) if broken.rules else None


async def _broken(
    db: AsyncSession, session: Session, starts_at: datetime, ends_at: datetime, *, keeps_time: bool = False
) -> "Broken":
    course = await entities.get(db, Course, session.course_id)
    asked = class_of(course, starts_at, ends_at)
    return await broken_by(db, session.instructor_id, asked, besides=session.id, keeps_time=keeps_time)


@dataclass(frozen=True)
class Broken:
    """The rules that an instructor's class would break; none: they may teach it."""

    instructor_id: UUID
    rules: tuple[WhyNot, ...]
    texts: tuple[str, ...]  # a sentence for each rule, without the instructor's name
    rules_version: int  # of the published scheduling rules; 0: none are

    def refusal(self) -> InstructorUnavailable:
        return InstructorUnavailable(
            " ".join(self.texts), rules=",".join(self.rules), instructor_id=str(self.instructor_id)
        )


async def broken_by(
    db: AsyncSession,
    instructor_id: UUID,
    wanted: ClassToTeach,
    besides: UUID | None = None,
    *,
    keeps_time: bool = False,
) -> Broken:
    """The rules that this class would break. `besides` is the class itself, where it has a time already.

    One that `keeps_time` may stand on a closed day.

    Raises UnknownReference for a retired instructor.
    """
    instructor = await entities.in_use(db, Instructor, instructor_id)
    own = await standing(db)
    if not keeps_time:
        wanted = await with_closed_days(db, wanted, wanted.starts_at, wanted.ends_at)
    wanted = own.wanted(wanted)
    held = (await people.qualifications(db, [instructor_id])).get(instructor_id)
    start, end = wanted.starts_at, wanted.ends_at
    booked = await booked_times.overlapping(
        db, [instructor_id], start - BOOKED_AROUND, end + BOOKED_AROUND, besides
    )
    stored = await substitutions.availability(db, instructor_id)
    busy = await imported_calendars.busy_times(db, [instructor_id], start, end)
    candidate = own.candidate(
        instructor,
        stored,
        held,
        [(wanted.subject, wanted.level)],
        booked.get(instructor_id, []),
        busy.get(instructor_id, []),
    )
    rules = broken_rules(wanted, candidate)
    texts = tuple(sentence(rule, _SOMEBODY, wanted, candidate) for rule in rules)
    return Broken(instructor_id, rules, texts, own.rules_version)


def _write(session: Session, broken: Iterable[str], reason: str | None) -> None:
    """On the row of the class, whose changes are in the change log with their author."""
    rules = [str(rule) for rule in broken]
    session.overridden_rules = rules
    session.override_reason = reason if rules else None
    session.overridden_by = authorship.get().actor if rules else None


async def named(db: AsyncSession, error: InstructorUnavailable) -> InstructorUnavailable:
    """The refusal with the name of the instructor that its `extra` refers to."""
    key = UUID(error.extra["instructor_id"])
    name = (await names.of(db, Instructor, [key])).get(key)
    if name is None:
        return error
    detail = error.detail.replace(_SOMEBODY, name)
    return InstructorUnavailable(detail, next_step=error.next_step, **error.extra)
