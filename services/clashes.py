"""Names the people and the classes that refused bookings are about: a clash, or a hard rule.

Workflow histories hold ids only, so a refusal comes with ids and is named here, for the caller's answer. So are those
of a preview, all at once.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import DoubleBooked, HomeroomError, InstructorUnavailable, UnknownReference
from domain.people.access import Principal
from models.course import Course
from models.database import Database
from models.people import Instructor, Student
from models.repositories import class_lists, names, sessions
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
    except (InstructorUnavailable, DoubleBooked, UnknownReference) as error:
        async with database.tenant(organization_id) as db:
            (named,) = await with_names(db, [error], who)
        if named is None or named is error:
            raise
        raise named from error


async def with_names(
    db: AsyncSession, refusals: Sequence[HomeroomError | None], who: Principal | None = None
) -> list[HomeroomError | None]:
    """These refusals, those of clashes, rules and retired people with names; all are named with a few statements.

    `who` is not told of a class that they may not see.
    """
    rules = [one for one in refusals if isinstance(one, InstructorUnavailable)]
    clashes = [one for one in refusals if isinstance(one, DoubleBooked) and "clashing_person_id" in one.extra]
    retired = [one for one in refusals if isinstance(one, UnknownReference) and "retired_id" in one.extra]
    named: dict[int, HomeroomError] = {}
    for error, new in zip(rules, await instructor_rules.named(db, rules), strict=True):
        named[id(error)] = new
    for unknown, known in zip(retired, await _named_retired(db, retired), strict=True):
        named[id(unknown)] = known
    for clash, renamed in zip(clashes, await _named_clashes(db, clashes, who), strict=True):
        named[id(clash)] = renamed
    return [named.get(id(one), one) if one else None for one in refusals]


async def _named_clashes(
    db: AsyncSession, clashes: Sequence[DoubleBooked], who: Principal | None
) -> list[DoubleBooked]:
    """With the names of the person and of what takes them, which `extra` refers to."""
    people = {UUID(one.extra["clashing_person_id"]) for one in clashes}
    called = await names.of(db, Student, people) | await names.of(db, Instructor, people)
    ids = {UUID(key) for one in clashes if (key := one.extra.get("clashing_session_id"))}
    booked = {row.id: row for row in await sessions.get_sessions(db, ids)} if ids else {}
    shown = {row.id for row in await class_lists.of_ids(db, who, ids)} if who and ids else ids
    is_held = any("clashing_hold_id" in one.extra for one in clashes)
    zone = (await organizations.organization(db)).time_zone if is_held else ""
    return [_named(one, called, booked, shown, zone) for one in clashes]


def _named(
    error: DoubleBooked,
    called: Mapping[UUID, str],
    booked: Mapping[UUID, Session],
    shown: set[UUID],
    zone: str,
) -> DoubleBooked:
    name = called.get(UUID(error.extra["clashing_person_id"]))
    if name is None:
        return error
    if "clashing_hold_id" in error.extra:
        return _named_hold(error, name, zone)
    key = UUID(error.extra["clashing_session_id"])
    session = booked.get(key)
    if session is None:
        return error
    if key not in shown:
        return DoubleBooked(f"{name} has another class at that time", next_step=error.next_step)
    span = span_of(session.starts_at, session.ends_at, session.time_zone)
    return DoubleBooked(
        f"{name} has another class at that time: “{session.title}”, {span}",
        next_step=error.next_step,
        **error.extra,
    )


async def _named_retired(db: AsyncSession, errors: Sequence[UnknownReference]) -> list[UnknownReference]:
    """With the names of the people and courses that their `extra` refers to."""
    called: dict[UUID, str] = {}
    keys = {UUID(one.extra["retired_id"]) for one in errors}
    for table in (Instructor, Student, Course) if keys else ():
        called |= await names.of(db, table, keys)
    found = ((one, called.get(UUID(one.extra["retired_id"]))) for one in errors)
    return [
        UnknownReference(f"{name} is retired", next_step=one.next_step, **one.extra) if name else one
        for one, name in found
    ]


def _named_hold(error: DoubleBooked, name: str, zone: str) -> DoubleBooked:
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
