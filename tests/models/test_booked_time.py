"""However many bookings race, nobody is ever in two classes at once, and whoever loses is told so."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Coroutine, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
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
    """From when to when, in order of time."""
    query = sa.select(col(BookedTime.during)).where(col(BookedTime.person_id) == person)
    async with database.tenant(tenant.id) as db:
        return sorted((span.lower or NOON, span.upper or NOON) for span in await db.scalars(query))


async def race(*holds: Coroutine[None, None, None]) -> list[bool]:
    """Who won. Any other end than a win and DoubleBooked is raised."""
    outcomes = await asyncio.gather(*holds, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, DoubleBooked):
            raise outcome
    return [outcome is None for outcome in outcomes]


def in_another_order(people: list[UUID], seed: int) -> list[UUID]:
    return random.Random(seed).sample(people, len(people))


async def test_of_many_bookings_of_one_hour_one_wins(database: Database, tenant: Tenant) -> None:
    people = [uuid4() for _ in range(5)]
    holds = []
    for number in range(CALLERS):
        session_id, start = await another_session(database, tenant), NOON + number * MINUTE
        who = in_another_order(people, number)
        holds.append(hold(database, tenant, session_id, who, start, start + CALLERS * MINUTE))
    won = await race(*holds)
    assert sum(won) == 1
    for person in people:
        assert len(await held(database, tenant, person)) == 1


@pytest.mark.parametrize("seed", range(3))
async def test_racing_bookings_never_overlap(database: Database, tenant: Tenant, seed: int) -> None:
    dice = random.Random(seed)
    people = [uuid4() for _ in range(8)]
    wanted: list[tuple[UUID, list[UUID], datetime, datetime]] = []
    for _ in range(3 * CALLERS):
        start = NOON + dice.randrange(120) * MINUTE
        end = start + dice.randrange(1, 30) * MINUTE
        who = dice.sample(people, dice.randrange(1, 5))
        wanted.append((await another_session(database, tenant), who, start, end))
    won = await race(*(hold(database, tenant, *one) for one in wanted))
    assert any(won)
    assert not all(won)
    for person in people:
        spans = await held(database, tenant, person)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
        expected = [
            (start, end)
            for (_, who, start, end), yes in zip(wanted, won, strict=True)
            if yes and person in who
        ]
        assert spans == sorted(expected)


async def test_racing_moves_of_one_class_leave_one_time(database: Database, tenant: Tenant) -> None:
    session_id, people = await another_session(database, tenant), [uuid4() for _ in range(3)]
    moves = []
    for number in range(CALLERS):
        start, who = NOON + number * MINUTE, in_another_order(people, number)
        moves.append(hold(database, tenant, session_id, who, start, start + 10 * MINUTE))
    assert all(await race(*moves))
    times = {tuple(await held(database, tenant, person)) for person in people}
    assert len(times) == 1, "everybody is moved to the same time"


async def test_two_classes_that_want_each_others_time_keep_their_own(
    database: Database, tenant: Tenant
) -> None:
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


async def test_classes_may_follow_each_other_without_a_gap(database: Database, tenant: Tenant) -> None:
    person = uuid4()
    for number in range(3):
        session_id = await another_session(database, tenant)
        start = NOON + 30 * number * MINUTE
        await hold(database, tenant, session_id, [person], start, start + 30 * MINUTE)
    assert len(await held(database, tenant, person)) == 3


async def test_what_was_given_back_can_be_held_again(database: Database, tenant: Tenant) -> None:
    person = uuid4()
    first, second = [await another_session(database, tenant) for _ in range(2)]
    await hold(database, tenant, first, [person], NOON, NOON + MINUTE)
    async with database.tenant(tenant.id) as db:
        await sessions.release_time(db, first)
    await hold(database, tenant, second, [person], NOON, NOON + MINUTE)
    assert len(await held(database, tenant, person)) == 1


async def test_a_refused_booking_says_what_to_do_and_names_nobody(database: Database, tenant: Tenant) -> None:
    person = uuid4()
    first, second = [await another_session(database, tenant) for _ in range(2)]
    await hold(database, tenant, first, [person], NOON, NOON + MINUTE)
    with pytest.raises(DoubleBooked) as refused:
        await hold(database, tenant, second, [person], NOON, NOON + MINUTE)
    assert refused.value.next_step
    assert str(person) not in str(refused.value)


async def test_organizations_do_not_see_each_others_bookings(database: Database, tenant: Tenant) -> None:
    """Even where an id is the same by mistake."""
    person, elsewhere = uuid4(), await make_tenant(database)
    for one in (tenant, elsewhere):
        await hold(database, one, await another_session(database, one), [person], NOON, NOON + MINUTE)
        assert len(await held(database, one, person)) == 1
