"""Records incoming session events in batches: events that arrive during a commit share the next one."""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import psycopg

from api.live.session_tenants import SessionTenants
from domain.errors import NotFound
from domain.presence.allowance import Allowance
from domain.presence.events import EventSource, RecordedEvent
from models.database import Database
from models.repositories import events

_BATCH = 500
# Webhooks about tracks of one person: the recorder reports them too, and an endless row of them says nothing more.
_TRACKS_AT_ONCE, _SECONDS_PER_TRACK = 100, 10.0

logger = logging.getLogger(__name__)


class _Pending(NamedTuple):
    """An event that is not committed yet, and the future that its caller awaits."""

    session_id: UUID
    encoded: bytes
    written: asyncio.Future[None]


BySession = Mapping[UUID, Sequence[_Pending]]


class EventRecorder:
    """`record` returns when the event is committed.

    If more events are pending than one commit takes, a second writer works beside the first: while one waits for the
    database, the callers of the other get their result and send their next events.
    """

    def __init__(self, database: Database, tenants: SessionTenants) -> None:
        self._database = database
        self._tenants = tenants
        self._tracks = Allowance(_TRACKS_AT_ONCE, _SECONDS_PER_TRACK)
        self._pending: list[_Pending] = []
        self._arrived, self._backlogged = asyncio.Event(), asyncio.Event()
        self._writers: dict[asyncio.Event, asyncio.Task[None]] = {}

    async def record(self, recorded: RecordedEvent) -> None:
        """Raises NotFound for a session that does not exist, Unavailable if the database does not respond.

        Of somebody who publishes tracks without end, not all are recorded.
        """
        if self._is_cut(recorded):
            return
        for wake in (self._arrived, self._backlogged):
            if wake not in self._writers or self._writers[wake].done():
                self._writers[wake] = asyncio.create_task(self._write_forever(wake))
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Encoded here, while the previous batch is being written.
        encoded = events.encoded(recorded.session_id, recorded.event)
        self._pending.append(_Pending(recorded.session_id, encoded, written))
        self._arrived.set()
        if len(self._pending) >= _BATCH:
            self._backlogged.set()
        await written

    def _is_cut(self, recorded: RecordedEvent) -> bool:
        event = recorded.event
        if event.source != EventSource.WEBHOOK or not event.track_sid:
            return False
        person = f"{recorded.session_id}:{event.identity}"
        if self._tracks.take(person, time.monotonic()):
            return False
        if self._tracks.is_first_refusal(person):
            details = {"session_id": str(recorded.session_id), "identity": event.identity}
            logger.warning("a participant publishes more tracks than are recorded", extra=details)
        return True

    async def _write_forever(self, wake: asyncio.Event) -> None:
        while True:
            await wake.wait()
            batch, self._pending = self._pending[:_BATCH], self._pending[_BATCH:]
            if not self._pending:
                self._arrived.clear()
            if len(self._pending) < _BATCH:
                self._backlogged.clear()
            if batch:
                await self._write(batch)

    async def _write(self, batch: Sequence[_Pending]) -> None:
        """Write the batch in one transaction; if the database refuses it, find the refused events by bisection."""
        by_session = _by_session(batch)
        try:
            tenants = await self._tenants.of_sessions(by_session.keys())
            existing = [session_id for session_id in by_session if session_id in tenants]
            async with self._database.driver(writing=existing) as connection:
                await events.record_many(connection, _by_tenant(by_session, tenants))
        except psycopg.Error as error:
            if len(batch) == 1:
                self._refuse(batch[0], error)
                return
            await self._write(batch[: len(batch) // 2])
            await self._write(batch[len(batch) // 2 :])
        except Exception as error:
            _resolve(batch, error)
        else:
            for session_id, pending in by_session.items():
                _resolve(pending, None if session_id in tenants else _no_session(session_id))

    def _refuse(self, pending: _Pending, error: psycopg.Error) -> None:
        if isinstance(error, psycopg.errors.ForeignKeyViolation):
            self._tenants.forget(pending.session_id)  # deleted since its organization was looked up
            _resolve([pending], _no_session(pending.session_id))
        else:
            _resolve([pending], error)

    async def aclose(self) -> None:
        for task in self._writers.values():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _by_session(batch: Sequence[_Pending]) -> dict[UUID, list[_Pending]]:
    by_session: dict[UUID, list[_Pending]] = defaultdict(list)
    for pending in batch:
        by_session[pending.session_id].append(pending)
    return by_session


def _by_tenant(by_session: BySession, tenants: Mapping[UUID, UUID]) -> dict[UUID, list[bytes]]:
    by_tenant: dict[UUID, list[bytes]] = defaultdict(list)
    for session_id, pending in by_session.items():
        if session_id in tenants:
            by_tenant[tenants[session_id]] += [event.encoded for event in pending]
    return by_tenant


def _resolve(batch: Sequence[_Pending], error: Exception | None = None) -> None:
    for pending in batch:
        if pending.written.done():  # the caller was cancelled
            continue
        if error:
            pending.written.set_exception(error)
        else:
            pending.written.set_result(None)


def _no_session(session_id: UUID) -> NotFound:
    return NotFound(f"there is no session {session_id}")
