"""The live status in the database agrees with attendance, in whatever batches events are recorded."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.presence.attendance import fold_attendance
from domain.presence.events import EventKind, SessionEvent
from domain.presence.live_status import in_room
from domain.sessions.states import SessionState
from models.database import Database
from models.repositories import board, events, sessions
from tests.domain.live_statuses import connections, room
from tests.domain.presence.any_event import presence_events
from tests.domain.session_events import T0, event
from tests.models.rows import HOUR, Tenant, another_session

pytestmark = pytest.mark.adapter


async def session_at_t0(database: Database, tenant: Tenant) -> UUID:
    return await another_session(database, tenant, starts_at=T0, ends_at=T0 + HOUR)


async def record(database: Database, tenant: Tenant, session_id: UUID, recorded: list[SessionEvent]) -> None:
    async with database.tenant(tenant.id) as db:
        await events.record(db, tenant.id, [(session_id, item) for item in recorded])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(recorded=st.lists(presence_events(), max_size=12), cut=st.integers(0, 12), again=st.integers(0, 12))
async def test_live_status_agrees_with_attendance_whatever_the_batches(
    database: Database, tenant: Tenant, recorded: list[SessionEvent], cut: int, again: int
) -> None:
    session_id = await session_at_t0(database, tenant)
    for batch in (recorded[cut:], recorded[:cut], recorded[:again]):
        await record(database, tenant, session_id, batch)
    async with database.tenant(tenant.id) as db:
        start = (await sessions.get_session(db, session_id)).starts_at
        (facts,) = await board.facts(db, start, [session_id])
    present = {item.identity for item in facts.connections if in_room(item, facts.room)}
    attended = fold_attendance(recorded, until=None)
    assert present == {who for who, attendance in attended.items() if attendance.present}
    open_connections = {item for item in connections(recorded) if item.left_at is None}
    assert set(facts.connections) == open_connections
    assert facts.room == room(recorded)


async def test_quality_and_recorder_are_stored(database: Database, tenant: Tenant) -> None:
    session_id = await session_at_t0(database, tenant)
    recorded = [
        event(EventKind.QUALITY, 5, "ana", None, level="good"),
        event(EventKind.QUALITY, 3, "ana", None, level="lost"),
        event(EventKind.CAPTURE_STARTED, 1),
    ]
    for item in recorded:
        await record(database, tenant, session_id, [item])
    async with database.tenant(tenant.id) as db:
        start = (await sessions.get_session(db, session_id)).starts_at
        (facts,) = await board.facts(db, start, [session_id])
    assert facts.connections == connections(recorded)
    assert facts.room.recorded
    assert facts.state in SessionState
    assert facts.room.capture_started_at is not None
    assert facts.room.capture_started_at > T0
