"""Live pages: one listener per process, fanned out to whatever looks at sessions."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.live.session_tenants import Tenants
from domain.errors import Unavailable
from models.changes import RESYNC, listen

KEEP_ALIVE = 15.0  # seconds after which a silent stream says that it is still there
_COALESCE = (
    0.8  # seconds between two calls to look again: a page shows a change within a second, and asks no oftener
)
CHANGED = "event: changed\ndata: {}\n\n"
STILL_HERE = ": still here\n\n"

logger = logging.getLogger(__name__)


class LiveStream(StreamingResponse):
    """Never ends by itself; a server that stops cuts it off, and then it ends as any answer does."""

    def __init__(
        self, messages: AsyncIterator[str] | AsyncIterator[bytes], headers: Mapping[str, str]
    ) -> None:
        super().__init__(messages, media_type="text/event-stream", headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


@dataclass(eq=False)
class Watcher:
    """What changed in an organization, or in one session of it, since it was last taken."""

    organization_id: UUID
    session_id: UUID | None = None  # None: all sessions of the organization
    changed: set[UUID] = field(default_factory=set)
    everything: bool = False  # anything may have changed
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, changed: set[UUID] | None) -> None:
        """None: anything may have changed."""
        if changed is None:
            self.everything = True
        else:
            self.changed |= changed if self.session_id is None else changed & {self.session_id}
        if self.changed or self.everything:
            self._told.set()

    async def wait(self, seconds: float) -> bool:
        """Until something changed; False where nothing did for so long."""
        try:
            await asyncio.wait_for(self._told.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def take(self) -> set[UUID] | None:
        """What changed. None: anything may have."""
        changed = None if self.everything else self.changed
        self.changed, self.everything = set(), False
        self._told.clear()
        return changed


class LiveHub:
    def __init__(self, url: str, tenants: Tenants) -> None:
        self._url = url
        self._tenants = tenants
        self._watchers: dict[UUID, set[Watcher]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def watching(self, organization_id: UUID, session_id: UUID | None = None) -> Iterator[Watcher]:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        watcher = Watcher(organization_id, session_id)
        self._watchers[organization_id].add(watcher)
        try:
            yield watcher
        finally:
            self._watchers[organization_id].discard(watcher)
            if not self._watchers[organization_id]:
                del self._watchers[organization_id]

    def watchers(self, organization_id: UUID) -> int:
        """How many watch sessions of an organization in this process."""
        return len(self._watchers.get(organization_id, ()))

    async def stream(self, organization_id: UUID, session_id: UUID) -> AsyncIterator[str]:
        """Server-sent events: `changed`, first and whenever the session did; at once, or a moment after the last."""
        with self.watching(organization_id, session_id) as watcher:
            yield f"retry: 1000\n{CHANGED}"
            while True:
                if await watcher.wait(KEEP_ALIVE):
                    watcher.take()
                    yield CHANGED
                    await asyncio.sleep(_COALESCE)
                else:
                    yield STILL_HERE

    async def _listen(self) -> None:
        async for message in listen(self._url):
            if self._watchers:
                await self._tell(message)

    async def _tell(self, message: frozenset[str]) -> None:
        by_tenant: dict[UUID, set[UUID]] | None = None
        if RESYNC not in message:
            try:
                by_tenant = await self._by_tenant({UUID(one) for one in message})
            except Unavailable:
                logger.warning("all pages look again: the database does not answer")
            except Exception as error:  # one odd message must not silence all pages
                logger.error(
                    "all pages look again: a message was not understood",
                    extra={"error": type(error).__name__},
                )
        for organization_id, watchers in list(self._watchers.items()):
            for watcher in watchers:
                watcher.tell(None if by_tenant is None else by_tenant.get(organization_id, set()))

    async def _by_tenant(self, changed: set[UUID]) -> dict[UUID, set[UUID]]:
        by_tenant: dict[UUID, set[UUID]] = defaultdict(set)
        for session_id, organization_id in (await self._tenants.of_sessions(changed)).items():
            by_tenant[organization_id].add(session_id)
        return by_tenant

    async def aclose(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
