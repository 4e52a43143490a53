"""The event recorder: each event is stored once, in its own organization, whatever else is in its batch."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.live.event_recorder import EventRecorder
from api.live.session_tenants import SessionTenants
from domain.errors import NotFound, Unavailable
from domain.presence.events import EventKind, EventSource, RecordedEvent, SessionEvent
from models.changes import RESYNC, listen
from models.database import Database
from models.repositories import events
from tests.api.classes import make_classes
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter

AT = datetime.now(UTC)  # an event of another time is kept apart


@pytest.fixture
async def recorder(database: Database) -> AsyncIterator[EventRecorder]:
    recorder = EventRecorder(database, SessionTenants(database))
    yield recorder
    await recorder.aclose()


def fact(session_id: UUID, name: str, **data: Any) -> RecordedEvent:
    return RecordedEvent(
        session_id, SessionEvent(EventSource.WEBHOOK, name, EventKind.CHAT, AT, "someone", data=data)
    )


async def on_record(database: Database, organization_id: UUID, session_id: UUID) -> dict[str, dict[str, Any]]:
    async with database.tenant(organization_id) as db:
        return {event.source_id: event.data for event in await events.of_session(db, session_id)}


async def test_concurrent_events_are_recorded_in_their_own_organizations(
    database: Database, recorder: EventRecorder
) -> None:
    tenants = await make_classes(database, 2, 2)
    facts = [fact(session, f"{session}-{number}") for session in tenants for number in range(400)]
    await asyncio.gather(*map(recorder.record, facts))
    for session, tenant in tenants.items():
        stranger = next(other for other in tenants.values() if other != tenant)
        assert len(await on_record(database, tenant, session)) == 400
        assert await on_record(database, stranger, session) == {}


async def test_a_repeated_event_is_stored_once(database: Database, recorder: EventRecorder) -> None:
    [(session, tenant)] = (await make_classes(database, 1, 1)).items()
    await asyncio.gather(*(recorder.record(fact(session, "once", said=1)) for _ in range(3)))
    await recorder.record(fact(session, "once", said=2))
    assert await on_record(database, tenant, session) == {"once": {"said": 1}}


async def test_an_unknown_session_is_refused_without_failing_the_batch(
    database: Database, recorder: EventRecorder
) -> None:
    [(session, tenant)] = (await make_classes(database, 1, 1)).items()
    sent = (recorder.record(fact(uuid4(), "nowhere")), recorder.record(fact(session, "here")))
    refused, recorded = await asyncio.gather(*sent, return_exceptions=True)
    assert isinstance(refused, NotFound)
    assert recorded is None
    assert "here" in await on_record(database, tenant, session)


async def test_a_deleted_session_is_refused_without_failing_the_batch(
    database: Database, recorder: EventRecorder, database_urls: DatabaseUrls
) -> None:
    (gone, tenant), (session, _) = (await make_classes(database, 1, 2)).items()
    await recorder.record(fact(gone, "before"))
    with psycopg.connect(database_urls.owner) as connection:
        connection.execute("delete from session_event where session_id = %s", [gone])
        connection.execute("delete from session where id = %s", [gone])
    facts = [fact(session, "one"), fact(gone, "after"), fact(session, "two")]
    answers = await asyncio.gather(*map(recorder.record, facts), return_exceptions=True)
    assert [type(answer) for answer in answers] == [type(None), NotFound, type(None)]
    assert set(await on_record(database, tenant, session)) == {"one", "two"}


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "a\\u0000b", "a\\\0b"])
async def test_characters_that_postgres_cannot_store_are_replaced(
    database: Database, recorder: EventRecorder, text: str
) -> None:
    [(session, tenant)] = (await make_classes(database, 1, 1)).items()
    await recorder.record(fact(session, "said", text=text))
    kept = (await on_record(database, tenant, session))["said"]["text"]
    assert kept == text.replace("\0", "\ufffd").replace("\ud800", "?")


async def test_recording_without_a_database_raises_unavailable(database_urls: DatabaseUrls) -> None:
    nowhere = database_urls.application.replace(database_urls.name, "no_such_database")
    async with (
        contextlib.aclosing(Database(nowhere)) as database,
        contextlib.aclosing(EventRecorder(database, SessionTenants(database))) as recorder,
    ):
        with pytest.raises(Unavailable):
            await recorder.record(fact(uuid4(), "lost"))


async def test_lost_connections_are_replaced(
    database: Database, recorder: EventRecorder, database_urls: DatabaseUrls
) -> None:
    [(session, tenant)] = (await make_classes(database, 1, 1)).items()
    await recorder.record(fact(session, "before"))
    with psycopg.connect(database_urls.superuser, autocommit=True) as connection:
        connection.execute(
            """select pg_terminate_backend(pid, 5000) from pg_stat_activity
               where datname = %s and pid <> pg_backend_pid()""",
            [database_urls.name],
        )
    await recorder.record(fact(session, "after"))
    assert set(await on_record(database, tenant, session)) == {"before", "after"}


async def test_recording_notifies_listeners_of_the_changed_sessions(
    database: Database, recorder: EventRecorder
) -> None:
    sessions = list(await make_classes(database, 1, 3))
    async with contextlib.aclosing(listen(database.url)) as changes:
        assert await anext(changes) == {RESYNC}
        await asyncio.gather(*(recorder.record(fact(session, "told")) for session in sessions))
        notified = set[str]()
        while len(notified) < len(sessions):
            notified |= await anext(changes)
    assert notified == {str(session) for session in sessions}
