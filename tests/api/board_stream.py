"""A client of the live board's event stream that keeps the rows up to date, as a browser does."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from tests.campus import PATIENCE, Json


@dataclass
class Board:
    """The board as received so far; `events` are the types of all messages, in order."""

    _lines: AsyncIterator[str]
    rows: dict[str, Json] = field(default_factory=dict)
    last_id: str = ""
    events: list[str] = field(default_factory=list)

    async def next(self) -> Json:
        """Wait for one message and apply it; returns its data."""
        message: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if line:
                    message[name] = value
                elif "data" in message:
                    break
        return self._apply(message)

    def _apply(self, message: dict[str, str]) -> Json:
        data: Json = json.loads(message["data"])
        if message["event"] == "board":
            self.rows.clear()
        self.rows |= {row["id"]: row for row in data["rows"]}
        for removed in data.get("gone", ()):
            self.rows.pop(removed, None)
        self.last_id = message["id"]
        self.events.append(message["event"])
        return data

    async def until(self, session_id: object, **expected: object) -> Json:
        """Wait until the session's row has these values; returns the row."""
        while not self._has(str(session_id), expected.items()):
            await self.next()
        return self.rows[str(session_id)]

    def _has(self, session_id: str, expected: Iterable[tuple[str, object]]) -> bool:
        row = self.rows.get(session_id, {})
        return all(row.get(name) == value for name, value in expected)


@asynccontextmanager
async def watching_board(browser: httpx.AsyncClient, last_id: str = "") -> AsyncIterator[Board]:
    """The board as a signed-in browser receives it; `last_id` resumes an earlier stream."""
    headers = {"Last-Event-ID": last_id} if last_id else {}
    async with browser.stream("GET", "/today/live", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        board = Board(answer.aiter_lines())
        await board.next()
        yield board
