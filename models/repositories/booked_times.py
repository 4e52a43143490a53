"""Booked time: what classes and holds reserve of people, and who is in the way of whom.

Whoever reserves locks the people first. Holds that have expired by then reserve nothing, whether housekeeping has
removed them or not.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import DoubleBooked
from models.series import SeriesOccurrence
from models.session import BookedTime
from models.time_hold import TimeHold

_OTHER_CLASS = "the instructor or a student has another class at that time"
_NOW = sa.func.clock_timestamp()  # later than the transaction's start, which may have waited for its locks
_RESERVES = col(BookedTime.expires_at).is_(None) | (col(BookedTime.expires_at) > _NOW)
_SPAN = (
    sa.func.lower(col(BookedTime.during)).label("start"),
    sa.func.upper(col(BookedTime.during)).label("end"),
)
_RESERVATION = (
    col(BookedTime.person_id),
    *_SPAN,
    col(BookedTime.session_id),
    col(BookedTime.hold_id),
    col(BookedTime.expires_at),
)
_BY_START = (sa.func.lower(col(BookedTime.during)), col(BookedTime.person_id))


@dataclass(frozen=True)
class Owner:
    """What reserves time: a class, or a hold until it expires."""

    organization_id: UUID
    session_id: UUID | None = None
    hold_id: UUID | None = None
    expires_at: datetime | None = None


async def lock_people(db: AsyncSession, people: Iterable[UUID]) -> None:
    """In the order of their ids, so that concurrent bookings wait for each other instead of deadlocking."""
    for person in sorted(people):
        await db.execute(
            sa.text("select pg_advisory_xact_lock(hashtextextended(:person, 0))"), {"person": str(person)}
        )


async def reserve(
    db: AsyncSession, owner: Owner, people: Sequence[UUID], starts_at: datetime, ends_at: datetime
) -> None:
    """Reserve time of people whom the caller has locked.

    Raises DoubleBooked, see `clash_of`.
    """
    if not people:
        return
    expired = (
        *_overlaps(owner.organization_id, people, starts_at, ends_at),
        col(BookedTime.expires_at) <= _NOW,
    )
    await db.execute(sa.delete(BookedTime).where(*expired))
    if clash := await clash_of(db, owner, people, starts_at, ends_at):
        raise clash
    own = asdict(owner) | {"during": _span(starts_at, ends_at)}
    try:
        await db.execute(sa.insert(BookedTime), [own | {"person_id": person} for person in people])
    except IntegrityError as error:
        if "ex_booked_time_person_during" in str(error.orig):
            raise DoubleBooked(_OTHER_CLASS) from error
        raise


@dataclass(frozen=True)
class Reservation:
    """Time of a person that a class or a hold reserves."""

    person_id: UUID
    starts_at: datetime
    ends_at: datetime
    session_id: UUID | None = None
    hold_id: UUID | None = None
    expires_at: datetime | None = None  # of a hold
    class_id: UUID | None = None  # for which a plan holds it, as far as it was read

    def refusal(self) -> DoubleBooked:
        """What a booking of the person at this time is refused with."""
        by = "session" if self.session_id else "hold"
        ends = {"clashing_hold_expires_at": self.expires_at.isoformat()} if self.expires_at else {}
        return DoubleBooked(
            _OTHER_CLASS,
            **{
                "clashing_person_id": str(self.person_id),
                f"clashing_{by}_id": str(self.session_id or self.hold_id),
                "clashing_starts_at": _iso(self.starts_at),
                "clashing_ends_at": _iso(self.ends_at),
                **ends,
            },
        )


async def reservations(
    db: AsyncSession, person_ids: Collection[UUID], start: datetime, end: datetime
) -> list[Reservation]:
    """What reserves time of these people in this span, by its start."""
    query = (
        sa.select(*_RESERVATION, col(TimeHold.class_id))
        .outerjoin(TimeHold, col(TimeHold.id) == col(BookedTime.hold_id))
        .where(_is_of(person_ids), _is_during(start, end), _RESERVES)
        .order_by(*_BY_START)
    )
    return [Reservation(*row) for row in await db.execute(query)]


async def taken(
    db: AsyncSession, people: Collection[UUID], starts_at: datetime, ends_at: datetime
) -> list[Reservation]:
    """Everything that reserves time of people whom the caller has locked. What has expired is removed."""
    of_people = (col(BookedTime.person_id).in_(people), _is_during(starts_at, ends_at))
    await db.execute(sa.delete(BookedTime).where(*of_people, col(BookedTime.expires_at) <= _NOW))
    found = await db.execute(sa.select(*_RESERVATION).where(*of_people))
    return [Reservation(*row) for row in found]


async def add_held(
    db: AsyncSession, held: Sequence[tuple[Owner, Sequence[UUID], datetime, datetime]]
) -> None:
    """Reserve time of many holds at once, for people whom the caller has locked and found free."""
    rows = [
        asdict(owner) | {"during": _span(starts_at, ends_at), "person_id": person}
        for owner, people, starts_at, ends_at in held
        for person in people
    ]
    if rows:
        await db.execute(sa.insert(BookedTime), rows)


async def clash_of(
    db: AsyncSession,
    owner: Owner,
    people: Sequence[UUID],
    starts_at: datetime,
    ends_at: datetime,
) -> DoubleBooked | None:
    """The first person whom something else takes in this time, what takes them, and when, as a refusal."""
    query = (
        sa.select(*_RESERVATION)
        .where(*_overlaps(owner.organization_id, people, starts_at, ends_at), _is_not(owner), _RESERVES)
        .order_by(*_BY_START)
        .limit(1)
    )
    found = (await db.execute(query)).first()
    return Reservation(*found).refusal() if found else None


def _overlaps(
    organization_id: UUID, people: Collection[UUID], starts_at: datetime, ends_at: datetime
) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(BookedTime.organization_id) == organization_id,
        _is_of(people),
        _is_during(starts_at, ends_at),
    )


def _is_of(people: Collection[UUID]) -> sa.ColumnElement[bool]:
    """As one array: with a parameter for each of a hundred people, making the statement takes longer than the query."""
    return col(BookedTime.person_id) == sa.any_(sa.literal(list(people), sa.ARRAY(sa.Uuid)))


def _is_during(start: datetime, end: datetime) -> sa.ColumnElement[bool]:
    return col(BookedTime.during).op("&&")(sa.literal(_span(start, end), TSTZRANGE))


def _span(start: datetime, end: datetime) -> Range[datetime]:
    return Range(start, end, bounds="[)")


async def overlapping(
    db: AsyncSession,
    person_ids: Collection[UUID],
    start: datetime,
    end: datetime,
    besides: UUID | None = None,
    besides_series: UUID | None = None,
) -> dict[UUID, list[tuple[datetime, datetime]]]:
    """The times that classes and holds reserve of these people in this span.

    The class `besides` is left out, with what plans hold for it, and so are those of the series `besides_series`.
    """
    query = sa.select(col(BookedTime.person_id), *_SPAN).where(
        _is_of(person_ids), _is_during(start, end), _RESERVES
    )
    if besides:
        query = query.where(col(BookedTime.session_id).is_distinct_from(besides), ~_is_held_for(besides))
    if besides_series:
        own = sa.exists().where(
            col(SeriesOccurrence.series_id) == besides_series,
            col(SeriesOccurrence.session_id) == col(BookedTime.session_id),
        )
        query = query.where(~own)
    found: dict[UUID, list[tuple[datetime, datetime]]] = {}
    for row in await db.execute(query):
        found.setdefault(row.person_id, []).append((row.start, row.end))
    return found


@dataclass(frozen=True)
class HeldTime:
    """What a hold that has not expired reserves of a person."""

    hold_id: UUID
    person_id: UUID
    starts_at: datetime
    ends_at: datetime
    class_id: UUID | None  # for which a plan holds it


async def held(
    db: AsyncSession, person_ids: Collection[UUID], start: datetime, end: datetime
) -> list[HeldTime]:
    """What holds reserve of these people in this span."""
    query = (
        sa.select(col(BookedTime.hold_id), col(BookedTime.person_id), *_SPAN, col(TimeHold.class_id))
        .join(TimeHold, col(TimeHold.id) == col(BookedTime.hold_id))
        .where(_is_of(person_ids), _is_during(start, end), _RESERVES)
    )
    return [HeldTime(*row) for row in await db.execute(query)]


def _is_held_for(class_id: UUID) -> sa.ColumnElement[bool]:
    return sa.exists().where(col(TimeHold.id) == col(BookedTime.hold_id), col(TimeHold.class_id) == class_id)


def _is_not(owner: Owner) -> sa.ColumnElement[bool]:
    if owner.session_id:
        return col(BookedTime.session_id).is_distinct_from(owner.session_id)
    return col(BookedTime.hold_id).is_distinct_from(owner.hold_id)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
