"""Notifications of changed sessions are batched, and not lost with a connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from uuid import UUID, uuid4

import psycopg
import pytest

from models.changes import RESYNC, ChangeNotifier, channel_of, listen
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter

PATIENCE = 30  # seconds to wait for an expected message
NOTIFYING = "select pg_notify%"


async def one_by_one(messages: AsyncIterator[frozenset[str]]) -> AsyncIterator[str]:
    async for message in messages:
        for changed in message:
            yield changed


class Listener:
    def __init__(self, messages: AsyncIterator[str]) -> None:
        self._messages = messages

    async def next(self) -> str:
        async with asyncio.timeout(PATIENCE):
            return await anext(self._messages)

    async def up_to(self, last: UUID) -> list[str]:
        """The messages before this one."""
        earlier = []
        while (message := await self.next()) != str(last):
            earlier.append(message)
        return earlier


@asynccontextmanager
async def listening(urls: DatabaseUrls) -> AsyncIterator[Listener]:
    async with aclosing(listen(urls.application)) as messages:
        listener = Listener(one_by_one(messages))
        assert await listener.next() == RESYNC
        yield listener


@pytest.fixture
async def notifier(database_urls: DatabaseUrls) -> AsyncIterator[ChangeNotifier]:
    started = ChangeNotifier(database_urls.application)
    yield started
    await started.aclose()


def kill(urls: DatabaseUrls, statement: str) -> int:
    """Kill the connections whose last statement is like this. Returns how many."""
    query = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and query like %s"
    with psycopg.connect(urls.superuser) as connection:
        return len(connection.execute(query, [urls.name, statement]).fetchall())


async def test_every_listener_is_notified(database_urls: DatabaseUrls, notifier: ChangeNotifier) -> None:
    async with listening(database_urls) as one, listening(database_urls) as another:
        notifier.notify([session_id := uuid4()])
        assert await one.next() == await another.next() == str(session_id)


async def test_a_notifier_that_closes_sends_what_is_waiting(database_urls: DatabaseUrls) -> None:
    async with listening(database_urls) as listener:
        closing = ChangeNotifier(database_urls.application)
        closing.notify([session_id := uuid4()])
        await closing.aclose()
        assert await listener.next() == str(session_id)


async def test_many_changes_of_a_session_are_sent_as_one_message(
    database_urls: DatabaseUrls, notifier: ChangeNotifier
) -> None:
    sessions, last = [uuid4() for _ in range(3)], uuid4()
    async with listening(database_urls) as listener:
        for _ in range(1000):
            for session_id in sessions:
                notifier.notify([session_id])
        assert sorted([await listener.next() for _ in sessions]) == sorted(map(str, sessions))
        notifier.notify([last])
        assert await listener.up_to(last) == []


async def test_listener_that_lost_its_connection_gets_a_resync(
    database_urls: DatabaseUrls, notifier: ChangeNotifier
) -> None:
    async with listening(database_urls) as listener:
        waiting = asyncio.create_task(listener.next())
        await asyncio.sleep(0)
        assert kill(database_urls, f"listen {channel_of(database_urls.application)}") == 1
        assert await waiting == RESYNC
        notifier.notify([session_id := uuid4()])
        assert await listener.next() == str(session_id)


async def test_notification_is_sent_after_its_connection_was_killed(
    database_urls: DatabaseUrls, notifier: ChangeNotifier
) -> None:
    first, second = uuid4(), uuid4()
    async with listening(database_urls) as listener:
        notifier.notify([first])
        assert await listener.next() == str(first)
        assert kill(database_urls, NOTIFYING) == 1
        notifier.notify([second])
        assert await listener.next() == str(second)


async def test_notification_waits_for_a_database_that_is_down(
    database_urls: DatabaseUrls, notifier: ChangeNotifier
) -> None:
    with psycopg.connect(
        database_urls.superuser.replace(database_urls.name, "postgres"), autocommit=True
    ) as admin:
        async with listening(database_urls) as listener:
            admin.execute(f'alter database "{database_urls.name}" allow_connections false')
            notifier.notify([session_id := uuid4()])
            await asyncio.sleep(0.2)
            admin.execute(f'alter database "{database_urls.name}" allow_connections true')
            assert await listener.next() == str(session_id)


async def test_messages_that_are_not_of_the_application_are_dropped(
    database_urls: DatabaseUrls, notifier: ChangeNotifier
) -> None:
    """Even on its channel: a long one, one with another word, one in another form."""
    channel, last = channel_of(database_urls.application), uuid4()
    foreign = [RESYNC, "", "x", str(last).upper(), "{" + str(last) + "}", "1,2,3", ",".join("x" * 3_000)]
    async with listening(database_urls) as listener:
        with psycopg.connect(database_urls.superuser, autocommit=True) as anybody:
            for payload in foreign:
                anybody.execute("select pg_notify(%s, %s)", [channel, payload])
        notifier.notify([last])
        assert await listener.next() == str(last)


async def test_closing_an_unused_notifier_does_nothing(database_urls: DatabaseUrls) -> None:
    await ChangeNotifier(database_urls.application).aclose()


def test_channel_name_depends_on_the_password_and_hides_it() -> None:
    one, other = (f"postgresql://app:{password}@h/db" for password in ("first", "second"))
    assert channel_of(one) == channel_of("postgresql://app:first@elsewhere:5433/other")
    assert channel_of(one) != channel_of(other)
    assert "first" not in channel_of(one)
