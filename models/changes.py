"""Which sessions changed, sent to live pages by LISTEN/NOTIFY.

A NOTIFY inside a writing transaction serialises all commits, so it is sent after the commit, over a connection of its
own: the first change at once, those that follow within a moment together, many sessions to a message.
`Database` calls `notify` with what was committed; nobody else needs to.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncGenerator, Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import psycopg

RESYNC = "*"  # given to listeners after a lost connection: anything may have changed
_NOTIFY = "select pg_notify(%s, changed) from unnest(%s::text[]) as changed"
_PER_MESSAGE = 200  # ids: Postgres takes less than 8000 bytes
_PAUSE = 0.04  # seconds in which changes become one message
_RETRY = 1.0  # seconds between two attempts to connect

logger = logging.getLogger(__name__)


def channel_of(url: str) -> str:
    """Every login of a database may listen and notify, readers of one organization too, so the name is a secret.

    It comes from the password that the processes of the application share.
    """
    password = unquote(urlsplit(url).password or "")
    return f"homeroom_{hashlib.sha256(f'changes of sessions {password}'.encode()).hexdigest()[:32]}"


class ChangeNotifier:
    """Notifies listeners of sessions that changed, as soon as the database can be reached. Never raises."""

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
        """Send what waits. What could not be sent waits for the next connection."""
        self._wake.clear()
        batch, self._waiting = self._waiting, set()
        try:
            await connection.execute(_NOTIFY, (channel_of(self._url), _messages(batch)))
        except psycopg.Error:
            self._waiting |= batch
            self._wake.set()
            raise

    async def aclose(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


def _batched(items: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _messages(session_ids: Iterable[UUID]) -> list[str]:
    return [",".join(batch) for batch in _batched(map(str, session_ids), _PER_MESSAGE)]


async def listen(url: str) -> AsyncGenerator[frozenset[str], None]:
    """The ids of sessions that changed, message by message, for ever; RESYNC after each (re)connection."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                await connection.execute(f"listen {channel_of(url)}")
                yield frozenset({RESYNC})
                async for notification in connection.notifies():
                    yield frozenset(notification.payload.split(","))
        except psycopg.Error:
            logger.warning("listening for changes was interrupted")
            await asyncio.sleep(_RETRY)
