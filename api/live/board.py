"""The live board as it goes to browsers: one reader per organization, however many look.

The first change is read and sent at once; those that follow within a moment are read together, in one query. Every
message has an id, so that a browser that comes back is sent what changed meanwhile, or the whole board.
"""

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from api.live.streams import KEEP_ALIVE, STILL_HERE, LiveHub, Watcher
from domain.errors import Unavailable
from domain.sessions.board import SessionRow
from models.database import Database
from services import board

_COALESCE = 0.03  # seconds between two messages
_TICK = 1.0  # seconds between two looks for rows that change by themselves
_REMEMBERED = 1000  # messages: more than a minute
_MOST_WAITING = 50  # messages; a browser that is further behind is sent the whole board
_LINGERS = 30.0  # seconds for which the reader goes on when nobody looks: somebody may be coming back

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class _Viewer:
    messages: deque[bytes] = field(default_factory=deque)
    overrun: bool = False
    told: asyncio.Event = field(default_factory=asyncio.Event)

    def send(self, message: bytes) -> None:
        if len(self.messages) >= _MOST_WAITING:
            self.messages.clear()
            self.overrun = True
        self.messages.append(message)
        self.told.set()

    def take(self) -> bytes:
        self.told.clear()
        messages = b"".join(self.messages)
        self.messages.clear()
        return messages

    def take_overrun(self) -> bool:
        overrun, self.overrun = self.overrun, False
        if overrun:
            self.messages.clear()
        return overrun


class BoardFeed:
    """Of one organization."""

    def __init__(self, database: Database, organization_id: UUID, now: Callable[[], datetime]) -> None:
        self._database = database
        self._organization_id = organization_id
        self._now = now
        self._life = secrets.token_hex(4)  # ids of another reader mean nothing to this one
        self._number = 0  # of the last message
        self._recent: deque[tuple[int, frozenset[UUID]]] = deque(maxlen=_REMEMBERED)
        self._turns: dict[UUID, datetime] = {}  # when a row may change by itself
        self._viewers: set[_Viewer] = set()
        self._over = False

    async def stream(self, last_id: str | None) -> AsyncGenerator[bytes, None]:
        """Ends when the database does not answer: the browser comes back by itself."""
        viewer = _Viewer()
        self._viewers.add(viewer)
        try:
            yield b"retry: 1000\n\n"
            yield await self._first(last_id)
            while not self._over:
                if viewer.take_overrun():
                    yield await self._whole()
                yield viewer.take() or STILL_HERE.encode()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(viewer.told.wait(), KEEP_ALIVE)
        except Unavailable:
            return
        finally:
            self._viewers.discard(viewer)

    async def read(self, watcher: Watcher) -> None:
        """Send what changes for as long as somebody looks, and a while longer."""
        loop = asyncio.get_running_loop()
        looked_at = loop.time()
        while self._viewers or loop.time() - looked_at < _LINGERS:
            looked_at = loop.time() if self._viewers else looked_at
            await watcher.wait(_TICK)
            changed = watcher.take()
            try:
                if await self._send(changed if changed is None else changed | self._due()):
                    await asyncio.sleep(_COALESCE)
            except Unavailable:
                logger.warning("the board waits for the database")
                watcher.tell(None)
                await asyncio.sleep(_TICK)

    @property
    def viewers(self) -> int:
        return len(self._viewers)

    def end(self) -> None:
        """Whoever looks comes back to the next reader."""
        self._over = True
        for viewer in self._viewers:
            viewer.told.set()

    def _due(self) -> set[UUID]:
        now = self._now()
        return {session_id for session_id, at in self._turns.items() if at <= now}

    async def _send(self, changed: set[UUID] | None) -> bool:
        """True where there was something to send."""
        if changed is None:
            self._recent.clear()
            self._number += 1
            self._broadcast(await self._whole())
        elif changed:
            self._number += 1
            self._recent.append((self._number, frozenset(changed)))
            self._broadcast(await self._some(changed))
        return changed is None or bool(changed)

    def _broadcast(self, message: bytes) -> None:
        for viewer in self._viewers:
            viewer.send(message)

    async def _first(self, last_id: str | None) -> bytes:
        """What changed since a message this reader remembers, else everything."""
        since = self._number_of(last_id)
        oldest = self._recent[0][0] if self._recent else self._number + 1
        if since is None or not oldest - 1 <= since <= self._number:
            return await self._whole()
        missed = (changed for number, changed in self._recent if number > since)
        return await self._some(frozenset[UUID]().union(*missed))

    def _number_of(self, last_id: str | None) -> int | None:
        life, _, number = (last_id or "").partition("-")
        return int(number) if life == self._life and number.isdecimal() else None

    async def _whole(self) -> bytes:
        number, now = self._number, self._now()
        async with self._database.tenant(self._organization_id) as db:
            rows = await board.rows(db, now)
        self._turns = {}
        self._note_turns(rows)
        return self._message("board", number, {"now": now, "rows": rows})

    async def _some(self, changed: Collection[UUID]) -> bytes:
        number, now = self._number, self._now()
        rows: list[SessionRow] = []
        if changed:
            async with self._database.tenant(self._organization_id) as db:
                rows = await board.rows(db, now, changed)
        for session_id in changed:
            self._turns.pop(session_id, None)
        self._note_turns(rows)
        gone = set(changed) - {row.id for row in rows}
        return self._message("rows", number, {"now": now, "rows": rows, "gone": list(gone)})

    def _note_turns(self, rows: Iterable[SessionRow]) -> None:
        self._turns |= {row.id: row.changes_at for row in rows if row.changes_at}

    def _message(self, event: str, number: int, data: dict[str, Any]) -> bytes:
        head = f"event: {event}\nid: {self._life}-{number}\ndata: "
        return head.encode() + orjson.dumps(data) + b"\n\n"


class Boards:
    """The readers, each started when somebody looks at an organization's board."""

    def __init__(self, database: Database, hub: LiveHub, now: Callable[[], datetime]) -> None:
        self._database = database
        self._hub = hub
        self._now = now
        self._feeds: dict[UUID, BoardFeed] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    async def stream(self, organization_id: UUID, last_id: str | None = None) -> AsyncIterator[bytes]:
        """Server-sent events: `board` with all rows, then `rows` with those that changed and the ids of those gone."""
        if organization_id not in self._feeds:
            feed = self._feeds[organization_id] = BoardFeed(self._database, organization_id, self._now)
            self._tasks[organization_id] = asyncio.create_task(self._read(organization_id, feed))
        async with contextlib.aclosing(self._feeds[organization_id].stream(last_id)) as messages:
            async for message in messages:
                yield message

    def viewers(self, organization_id: UUID) -> int:
        """How many look at an organization's board in this process."""
        feed = self._feeds.get(organization_id)
        return feed.viewers if feed else 0

    async def _read(self, organization_id: UUID, feed: BoardFeed) -> None:
        try:
            with self._hub.watching(organization_id) as watcher:
                await feed.read(watcher)
        finally:
            feed.end()
            del self._feeds[organization_id], self._tasks[organization_id]

    async def aclose(self) -> None:
        for task in list(self._tasks.values()):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
