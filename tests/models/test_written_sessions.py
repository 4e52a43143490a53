"""A unit of work notifies live pages of the sessions it wrote, however it wrote them, after the commit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.presence.events import EventKind, EventSource, SessionEvent
from models.changes import RESYNC, listen
from models.database import Database
from models.exception_case import ExceptionCase
from models.repositories import documents, events, recordings, sessions
from models.session import BookedTime, Participant, Session
from models.tables import metadata
from models.written_sessions import EXEMPT, WRITES_SESSIONS, UndeclaredWriteError, session_columns
from tests.models.rows import (
    APPEND_ONLY,
    NOON,
    TENANT_TABLES,
    Tenant,
    Values,
    another_session,
    make_tenant,
    row_of,
    same_row,
)

pytestmark = pytest.mark.adapter

REPORTED = [table for table in TENANT_TABLES if session_columns(table.name)]


Write = Callable[[AsyncSession, Tenant], Awaitable[None]]


class Notifications:
    def __init__(self, database: Database, messages: AsyncIterator[frozenset[str]]) -> None:
        self._database = database
        self._messages = messages

    async def so_far(self, tenant: Tenant) -> set[UUID]:
        """The sessions of all messages before the message about a session that is made now."""
        last = await another_session(self._database, tenant)
        found = set[UUID]()
        while last not in found:
            found |= {UUID(one) for one in await anext(self._messages)}
        return found - {last}


@pytest.fixture
async def notified(database: Database) -> AsyncIterator[Notifications]:
    async with aclosing(listen(database.url)) as messages:
        assert await anext(messages) == {RESYNC}
        yield Notifications(database, messages)


@pytest.fixture
async def tenant(database: Database, notified: Notifications) -> Tenant:
    """A tenant; the notifications about making it have been received."""
    made = await make_tenant(database)
    await notified.so_far(made)
    return made


def names_a_session(table: sa.Table) -> bool:
    refers = any(key.column.table.name == "session" for key in table.foreign_keys)
    return refers or table.name == "session" or any(name in table.c for name in ("session_id", "subject_id"))


def test_every_table_with_a_session_column_is_reported_or_exempt() -> None:
    naming = {table.name for table in metadata.sorted_tables if names_a_session(table)}
    assert naming == {table.name for table in REPORTED} | set(EXEMPT)


def row_of_a_session(table: sa.Table, tenant: Tenant) -> tuple[Values, UUID]:
    row = row_of(table, tenant)
    if "subject_kind" in row:  # its session_id is computed by the database
        row |= {"subject_kind": "session", "subject_id": tenant.session_id}
        return row, tenant.session_id
    return row, row[session_columns(table.name)[-1]]


@pytest.mark.parametrize("table", REPORTED, ids=lambda table: table.name)
async def test_every_statement_on_a_row_of_a_session_notifies(
    database: Database, notified: Notifications, table: sa.Table
) -> None:
    tenant = await make_tenant(database, before=table)
    await notified.so_far(tenant)
    row, session_id = row_of_a_session(table, tenant)
    same = same_row(table, row)
    statements: list[sa.Executable] = [sa.insert(table).values(row)]
    if table.name not in APPEND_ONLY:
        statements += [sa.update(table).where(same).values(organization_id=tenant.id)]
        statements += [sa.delete(table).where(same)]
    for statement in statements:
        async with database.tenant(tenant.id) as db:
            await db.execute(statement)
        assert await notified.so_far(tenant) == {session_id}


async def test_added_changed_and_deleted_objects_notify(
    database: Database, notified: Notifications, tenant: Tenant
) -> None:
    key = uuid4()
    async with database.tenant(tenant.id) as db:
        session = await sessions.get_session(db, tenant.session_id)
        await sessions.add_observer(db, session, key, "Aunt")
    assert await notified.so_far(tenant) == {tenant.session_id}
    async with database.tenant(tenant.id) as db:
        (await db.get_one(Participant, key)).name = "Aunt Olu"
    assert await notified.so_far(tenant) == {tenant.session_id}
    async with database.tenant(tenant.id) as db:
        await db.delete(await db.get_one(Participant, key))
    assert await notified.so_far(tenant) == {tenant.session_id}


async def test_unchanged_objects_do_not_notify(
    database: Database, notified: Notifications, tenant: Tenant
) -> None:
    async with database.tenant(tenant.id) as db:
        session = await sessions.get_session(db, tenant.session_id)
        session.title = str(session.title)
        await db.scalars(sa.select(Session).with_for_update(of=Session))
    assert await notified.so_far(tenant) == set()


async def test_notification_is_sent_only_after_the_commit(
    database: Database, notified: Notifications, tenant: Tenant
) -> None:
    async with database.tenant(tenant.id) as db:
        await sessions.change(db, tenant.session_id, title="New")
        async with db.begin_nested():
            await sessions.change(db, tenant.session_id, title="Newer")
        assert await notified.so_far(tenant) == set()
    assert await notified.so_far(tenant) == {tenant.session_id}


async def test_rolled_back_work_does_not_notify(
    database: Database, notified: Notifications, tenant: Tenant
) -> None:
    async def write_and_fail() -> None:
        async with database.tenant(tenant.id) as db:
            await sessions.change(db, tenant.session_id, title="New")
            (await db.get_one(ExceptionCase, tenant["exception_case"]["id"])).assignee = "somebody"
            await db.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await write_and_fail()
    assert await notified.so_far(tenant) == set()


async def test_insert_without_effect_does_not_notify(
    database: Database, notified: Notifications, tenant: Tenant
) -> None:
    async with database.tenant(tenant.id) as db:
        statement = insert(ExceptionCase).values(tenant["exception_case"]).on_conflict_do_nothing()
        assert (await db.execute(statement.returning(col(ExceptionCase.id)))).first() is None
    assert await notified.so_far(tenant) == set()


async def test_statements_return_their_own_columns(
    database: Database, notified: Notifications, tenant: Tenant
) -> None:
    change = sa.update(Participant).where(col(Participant.session_id) == tenant.session_id).values(name="A")
    key = tenant["participant"]["id"]
    async with database.tenant(tenant.id) as db:
        assert (await db.scalars(change.returning(col(Participant.name)))).all() == ["A"]
        both = await db.execute(change.returning(col(Participant.id), col(Participant.session_id)))
        assert both.all() == [(key, tenant.session_id)]
        assert (await db.scalars(change.returning(Participant))).one().id == key
        rows = [tenant["booked_time"] | {"person_id": uuid4()} for _ in range(2)]
        held = await db.scalars(sa.insert(BookedTime).returning(col(BookedTime.person_id)), rows)
        assert set(held) == {row["person_id"] for row in rows}
    assert await notified.so_far(tenant) == {tenant.session_id}


@pytest.mark.parametrize(
    "text",
    [
        "update session set title = 'New'",
        "DELETE  FROM public.timeline",
        'with gone as (delete from only "booked_time" returning 1) select count(*) from gone',
        "insert into live_room select * from live_room where false",
    ],
)
async def test_text_statement_that_writes_sessions_must_name_them(
    database: Database, notified: Notifications, tenant: Tenant, text: str
) -> None:
    async def write_without_naming() -> None:
        async with database.tenant(tenant.id) as db:
            await db.execute(sa.text(text))

    with pytest.raises(UndeclaredWriteError, match=WRITES_SESSIONS):
        await write_without_naming()
    async with database.tenant(tenant.id) as db:
        await db.execute(sa.text(text), execution_options={WRITES_SESSIONS: [tenant.session_id]})
    assert await notified.so_far(tenant) == {tenant.session_id}


async def test_text_statement_that_writes_no_session_need_not_name_any(
    database: Database, notified: Notifications, tenant: Tenant
) -> None:
    async with database.tenant(tenant.id) as db:
        await db.execute(sa.text("update course set title = 'New'"))
        await db.execute(sa.text("select * from session for update"))
    assert await notified.so_far(tenant) == set()


async def test_driver_transaction_notifies_its_declared_sessions(
    database: Database, notified: Notifications, tenant: Tenant
) -> None:
    async def fail() -> None:
        async with database.driver(writing=[uuid4()]) as connection:
            await connection.execute("select 1 / 0")

    with pytest.raises(Exception, match="division by zero"):
        await fail()
    async with database.driver(writing=[tenant.session_id]) as connection:
        await connection.execute("select 1")
    assert await notified.so_far(tenant) == {tenant.session_id}


async def _mark_transcribed(db: AsyncSession, tenant: Tenant) -> None:
    await recordings.mark_transcribed(db, [tenant["audio_segment"]["key"]])


async def _note_changes(db: AsyncSession, tenant: Tenant) -> None:
    await documents.note_changes(db, tenant.session_id, "more detail")


async def _record_event(db: AsyncSession, tenant: Tenant) -> None:
    event = SessionEvent(EventSource.WEBHOOK, "one", EventKind.CHAT, NOON, "someone")
    await events.record(db, tenant.id, [(tenant.session_id, event)])


async def _hold_time(db: AsyncSession, tenant: Tenant) -> None:
    session = await sessions.get_session(db, tenant.session_id)
    await sessions.hold_time(db, session, [uuid4(), uuid4()], NOON, NOON + timedelta(hours=2))


@pytest.mark.parametrize("write", [_mark_transcribed, _note_changes, _record_event, _hold_time])
async def test_writes_of_repositories_notify(
    database: Database, notified: Notifications, tenant: Tenant, write: Write
) -> None:
    async with database.tenant(tenant.id) as db:
        await write(db, tenant)
    assert await notified.so_far(tenant) == {tenant.session_id}
