"""However many bookings race, nobody is ever in two classes at once, and the losers get DoubleBooked."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Coroutine, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.errors import DoubleBooked
from models.database import Database
from models.repositories import sessions
from models.session import BookedTime
from tests.models.rows import NOON, Tenant, another_session, make_tenant
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter

MINUTE = timedelta(minutes=1)
CALLERS = 24


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """With a connection for each of many callers."""
    opened = Database(database_urls.application, pool_size=CALLERS)
    yield opened
    await opened.aclose()


async def hold(
    database: Database,
    tenant: Tenant,
    session_id: UUID,
    people: Sequence[UUID],
    start: datetime,
    end: datetime,
) -> None:
    async with database.tenant(tenant.id) as db:
        session = await sessions.get_session(db, session_id)
        await sessions.hold_time(db, session, people, start, end)


async def held(database: Database, tenant: Tenant, person: UUID) -> list[tuple[datetime, datetime]]:
    """The reserved time spans of a person, in order of time."""
    query = sa.select(col(BookedTime.during)).where(col(BookedTime.person_id) == person)
    async with database.tenant(tenant.id) as db:
        return sorted((span.lower or NOON, span.upper or NOON) for span in await db.scalars(query))


async def race(*holds: Coroutine[None, None, None]) -> list[bool]:
    """Which of them succeeded. An error other than DoubleBooked is raised."""
    outcomes = await asyncio.gather(*holds, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, DoubleBooked):
            raise outcome
    return [outcome is None for outcome in outcomes]


def shuffled(people: list[UUID], seed: int) -> list[UUID]:
    return random.Random(seed).sample(people, len(people))


async def test_one_of_many_racing_bookings_of_the_same_hour_wins(database: Database, tenant: Tenant) -> None:
    people = [uuid4() for _ in range(5)]
    holds = []
    for number in range(CALLERS):
        session_id, start = await another_session(database, tenant), NOON + number * MINUTE
        who = shuffled(people, number)
        holds.append(hold(database, tenant, session_id, who, start, start + CALLERS * MINUTE))
    won = await race(*holds)
    assert sum(won) == 1
    for person in people:
        assert len(await held(database, tenant, person)) == 1


@pytest.mark.parametrize("seed", range(3))
async def test_racing_bookings_never_overlap(database: Database, tenant: Tenant, seed: int) -> None:
    dice = random.Random(seed)
    people = [uuid4() for _ in range(8)]
    bookings: list[tuple[UUID, list[UUID], datetime, datetime]] = []
    for _ in range(3 * CALLERS):
        start = NOON + dice.randrange(120) * MINUTE
        end = start + dice.randrange(1, 30) * MINUTE
        who = dice.sample(people, dice.randrange(1, 5))
        bookings.append((await another_session(database, tenant), who, start, end))
    won = await race(*(hold(database, tenant, *booking) for booking in bookings))
    assert any(won)
    assert not all(won)
    for person in people:
        spans = await held(database, tenant, person)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
        expected = [
            (start, end)
            for (_, who, start, end), yes in zip(bookings, won, strict=True)
            if yes and person in who
        ]
        assert spans == sorted(expected)


async def test_racing_moves_of_a_class_leave_one_time_for_everybody(
    database: Database, tenant: Tenant
) -> None:
    session_id, people = await another_session(database, tenant), [uuid4() for _ in range(3)]
    moves = []
    for number in range(CALLERS):
        start, who = NOON + number * MINUTE, shuffled(people, number)
        moves.append(hold(database, tenant, session_id, who, start, start + 10 * MINUTE))
    assert all(await race(*moves))
    times = {tuple(await held(database, tenant, person)) for person in people}
    assert len(times) == 1, "everybody is moved to the same time"


async def test_two_classes_swapping_times_keep_their_own(database: Database, tenant: Tenant) -> None:
    people = [uuid4() for _ in range(3)]
    first, second = [await another_session(database, tenant) for _ in range(2)]
    later = NOON + 60 * MINUTE
    await hold(database, tenant, first, people, NOON, NOON + 30 * MINUTE)
    await hold(database, tenant, second, people, later, later + 30 * MINUTE)
    won = await race(
        hold(database, tenant, first, people, later, later + 30 * MINUTE),
        hold(database, tenant, second, people[::-1], NOON, NOON + 30 * MINUTE),
    )
    assert won == [False, False]
    for person in people:
        assert [start for start, _ in await held(database, tenant, person)] == [NOON, later]


async def test_classes_can_follow_each_other_without_a_gap(database: Database, tenant: Tenant) -> None:
    person = uuid4()
    for number in range(3):
        session_id = await another_session(database, tenant)
        start = NOON + 30 * number * MINUTE
        await hold(database, tenant, session_id, [person], start, start + 30 * MINUTE)
    assert len(await held(database, tenant, person)) == 3


async def test_released_time_can_be_reserved_again(database: Database, tenant: Tenant) -> None:
    person = uuid4()
    first, second = [await another_session(database, tenant) for _ in range(2)]
    await hold(database, tenant, first, [person], NOON, NOON + MINUTE)
    async with database.tenant(tenant.id) as db:
        await sessions.release_time(db, first)
    await hold(database, tenant, second, [person], NOON, NOON + MINUTE)
    assert len(await held(database, tenant, person)) == 1


async def test_double_booking_error_has_a_next_step_and_names_nobody(
    database: Database, tenant: Tenant
) -> None:
    person = uuid4()
    first, second = [await another_session(database, tenant) for _ in range(2)]
    await hold(database, tenant, first, [person], NOON, NOON + MINUTE)
    with pytest.raises(DoubleBooked) as refused:
        await hold(database, tenant, second, [person], NOON, NOON + MINUTE)
    assert refused.value.next_step
    assert str(person) not in str(refused.value)
    assert refused.value.extra == {
        "clashing_person_id": str(person),
        "clashing_session_id": str(first),
        "clashing_starts_at": NOON.isoformat(),
        "clashing_ends_at": (NOON + MINUTE).isoformat(),
    }


async def test_bookings_of_other_organizations_do_not_conflict(database: Database, tenant: Tenant) -> None:
    """Even if the same person id occurs in both."""
    person, other = uuid4(), await make_tenant(database)
    for each in (tenant, other):
        await hold(database, each, await another_session(database, each), [person], NOON, NOON + MINUTE)
        assert len(await held(database, each, person)) == 1


async def test_a_class_that_ended_early_frees_the_rest_of_its_time(
    database: Database, tenant: Tenant
) -> None:
    person, other = uuid4(), uuid4()
    ended, unheld = [await another_session(database, tenant) for _ in range(2)]
    await hold(database, tenant, ended, [person], NOON, NOON + 60 * MINUTE)
    await hold(database, tenant, unheld, [other], NOON, NOON + 60 * MINUTE)
    async with database.tenant(tenant.id) as db:
        await sessions.release_time_after(db, ended, NOON + 20 * MINUTE)
        await sessions.release_time_after(db, unheld, NOON - 5 * MINUTE)
    assert await held(database, tenant, person) == [(NOON, NOON + 20 * MINUTE)]
    assert await held(database, tenant, other) == []
    async with database.tenant(tenant.id) as db:
        await sessions.release_time_after(db, ended, NOON + 40 * MINUTE)
    assert await held(database, tenant, person) == [(NOON, NOON + 20 * MINUTE)], "an end is never put off"


async def test_held_time_and_classes_exclude_each_other_without_locks(
    database: Database, tenant: Tenant
) -> None:
    """The constraint itself refuses the second, whoever writes first."""
    person, hold_id = uuid4(), tenant["time_hold"]["id"]
    span = {"organization_id": tenant.id, "person_id": person}
    rows = [
        span | {"session_id": tenant.session_id, "during": Range(NOON, NOON + MINUTE, bounds="[)")},
        span
        | {"hold_id": hold_id, "expires_at": NOON, "during": Range(NOON, NOON + 2 * MINUTE, bounds="[)")},
    ]

    async def write(first: dict[str, object], second: dict[str, object]) -> None:
        async with database.tenant(tenant.id) as db:
            await db.execute(sa.insert(BookedTime).values(first))
            await db.execute(sa.insert(BookedTime).values(second))

    for first, second in (rows, rows[::-1]):
        with pytest.raises(IntegrityError, match="ex_booked_time_person_during"):
            await write(first, second)
