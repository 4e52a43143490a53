"""Recording events from outside: durable before the answer, and one commit for all that arrive meanwhile."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import psycopg

from api.live.session_tenants import Tenants
from domain.errors import NotFound
from domain.presence.events import RecordedEvent
from models.database import Database
from models.repositories import events

_BATCH = 500


class _Waiting(NamedTuple):
    session_id: UUID
    encoded: bytes
    written: asyncio.Future[None]


BySession = Mapping[UUID, Sequence[_Waiting]]


class EventRecorder:
    """`record` returns when the event is committed. Events that arrive during a commit share the next one.

    Where more of them wait than one commit takes, a second writer works beside the first: while one waits for the
    database, the other's callers are answered and come again.
    """

    def __init__(self, database: Database, tenants: Tenants) -> None:
        self._database = database
        self._tenants = tenants
        self._waiting: list[_Waiting] = []
        self._arrived, self._crowded = asyncio.Event(), asyncio.Event()
        self._writers: dict[asyncio.Event, asyncio.Task[None]] = {}

    async def record(self, recorded: RecordedEvent) -> None:
        """Raises NotFound for a session that does not exist, Unavailable when the database does not answer."""
        for called in (self._arrived, self._crowded):
            if called not in self._writers or self._writers[called].done():
                self._writers[called] = asyncio.create_task(self._write_for_ever(called))
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        encoded = events.encoded(recorded.session_id, recorded.event)  # while the batch before is written
        self._waiting.append(_Waiting(recorded.session_id, encoded, written))
        self._arrived.set()
        if len(self._waiting) >= _BATCH:
            self._crowded.set()
        await written

    async def _write_for_ever(self, called: asyncio.Event) -> None:
        while True:
            await called.wait()
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            if not self._waiting:
                self._arrived.clear()
            if len(self._waiting) < _BATCH:
                self._crowded.clear()
            if batch:
                await self._write(batch)

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        """All in one transaction. What the database refuses is found by halves, so that it stops nothing else."""
        by_session = _by_session(batch)
        try:
            tenants = await self._tenants.of_sessions(by_session.keys())
            known = [session_id for session_id in by_session if session_id in tenants]
            async with self._database.driver(writing=known) as connection:
                await events.record_many(connection, _by_tenant(by_session, tenants))
        except psycopg.Error as error:
            if len(batch) == 1:
                self._refuse(batch[0], error)
                return
            await self._write(batch[: len(batch) // 2])
            await self._write(batch[len(batch) // 2 :])
        except Exception as error:
            _answer(batch, error)
        else:
            for session_id, waiting in by_session.items():
                _answer(waiting, None if session_id in tenants else _no_session(session_id))

    def _refuse(self, waiting: _Waiting, error: psycopg.Error) -> None:
        if isinstance(error, psycopg.errors.ForeignKeyViolation):
            self._tenants.forget(waiting.session_id)  # deleted since its organization was looked up
            _answer([waiting], _no_session(waiting.session_id))
        else:
            _answer([waiting], error)

    async def aclose(self) -> None:
        for task in self._writers.values():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _by_session(batch: Sequence[_Waiting]) -> dict[UUID, list[_Waiting]]:
    by_session: dict[UUID, list[_Waiting]] = defaultdict(list)
    for waiting in batch:
        by_session[waiting.session_id].append(waiting)
    return by_session


def _by_tenant(by_session: BySession, tenants: Mapping[UUID, UUID]) -> dict[UUID, list[bytes]]:
    by_tenant: dict[UUID, list[bytes]] = defaultdict(list)
    for session_id, waiting in by_session.items():
        if session_id in tenants:
            by_tenant[tenants[session_id]] += [one.encoded for one in waiting]
    return by_tenant


def _answer(batch: Sequence[_Waiting], error: Exception | None = None) -> None:
    for waiting in batch:
        if waiting.written.done():  # nobody waits any longer
            continue
        if error:
            waiting.written.set_exception(error)
        else:
            waiting.written.set_result(None)


def _no_session(session_id: UUID) -> NotFound:
    return NotFound(f"there is no session {session_id}")
