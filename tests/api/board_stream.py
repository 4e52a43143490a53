"""The board's stream as a browser reads it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from tests.campus import PATIENCE, Json


@dataclass
class Board:
    """The rows as they are told so far."""

    _lines: AsyncIterator[str]
    rows: dict[str, Json] = field(default_factory=dict)
    last_id: str = ""
    events: list[str] = field(default_factory=list)

    async def next(self) -> Json:
        """Take in one message."""
        message: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if line:
                    message[name] = value
                elif "data" in message:
                    break
        return self._take(message)

    def _take(self, message: dict[str, str]) -> Json:
        data: Json = json.loads(message["data"])
        if message["event"] == "board":
            self.rows.clear()
        self.rows |= {row["id"]: row for row in data["rows"]}
        for gone in data.get("gone", ()):
            self.rows.pop(gone, None)
        self.last_id = message["id"]
        self.events.append(message["event"])
        return data

    async def until(self, session_id: object, **wanted: object) -> Json:
        """The row once it says this."""
        while not self._says(str(session_id), wanted.items()):
            await self.next()
        return self.rows[str(session_id)]

    def _says(self, session_id: str, wanted: Iterable[tuple[str, object]]) -> bool:
        row = self.rows.get(session_id, {})
        return all(row.get(name) == value for name, value in wanted)


@asynccontextmanager
async def looking(browser: httpx.AsyncClient, last_id: str = "") -> AsyncIterator[Board]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    async with browser.stream("GET", "/today/live", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        board = Board(answer.aiter_lines())
        await board.next()
        yield board
