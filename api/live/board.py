"""Streams the live board to browsers by server-sent events: one database reader per organization serves all viewers.

The first change is read and sent at once; changes that follow within a moment are read together, in one query. Every
message has an id, so that a browser that reconnects gets only what it missed, or else the whole board.
"""

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from api.live.streams import KEEP_ALIVE, STILL_HERE, LiveHub, Watcher
from domain.errors import Unavailable
from domain.sessions.board import SessionRow
from models.database import Database
from services import board

_MIN_PAUSE, _MAX_PAUSE = 0.03, 0.1  # seconds after a message
_PAUSE_OF_READ = 2.0  # of the time that the message took: fewer and larger messages where much changes
CHECK_INTERVAL = (
    60.0  # seconds between two checks of all rows, which find a change whose notification was lost
)
_CHECKED_AT_ONCE = 100  # rows, between which changes are sent
_TICK = 1.0  # seconds between checks for rows whose display changes with time alone
_MAX_RECENT = 1000  # messages that a reconnecting browser can catch up on: more than a minute
_MAX_QUEUED = 50  # messages per viewer; one that falls further behind gets the whole board
_LINGER = 30.0  # seconds that the reader runs on without viewers: a reloaded page comes back

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class _Viewer:
    """The messages that wait to be sent to one browser."""

    messages: deque[bytes] = field(default_factory=deque)
    overrun: bool = False
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def send(self, message: bytes) -> None:
        if len(self.messages) >= _MAX_QUEUED:
            self.messages.clear()
            self.overrun = True
        self.messages.append(message)
        self.ready.set()

    def take(self) -> bytes:
        self.ready.clear()
        messages = b"".join(self.messages)
        self.messages.clear()
        return messages

    def take_overrun(self) -> bool:
        overrun, self.overrun = self.overrun, False
        if overrun:
            self.messages.clear()
        return overrun


class _Snapshot(NamedTuple):
    """Rows as read, with the message number and the time before: what changes during the read is sent again."""

    number: int
    now: datetime
    rows: Sequence[SessionRow]


