"""Recording events from outside: durable before the answer, and one commit for all that arrive meanwhile."""

import asyncio
import contextlib
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from api.tenants import Tenants
from domain.errors import NotFound, Unavailable
from domain.events import RecordedEvent, SessionEvent
from models.changes import ChangeNotifier
from models.database import Database
from models.repositories import events

_BATCH = 500


@dataclass
class _Waiting:
    organization_id: UUID
    session_id: UUID
    event: SessionEvent
    written: asyncio.Future[None]


class EventRecorder:
    """`record` returns when the event is committed. Events that arrive during a commit share the next one."""

    def __init__(self, database: Database, notifier: ChangeNotifier, tenants: Tenants) -> None:
        self._database = database
        self._notifier = notifier
        self._tenants = tenants
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def record(self, recorded: RecordedEvent) -> None:
        """Raises NotFound for a session that does not exist, Unavailable when the database does not answer."""
        tenant = await self._tenants.of_session(recorded.session_id)
        if tenant is None:
            raise NotFound(f"there is no session {recorded.session_id}")
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_for_ever())
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(_Waiting(tenant, recorded.session_id, recorded.event, written))
        await written

    async def _write_for_ever(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < _BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            by_tenant: dict[UUID, list[_Waiting]] = defaultdict(list)
            for waiting in batch:
                by_tenant[waiting.organization_id].append(waiting)
            for tenant, waiting_events in by_tenant.items():
                await self._write(tenant, waiting_events)

    async def _write(self, tenant: UUID, batch: list[_Waiting]) -> None:
        try:
            async with self._database.tenant(tenant) as db:
                await events.record(db, tenant, [(w.session_id, w.event) for w in batch])
        except Exception as error:
            await self._failed(tenant, batch, error)
            return
        for waiting in batch:
            if not waiting.written.done():
                waiting.written.set_result(None)
        for session_id in {waiting.session_id for waiting in batch}:
            self._notifier.changed(session_id)

    async def _failed(self, tenant: UUID, batch: list[_Waiting], error: Exception) -> None:
        """What one of them cannot be written for is no reason to lose the others."""
        if len(batch) > 1 and not isinstance(error, Unavailable):
            for waiting in batch:
                await self._write(tenant, [waiting])
            return
        for waiting in batch:
            if not waiting.written.done():
                waiting.written.set_exception(error)

    async def aclose(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
