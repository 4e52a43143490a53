"""Names the people and the class that a refused booking is about: a clash, or an instructor who cannot teach it.

Workflow histories hold ids only, so the refusal comes with ids and is named here, for the caller's answer. What shows a
booking before it is made asks for the same refusal.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import DoubleBooked, InstructorUnavailable, NotFound, UnknownReference
from domain.people.access import Principal
from models.course import Course
from models.database import Database
from models.people import Instructor, Student
from models.repositories import names, sessions
from models.session import Session
from reports.moments import clock, moment
from services import instructor_rules, organizations


@asynccontextmanager
async def named_refusals(
    database: Database, organization_id: UUID, who: Principal | None = None
) -> AsyncIterator[None]:
    """Raise DoubleBooked, InstructorUnavailable and UnknownReference of a retired row from within again, with names.

    `who` is not told of a class that they may not see.
    """
    try:
        yield
    except InstructorUnavailable as error:
        async with database.tenant(organization_id) as db:
            refusal = await instructor_rules.named(db, error)
        raise refusal from error
    except UnknownReference as error:
        if "retired_id" not in error.extra:
            raise
        async with database.tenant(organization_id) as db:
            unknown = await _named_retired(db, error)
        raise unknown from error
    except DoubleBooked as error:
        if "clashing_person_id" not in error.extra:
            raise
        async with database.tenant(organization_id) as db:
            named = await named_clash(db, error, who)
        raise named from error


async def require_bookable(
    db: AsyncSession,
    who: Principal,
    session: Session,
    people: Sequence[UUID],
    starts_at: datetime,
    ends_at: datetime,
    *,
    besides: Collection[UUID] = (),
    override: bool = False,
) -> None:
    """Raises, with names, what a booking of this time would be refused with: DoubleBooked or InstructorUnavailable.

    Reserves nothing. Classes in `besides` are in nobody's way; `override` sets the rules about the instructor aside.
    Raises UnknownReference for a retired instructor.
    """
    if clash := await sessions.clash_of(db, session, people, starts_at, ends_at, besides):
        raise await named_clash(db, clash, who)
    if not override and (refusal := await instructor_rules.refusal_of(db, session, starts_at, ends_at)):
        raise refusal


async def named_clash(db: AsyncSession, error: DoubleBooked, who: Principal | None = None) -> DoubleBooked:
    """The refusal with the names of the person and of what takes them, which its `extra` refers to."""
    person = UUID(error.extra["clashing_person_id"])
    name = (await names.of(db, Student, [person]) | await names.of(db, Instructor, [person])).get(person)
    if name is None:
        return error
    if "clashing_hold_id" in error.extra:
        return await _named_hold(db, error, name)
    key = UUID(error.extra["clashing_session_id"])
    try:
        session = await sessions.get_session(db, key)
    except NotFound:
        return error
    if who is not None and not await sessions.is_visible(db, key, who):
        return DoubleBooked(f"{name} has another class at that time", next_step=error.next_step)
    span = span_of(session.starts_at, session.ends_at, session.time_zone)
    return DoubleBooked(
        f"{name} has another class at that time: “{session.title}”, {span}",
        next_step=error.next_step,
        **error.extra,
    )


async def _named_retired(db: AsyncSession, error: UnknownReference) -> UnknownReference:
    """The refusal with the name of the person or course that its `extra` refers to."""
    key = UUID(error.extra["retired_id"])
    for table in (Instructor, Student, Course):
        if name := (await names.of(db, table, [key])).get(key):
            return UnknownReference(f"{name} is retired", next_step=error.next_step, **error.extra)
    return error


async def _named_hold(db: AsyncSession, error: DoubleBooked, name: str) -> DoubleBooked:
    zone = (await organizations.organization(db)).time_zone
    starts_at, ends_at, expires_at = (
        datetime.fromisoformat(error.extra[f"clashing_{part}"])
        for part in ("starts_at", "ends_at", "hold_expires_at")
    )
    return DoubleBooked(
        f"{name} is held for another booking at that time: {span_of(starts_at, ends_at, zone)}",
        next_step=f"Choose another time, or try again after {clock(expires_at, 'en', zone)}, when the hold expires.",
        **error.extra,
    )


def span_of(start: datetime, end: datetime, zone: str) -> str:
    """When a class is, in its own time zone (IANA), which is named."""
    starts_at = moment(start, "en", zone, now=datetime.now(UTC))
    return f"{starts_at} to {clock(end, 'en', zone)} ({zone.replace('_', ' ')})"
