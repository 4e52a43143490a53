"""Live pages: one listener per process, fanned out to the server-sent event streams."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.tenants import Tenants
from domain.errors import Unavailable
from models.changes import RESYNC, listen

_COALESCE = 0.25  # seconds: a page is told at most four times a second
_KEEP_ALIVE = 15.0
_CHANGED = "event: changed\ndata: {}\n\n"


class LiveStream(StreamingResponse):
    """Never ends by itself; a server that stops cuts it off, and then it ends as any answer does."""

    def __init__(self, messages: AsyncIterator[str], headers: Mapping[str, str]) -> None:
        super().__init__(messages, media_type="text/event-stream", headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


@dataclass(eq=False)
class _Page:
    """One open stream and what it looks at."""

    organization_id: UUID
    session_id: UUID | None  # None: all sessions of the organization
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class LiveHub:
    def __init__(self, url: str, tenants: Tenants) -> None:
        self._url = url
        self._tenants = tenants
        self._pages: set[_Page] = set()
        self._task: asyncio.Task[None] | None = None

    async def stream(self, organization_id: UUID, session_id: UUID | None = None) -> AsyncIterator[str]:
        """Server-sent events: `changed` whenever the session, or any of the organization, changed. Starts with one."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        page = _Page(organization_id, session_id)
        self._pages.add(page)
        try:
            yield f"retry: 1000\n{_CHANGED}"
            while True:
                try:
                    await asyncio.wait_for(page.changed.wait(), _KEEP_ALIVE)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                await asyncio.sleep(_COALESCE)
                page.changed.clear()
                yield _CHANGED
        finally:
            self._pages.discard(page)

    async def _listen(self) -> None:
        async for message in listen(self._url):
            for page in await self._concerned(message):
                page.changed.set()

    async def _concerned(self, message: str) -> list[_Page]:
        if message == RESYNC:
            return list(self._pages)
        session_id = UUID(message)
        try:
            tenant = await self._tenants.of_session(session_id)
        except Unavailable:
            return list(self._pages)  # they look again, rather than miss it
        return [
            page
            for page in self._pages
            if page.organization_id == tenant and page.session_id in (None, session_id)
        ]

    async def aclose(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
