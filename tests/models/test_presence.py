"""Presence of running sessions is read across tenants; milestones of concurrent writers are all kept."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from domain.presence.events import PRESENCE_KINDS, EventKind, EventSource, SessionEvent
from domain.sessions.states import SessionState
from models.database import Database
from models.repositories import events, presence
from models.session import Session
from tests.models.rows import NOON, Tenant, another_session, make_tenant

pytestmark = pytest.mark.adapter
REGION = "here"


def event(kind: EventKind, number: int = 0) -> SessionEvent:
    data = {"joined_at": NOON.isoformat(), "reason": "client_initiated", "text": "not for the watch"}
    at = NOON + timedelta(seconds=number)
    who = f"who-{number}"
    return SessionEvent(EventSource.WEBHOOK, f"{kind}:{number}", kind, at, who, "PA_1", None, True, data)


async def record(database: Database, tenant: Tenant, session_id: UUID, *new: SessionEvent) -> None:
    async with database.tenant(tenant.id) as db:
        await events.record(db, tenant.id, [(session_id, event) for event in new])


async def running(
    database: Database, *tenants: Tenant, only: list[UUID] | None = None
) -> dict[UUID, presence.RunningSession]:
    """The running sessions, after making all sessions of the tenants live in one region."""
    for tenant in tenants:
        async with database.tenant(tenant.id) as db:
            await db.execute(sa.update(Session).values(region=REGION, state=SessionState.LIVE))
    async with database.lookup() as db:
        sessions = await presence.running_sessions(db, REGION, [SessionState.LIVE.value], only)
    return {session.session_id: session for session in sessions}


async def test_running_sessions_of_all_tenants_have_the_roles_of_their_people(
    database: Database,
) -> None:
    first, second = await make_tenant(database), await make_tenant(database)
    by_session = await running(database, first, second)
    for tenant in (first, second):
        session = by_session[tenant.session_id]
        participant = tenant["participant"]
        assert session.organization_id == tenant.id
        assert session.roles == {str(participant["id"]): participant["role"]}
        assert session.signalled == tenant["session"]["signalled"]


async def test_running_sessions_can_be_selected_by_id(database: Database, tenant: Tenant) -> None:
    other = await another_session(database, tenant)
    assert set(await running(database, tenant)) == {tenant.session_id, other}
    assert set(await running(database, tenant, only=[other, uuid4()])) == {other}
    assert await running(database, tenant, only=[]) == {}


async def test_only_presence_events_are_counted_and_read(database: Database, tenant: Tenant) -> None:
    session_id = await another_session(database, tenant)
    await record(database, tenant, session_id, *(event(kind) for kind in EventKind))

    session = (await running(database, tenant))[session_id]
    assert session.presence_events == len(PRESENCE_KINDS)
    async with database.lookup() as db:
        by_session = await presence.presence_events(db, [session_id, tenant.session_id])
    events_read = [row.as_event() for row in by_session[session_id]]
    assert {event.kind for event in events_read} == PRESENCE_KINDS
    shown = {"joined_at": NOON.isoformat(), "reason": "client_initiated"}
    assert all(e.data == shown and e.hidden and e.occurred_at == NOON for e in events_read)
    assert tenant.session_id in by_session, "a session without events has none"


async def test_no_milestone_of_concurrent_writers_is_lost(database: Database, tenant: Tenant) -> None:
    ids = [await another_session(database, tenant) for _ in range(5)]

    async def append(number: int) -> None:
        ids_in_order = ids if number % 2 else list(reversed(ids))
        async with database.tenant(tenant.id) as db:
            await presence.add_signalled(
                db, {key: [f"first:{number}", f"then:{number}"] for key in ids_in_order}
            )

    await asyncio.gather(*(append(number) for number in range(20)))

    sessions = await running(database, tenant, only=ids)
    for session in sessions.values():
        assert len(session.signalled) == 40
        pairs = {tuple(session.signalled[at : at + 2]) for at in range(0, 40, 2)}
        assert pairs == {(f"first:{number}", f"then:{number}") for number in range(20)}


async def test_milestones_of_another_organizations_session_are_not_written(database: Database) -> None:
    owner, other = await make_tenant(database), await make_tenant(database)
    async with database.tenant(other.id) as db:
        await presence.add_signalled(db, {owner.session_id: ["forged"]})
    async with database.tenant(owner.id) as db:
        session = await db.get(Session, owner.session_id)
    assert session is not None
    assert session.signalled == owner["session"]["signalled"]
