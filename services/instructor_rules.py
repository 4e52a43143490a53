"""Keeps the rules about an instructor in a booking: what they may teach, when, and how much; or sets them aside.

Somebody who books can set the rules aside with a reason. Workflow histories hold no free text, so the reason waits in
the database for the activity that needs it. Without availability every hour will do. Which rules count, and whether
somebody without known qualifications may teach every course, `services/instructor_standing.py` says.
"""

from collections.abc import Collection, Iterable, Mapping
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
from models.substitution import InstructorAvailability
from services.closed_times import with_closed_days
from services.instructor_standing import InstructorStanding, Spans, class_of, standing

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
    if not keeps_time:
        wanted = await with_closed_days(db, wanted, wanted.starts_at, wanted.ends_at)
    known = await read_rules(db, [instructor_id], wanted.starts_at, wanted.ends_at, besides)
    return known.broken_by(instructor_id, wanted)


@dataclass(frozen=True)
class InstructorRules:
    """What is known of some instructors in a span of time, by which classes in it are judged."""

    standing: InstructorStanding
    instructors: Mapping[UUID, Instructor]
    qualifications: Mapping[UUID, Collection[tuple[str, str]]]
    availability: Mapping[UUID, InstructorAvailability]
    booked: Mapping[UUID, Spans]
    busy: Mapping[UUID, Spans]

    def broken_by(self, instructor_id: UUID, wanted: ClassToTeach) -> Broken:
        """The rules that this class would break."""
        wanted = self.standing.wanted(wanted)
        start, end = wanted.starts_at, wanted.ends_at
        candidate = self.standing.candidate(
            self.instructors[instructor_id],
            self.availability.get(instructor_id),
            self.qualifications.get(instructor_id),
            [(wanted.subject, wanted.level)],
            _within(self.booked.get(instructor_id, ()), start - BOOKED_AROUND, end + BOOKED_AROUND),
            _within(self.busy.get(instructor_id, ()), start, end),
        )
        rules = broken_rules(wanted, candidate)
        texts = tuple(sentence(rule, _SOMEBODY, wanted, candidate) for rule in rules)
        return Broken(instructor_id, rules, texts, self.standing.rules_version)

    def refusal_of(self, instructor_id: UUID, wanted: ClassToTeach) -> InstructorUnavailable | None:
        """Why the class would be refused, with the instructor's name; None: no rule is broken."""
        broken = self.broken_by(instructor_id, wanted)
        return _with_name(broken.refusal(), self.instructors[instructor_id].name) if broken.rules else None


async def read_rules(
    db: AsyncSession,
    instructor_ids: Collection[UUID],
    start: datetime,
    end: datetime,
    besides: UUID | None = None,
) -> InstructorRules:
    """Of these instructors, for classes from `start` until `end`, with one query for each kind of fact.

    `besides` is a class that counts for none of them. Raises UnknownReference for a retired instructor.
    """
    keys = list(instructor_ids)
    return InstructorRules(
        await standing(db),
        {one.id: one for one in await entities.all_in_use(db, Instructor, keys)},
        await people.qualifications(db, keys),
        await substitutions.availabilities(db, keys),
        await booked_times.overlapping(db, keys, start - BOOKED_AROUND, end + BOOKED_AROUND, besides),
        await imported_calendars.busy_times(db, keys, start, end),
    )


def _within(spans: Spans, start: datetime, end: datetime) -> Spans:
    return [span for span in spans if span[0] < end and start < span[1]]


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
    return _with_name(error, name)


def _with_name(error: InstructorUnavailable, name: str) -> InstructorUnavailable:
    detail = error.detail.replace(_SOMEBODY, name)
    return InstructorUnavailable(detail, next_step=error.next_step, **error.extra)