class BoardFeed:
    """Reads one organization's board and sends its changes to the viewers."""

    def __init__(
        self,
        database: Database,
        organization_id: UUID,
        now: Callable[[], datetime],
        check_interval: float,
        keep_alive: float,
    ) -> None:
        self._database = database
        self._check_interval = check_interval
        self._keep_alive = keep_alive
        self._organization_id = organization_id
        self._now = now
        self._feed_id = secrets.token_hex(4)  # part of message ids, to recognize those of another feed
        self._number = 0  # the last message's
        self._recent: deque[tuple[int, frozenset[UUID]]] = deque(maxlen=_MAX_RECENT)
        self._sent: dict[UUID, SessionRow] = {}  # as viewers have them
        self._viewers: set[_Viewer] = set()
        self._ended = False

    async def stream(self, last_id: str | None) -> AsyncGenerator[bytes, None]:
        """Messages for one viewer; ends if the database is unavailable, after which the browser reconnects."""
        viewer = _Viewer()
        self._viewers.add(viewer)
        try:
            yield b"retry: 1000\n\n"
            yield await self._first_message(last_id)
            while not self._ended:
                if viewer.take_overrun():
                    yield self._encode_board(await self._read_rows())
                yield viewer.take() or STILL_HERE.encode()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(viewer.ready.wait(), self._keep_alive)
        except Unavailable:
            return
        finally:
            self._viewers.discard(viewer)

    async def read(self, watcher: Watcher) -> None:
        """Send changes as long as there are viewers, and a little longer."""
        loop = asyncio.get_running_loop()
        last_viewed = last_checked = loop.time()
        unchecked: list[UUID] = []
        while self._viewers or loop.time() - last_viewed < _LINGER:
            last_viewed = loop.time() if self._viewers else last_viewed
            await watcher.wait(_TICK)
            changed = watcher.take()
            try:
                if changed is not None:
                    changed |= self._due_rows()
                    if not unchecked and loop.time() - last_checked >= self._check_interval:
                        unchecked, last_checked = await self._all_sessions(), loop.time()
                    changed |= await self._differing_rows(unchecked[:_CHECKED_AT_ONCE])
                    unchecked = unchecked[_CHECKED_AT_ONCE:]
                began = loop.time()
                if await self._send(changed):
                    took = loop.time() - began
                    await asyncio.sleep(min(_MAX_PAUSE, max(_MIN_PAUSE, _PAUSE_OF_READ * took)))
            except Unavailable:
                logger.warning("the board is waiting for the database")
                watcher.notify(None)
                await asyncio.sleep(_TICK)

    @property
    def viewers(self) -> int:
        return len(self._viewers)

    def end(self) -> None:
        """End all streams; their browsers reconnect to a new feed."""
        self._ended = True
        for viewer in self._viewers:
            viewer.ready.set()

    def _due_rows(self) -> set[UUID]:
        """The sessions whose display may have changed with time alone."""
        now = self._now()
        return {row.id for row in self._sent.values() if row.changes_at and row.changes_at <= now}

    async def _send(self, changed: set[UUID] | None) -> bool:
        """Send the changed rows, or with None the whole board. False if nothing changed."""
        if changed is None:
            self._recent.clear()
            self._number += 1
            snapshot = await self._read_rows()
            self._sent = {row.id: row for row in snapshot.rows}
            self._broadcast(self._encode_board(snapshot))
        elif changed:
            self._number += 1
            self._recent.append((self._number, frozenset(changed)))
            snapshot = await self._read_rows(changed)
            for session_id in changed:
                self._sent.pop(session_id, None)
            self._sent |= {row.id: row for row in snapshot.rows}
            self._broadcast(self._encode_changes(snapshot, changed))
        return changed is None or bool(changed)

    async def _all_sessions(self) -> list[UUID]:
        """Those of the board, and those that viewers have."""
        async with self._database.tenant(self._organization_id) as db:
            return list(await board.session_ids(db, self._now()) | self._sent.keys())

    async def _differing_rows(self, ids: Collection[UUID]) -> set[UUID]:
        """Those of these sessions whose rows are not as viewers have them."""
        current = {row.id: row for row in (await self._read_rows(ids)).rows}
        return {session_id for session_id in ids if current.get(session_id) != self._sent.get(session_id)}

    def _broadcast(self, message: bytes) -> None:
        for viewer in self._viewers:
            viewer.send(message)

    async def _first_message(self, last_id: str | None) -> bytes:
        """The rows that changed after message `last_id`; the whole board if that message is unknown or too old."""
        since = self._number_of(last_id)
        oldest = self._recent[0][0] if self._recent else self._number + 1
        if since is None or not oldest - 1 <= since <= self._number:
            snapshot = await self._read_rows()
            self._sent = self._sent or {row.id: row for row in snapshot.rows}
            return self._encode_board(snapshot)
        missed = frozenset[UUID]().union(*(changed for number, changed in self._recent if number > since))
        return self._encode_changes(await self._read_rows(missed), missed)

    def _number_of(self, last_id: str | None) -> int | None:
        feed_id, _, number = (last_id or "").partition("-")
        return int(number) if feed_id == self._feed_id and number.isdecimal() else None

    async def _read_rows(self, ids: Collection[UUID] | None = None) -> _Snapshot:
        """The rows of these sessions, or with None all rows."""
        number, now = self._number, self._now()
        if ids is not None and not ids:
            return _Snapshot(number, now, [])
        async with self._database.tenant(self._organization_id) as db:
            return _Snapshot(number, now, await board.rows(db, now, ids))

    def _encode_board(self, snapshot: _Snapshot) -> bytes:
        return self._encode("board", snapshot)

    def _encode_changes(self, snapshot: _Snapshot, changed: Collection[UUID]) -> bytes:
        removed = set(changed) - {row.id for row in snapshot.rows}
        return self._encode("rows", snapshot, gone=list(removed))

    def _encode(self, event: str, snapshot: _Snapshot, **more: Any) -> bytes:
        head = f"event: {event}\nid: {self._feed_id}-{snapshot.number}\ndata: "
        data = {"now": snapshot.now, "rows": snapshot.rows} | more
        return head.encode() + orjson.dumps(data) + b"\n\n"


class Boards:
    """The board feeds of this process, each started with its organization's first viewer."""

    def __init__(
        self,
        database: Database,
        hub: LiveHub,
        now: Callable[[], datetime],
        check_interval: float = CHECK_INTERVAL,
        keep_alive: float = KEEP_ALIVE,
    ) -> None:
        self._database = database
        self._check_interval = check_interval
        self._keep_alive = keep_alive
        self._hub = hub
        self._now = now
        self._feeds: dict[UUID, BoardFeed] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    async def stream(self, organization_id: UUID, last_id: str | None = None) -> AsyncGenerator[bytes, None]:
        """Server-sent events: `board` with all rows, then `rows` with changed rows and the ids of removed ones."""
        if organization_id not in self._feeds:
            feed = BoardFeed(
                self._database, organization_id, self._now, self._check_interval, self._keep_alive
            )
            self._feeds[organization_id] = feed
            self._tasks[organization_id] = asyncio.create_task(self._read(organization_id, feed))
        async with contextlib.aclosing(self._feeds[organization_id].stream(last_id)) as messages:
            async for message in messages:
                yield message

    def viewers(self, organization_id: UUID) -> int:
        """The number of an organization's viewers in this process."""
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
