"""Notifies live pages of changed sessions, with LISTEN/NOTIFY.

A NOTIFY inside a writing transaction serialises all commits, so it is sent after the commit, over its own connection:
the first change at once, the changes that follow within a moment together, many sessions in a message. `Database` calls
`notify` with the sessions of each commit; nobody else needs to.
"""

import asyncio
import contextlib
import hashlib
import logging
import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import psycopg

RESYNC = "*"  # yielded after a (re)connection: any session may have changed
_NOTIFY = "select pg_notify(%s, changed) from unnest(%s::text[]) as changed"
_PER_MESSAGE = 200  # ids; a Postgres message holds less than 8000 bytes
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PAUSE = 0.04  # seconds; changes within them become one message
_RETRY = 1.0  # seconds between two attempts to connect
_CLOSING = 2.0  # seconds for the last notifications of a process that ends
# A listener sends nothing, so without these it would never notice that the other side is gone: 25 seconds.
_KEEPALIVES: Mapping[str, Any] = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}

logger = logging.getLogger(__name__)


def channel_of(url: str) -> str:
    """The name of the notification channel, derived from the password that the application's processes share.

    It is a secret, since every login of a database may listen and notify, including an organization's SQL readers.
    """
    password = unquote(urlsplit(url).password or "")
    return f"homeroom_{hashlib.sha256(f'changes of sessions {password}'.encode()).hexdigest()[:32]}"


class ChangeNotifier:
    """Notifies listeners of changed sessions, as soon as the database can be reached. Never raises."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._waiting: set[UUID] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def notify(self, session_ids: Iterable[UUID]) -> None:
        """Returns at once; needs a running event loop."""
        self._waiting.update(session_ids)
        if not self._waiting:
            return
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send_for_ever())

    async def _send_for_ever(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    while True:
                        await self._wake.wait()
                        await self._send(connection)
                        await asyncio.sleep(_PAUSE)
            except psycopg.Error:
                logger.warning("notifications of changes wait for a new connection")
                await asyncio.sleep(_RETRY)

    async def _send(self, connection: "psycopg.AsyncConnection[Any]") -> None:
        """Send the waiting ids; if that fails, they wait for the next connection."""
        self._wake.clear()
        batch, self._waiting = self._waiting, set()
        try:
            await connection.execute(_NOTIFY, (channel_of(self._url), _messages(batch)))
        except BaseException:
            self._waiting |= batch
            self._wake.set()
            raise

    async def aclose(self) -> None:
        """Send what is waiting, unless the database does not answer soon."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._waiting:
            with contextlib.suppress(psycopg.Error, TimeoutError):
                async with asyncio.timeout(_CLOSING):
                    async with await psycopg.AsyncConnection.connect(
                        self._url, autocommit=True
                    ) as connection:
                        await self._send(connection)


def _batched(items: Iterable[str], size: int) -> Iterator[list[str]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def _messages(session_ids: Iterable[UUID]) -> list[str]:
    return [",".join(batch) for batch in _batched(map(str, session_ids), _PER_MESSAGE)]


def changed_in(payload: str) -> frozenset[str]:
    """The ids of sessions in a message. What else it holds is no message of ours, and is dropped."""
    return frozenset(one for one in payload.split(",", _PER_MESSAGE)[:_PER_MESSAGE] if _ID.fullmatch(one))


async def listen(url: str) -> AsyncGenerator[frozenset[str], None]:
    """Yields the ids of changed sessions, message by message, without end; RESYNC after each (re)connection."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                url, autocommit=True, **_KEEPALIVES
            ) as connection:
                await connection.execute(f"listen {channel_of(url)}")
                yield frozenset({RESYNC})
                async for notification in connection.notifies():
                    if changed := changed_in(notification.payload):
                        yield changed
        except psycopg.Error:
            logger.warning("listening for changes was interrupted")
            await asyncio.sleep(_RETRY)
