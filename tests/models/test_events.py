"""Events are recorded once, whatever the order and however often they are recorded."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import col

from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.presence.plausible_times import is_plausible
from models.base import UTCDateTime
from models.database import Database
from models.repositories import board, events
from models.session_event import SessionEventRow
from tests.models.rows import HOUR, NOON, Tenant, another_session

pytestmark = pytest.mark.adapter


def event(number: int, **data: object) -> SessionEvent:
    at = NOON + timedelta(seconds=number // 2)  # two at a time
    return SessionEvent(EventSource.WEBHOOK, f"webhook:{number}", EventKind.CHAT, at, "someone", data=data)


EVENTS = [event(number, text=f"word {number}") for number in range(8)]
IN_ORDER = sorted(EVENTS, key=lambda event: (event.occurred_at, event.source_id))


async def record(database: Database, tenant: Tenant, *new: SessionEvent) -> int:
    async with database.tenant(tenant.id) as db:
        return await events.record(db, tenant.id, [(tenant.session_id, one) for one in new])


async def recorded(database: Database, tenant: Tenant) -> list[SessionEvent]:
    """Without the row that every table has."""
    async with database.tenant(tenant.id) as db:
        return await events.of_session(db, tenant.session_id, [EventKind.CHAT])


async def test_recorded_event_is_not_recorded_again(database: Database, tenant: Tenant) -> None:
    assert await record(database, tenant, *EVENTS) == len(EVENTS)
    assert await record(database, tenant, *EVENTS) == 0
    assert await record(database, tenant, EVENTS[0], event(99), event(99)) == 1
    assert await recorded(database, tenant) == [*IN_ORDER, event(99)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(st.sampled_from(EVENTS)), max_size=4), shuffled=st.permutations(EVENTS))
async def test_order_and_repetition_do_not_matter(
    database: Database, tenant: Tenant, batches: list[list[SessionEvent]], shuffled: list[SessionEvent]
) -> None:
    session_id = await another_session(database, tenant)
    for batch in [*batches, shuffled]:
        async with database.tenant(tenant.id) as db:
            await events.record(db, tenant.id, [(session_id, one) for one in batch])
    async with database.tenant(tenant.id) as db:
        assert await events.of_session(db, session_id) == IN_ORDER


async def test_recorded_event_is_never_changed(database: Database, tenant: Tenant) -> None:
    await record(database, tenant, event(1, text="as it was"))
    await record(database, tenant, event(1, text="as somebody would like it"))
    (kept,) = await recorded(database, tenant)
    assert kept.data == {"text": "as it was"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\0b", "a\ufffdb"),
        ("\0", "\ufffd"),
        (r"\u0000", r"\u0000"),
        ("\\\0", "\\\ufffd"),
        (r"\\u0000", r"\\u0000"),
        ("'; drop table session_event; --", "'; drop table session_event; --"),
        ("ünïcødé 👩🏽‍🏫 <b>", "ünïcødé 👩🏽‍🏫 <b>"),
    ],
)
async def test_any_text_is_recorded(database: Database, tenant: Tenant, text: str, kept: str) -> None:
    """A character that Postgres cannot store must not cost the event, nor those that come after it."""
    assert await record(database, tenant, event(1, text=text), event(2)) == 2
    assert [event.data.get("text") for event in await recorded(database, tenant)] == [kept, None]


async def test_event_of_an_unknown_session_is_refused(database: Database, tenant: Tenant) -> None:
    with pytest.raises(IntegrityError):
        async with database.tenant(tenant.id) as db:
            await events.record(db, tenant.id, [(uuid4(), event(1))])


async def test_events_are_read_by_kind(database: Database, tenant: Tenant) -> None:
    await record(database, tenant, *EVENTS)
    async with database.tenant(tenant.id) as db:
        assert await events.of_session(db, tenant.session_id, [EventKind.TALK]) == []


async def test_time_without_a_zone_is_refused(database: Database, tenant: Tenant) -> None:
    naive = datetime(2030, 3, 4, 12)  # noqa: DTZ001
    with pytest.raises(StatementError, match="ambiguous"):
        async with database.tenant(tenant.id) as db:
            await db.execute(sa.select(SessionEventRow).where(sa.column("occurred_at", UTCDateTime) == naive))


async def test_times_are_returned_in_utc(database: Database, tenant: Tenant) -> None:
    other_zone = NOON.astimezone(tz=datetime.strptime("+0530", "%z").tzinfo)
    async with database.tenant(tenant.id) as db:
        query = sa.select(sa.literal(other_zone, UTCDateTime))
        found = (await db.execute(query)).scalar_one()
    assert found == NOON
    assert found.tzinfo is UTC


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    late=st.lists(
        st.tuples(
            st.sampled_from(EventSource),
            st.sampled_from([-80_000_000, -301, -299, 0, 899, 901, 86_399, 86_401, 1_800_000_000]),
        ),
        min_size=1,
    ),
    around=st.lists(st.tuples(st.sampled_from(EventSource), st.sampled_from([-7201, -7199, 10_799, 10_801]))),
)
async def test_the_database_knows_plausible_times_as_the_domain_does(
    database: Database,
    tenant: Tenant,
    late: list[tuple[EventSource, int]],
    around: list[tuple[EventSource, int]],
) -> None:
    """The class is years from now, so that an event is near its receipt or in the class, never both."""
    session_id = await another_session(database, tenant)
    received = datetime.now(UTC)
    times = [(source, received - timedelta(seconds=seconds)) for source, seconds in late]
    times += [(source, NOON + timedelta(seconds=seconds)) for source, seconds in around]
    happened = [
        SessionEvent(source, f"{number}", EventKind.PARTICIPANT_SEEN, at, "ana", f"PA_{number}")
        for number, (source, at) in enumerate(times)
    ]
    async with database.tenant(tenant.id) as db:
        assert await events.record(db, tenant.id, [(session_id, one) for one in happened]) == len(happened)
    async with database.tenant(tenant.id) as db:
        kept = {event.source_id for event in await events.of_session(db, session_id)}
        (facts,) = await board.facts(db, NOON, [session_id])
        stored = await db.scalar(
            sa.select(sa.func.count()).where(col(SessionEventRow.session_id) == session_id)
        )
    plausible = {one.source_id for one in happened if is_plausible(one, received, NOON, NOON + HOUR)}
    assert kept == plausible
    assert {connection.participant_sid for connection in facts.connections} == {
        f"PA_{key}" for key in plausible
    }
    assert stored == len(happened)
