"""Recording events from outside: durable before the answer, and one commit for all that arrive meanwhile."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import psycopg

from domain.errors import NotFound
from domain.events import RecordedEvent, SessionEvent
from models.changes import ChangeNotifier
from models.database import Database
from models.repositories import events, organizations

_BATCH = 500
_MOST_REMEMBERED = 50_000  # sessions whose organization is known


class _Waiting(NamedTuple):
    session_id: UUID
    event: SessionEvent
    written: asyncio.Future[None]


class EventRecorder:
    """`record` returns when the event is committed. Events that arrive during a commit share the next one."""

    def __init__(self, database: Database, notifier: ChangeNotifier) -> None:
        self._database = database
        self._notifier = notifier
        self._tenants: dict[UUID, UUID] = {}
        self._waiting: list[_Waiting] = []
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def record(self, recorded: RecordedEvent) -> None:
        """Raises NotFound for a session that does not exist, Unavailable when the database does not answer."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_for_ever())
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(recorded.session_id, recorded.event, written))
        self._arrived.set()
        await written

    async def _write_for_ever(self) -> None:
        while True:
            await self._arrived.wait()
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            if not self._waiting:
                self._arrived.clear()
            await self._write(batch)

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        """All in one transaction. What the database refuses is found by halves, so that it stops nothing else."""
        try:
            ours = await self._ours(batch)
            async with self._database.driver() as connection:
                await events.record_many(connection, self._by_tenant(ours))
        except psycopg.Error as error:
            if len(batch) == 1:
                self._refuse(batch[0], error)
                return
            await self._write(batch[: len(batch) // 2])
            await self._write(batch[len(batch) // 2 :])
        except Exception as error:
            _answer(batch, error)
        else:
            _answer(ours)
            for session_id in {waiting.session_id for waiting in ours}:
                self._notifier.changed(session_id)

    def _refuse(self, waiting: _Waiting, error: psycopg.Error) -> None:
        if isinstance(
            error, psycopg.errors.ForeignKeyViolation
        ):  # deleted since its organization was looked up
            self._tenants.pop(waiting.session_id, None)
            _answer([waiting], _no_session(waiting.session_id))
        else:
            _answer([waiting], error)

    async def _ours(self, batch: Sequence[_Waiting]) -> list[_Waiting]:
        """Those of sessions that exist; the others are told that theirs does not."""
        unknown = {waiting.session_id for waiting in batch} - self._tenants.keys()
        if unknown:
            async with self._database.unscoped() as db:
                found = await organizations.tenants_of_sessions(db, unknown)
            if len(self._tenants) > _MOST_REMEMBERED:
                self._tenants.clear()
            self._tenants |= found
        for waiting in batch:
            if waiting.session_id not in self._tenants:
                _answer([waiting], _no_session(waiting.session_id))
        return [waiting for waiting in batch if waiting.session_id in self._tenants]

    def _by_tenant(self, batch: Sequence[_Waiting]) -> dict[UUID, list[tuple[UUID, SessionEvent]]]:
        by_tenant: dict[UUID, list[tuple[UUID, SessionEvent]]] = defaultdict(list)
        for waiting in batch:
            by_tenant[self._tenants[waiting.session_id]].append((waiting.session_id, waiting.event))
        return by_tenant

    async def aclose(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


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
