"""Notifies open pages of changed sessions: one database listener per process, fanned out by server-sent events."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.live.session_tenants import SessionTenants
from domain.errors import HomeroomError, Unavailable
from models.changes import RESYNC, listen

KEEP_ALIVE = 15.0  # seconds of silence after which a stream sends a comment; see Settings.stream_keep_alive
_MIN_INTERVAL = 0.8  # seconds between two `changed` events: pages are up to date within a second
RELOAD_INTERVAL = 60.0  # seconds after which a page reloads even if no notification came: one may be lost
CHANGED = "event: changed\ndata: {}\n\n"
STILL_HERE = ": still here\n\n"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StreamAccess:
    """Whether a stream's reader may still read it."""

    check: Callable[[], Awaitable[object]]  # raises a HomeroomError if not
    interval: float  # seconds between two checks

    async def until_refused(self) -> None:
        """Returns when a check refuses. Nothing can be revoked while the database is unavailable."""
        while True:
            await asyncio.sleep(self.interval)
            try:
                await self.check()
            except Unavailable:
                continue
            except HomeroomError:
                return


class LiveStream(StreamingResponse):
    """A response that ends with the client, with the server, or with the reader's access.

    On shutdown and without access it is completed properly: the client asks again and gets the reason.
    """

    def __init__(
        self,
        messages: AsyncIterator[str] | AsyncIterator[bytes],
        headers: Mapping[str, str],
        access: StreamAccess,
    ) -> None:
        super().__init__(
            messages,
            media_type="text/event-stream",
            headers={**headers, "X-Accel-Buffering": "no"},  # a proxy passes each event on at once
        )
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.ensure_future(super().__call__(scope, receive, send))
        allowed = asyncio.ensure_future(self._access.until_refused())
        try:
            await asyncio.wait((sending, allowed), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass  # the server stops
        finally:
            refused = allowed.done()
            for task in (sending, allowed):
                task.cancel()
            await asyncio.gather(sending, allowed, return_exceptions=True)
        if sending.cancelled():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            sending.result()
        if refused:
            allowed.result()  # raises what was no refusal, for the server's log


@dataclass(eq=False)
class Watcher:
    """Collects the sessions that changed, in an organization or one session only, until they are taken."""

    organization_id: UUID
    session_id: UUID | None = None  # None: all sessions of the organization
    changed: set[UUID] = field(default_factory=set)
    everything: bool = False  # anything may have changed
    _pending: asyncio.Event = field(default_factory=asyncio.Event)

    def notify(self, changed: set[UUID] | None) -> None:
        """Add changed sessions; None means that any session may have changed."""
        if changed is None:
            self.everything = True
        else:
            self.changed |= changed if self.session_id is None else changed & {self.session_id}
        if self.changed or self.everything:
            self._pending.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for a change; False if there was none within `seconds`."""
        try:
            await asyncio.wait_for(self._pending.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def take(self) -> set[UUID] | None:
        """The changed sessions, which are then forgotten; None means that any session may have changed."""
        changed = None if self.everything else self.changed
        self.changed, self.everything = set(), False
        self._pending.clear()
        return changed


class LiveHub:
    """The watchers of this process. It listens to the database from the first watcher on."""

    def __init__(
        self,
        url: str,
        tenants: SessionTenants,
        reload_interval: float = RELOAD_INTERVAL,
        keep_alive: float = KEEP_ALIVE,
    ) -> None:
        self._url = url
        self._keep_alive = keep_alive
        self._reload_interval = reload_interval
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
        """The number of an organization's watchers in this process."""
        return len(self._watchers.get(organization_id, ()))

    async def stream(self, organization_id: UUID, session_id: UUID) -> AsyncIterator[str]:
        """Server-sent events: `changed`, at first, after each change of the session, and once a minute."""
        time = asyncio.get_running_loop().time
        with self.watching(organization_id, session_id) as watcher:
            yield f"retry: 1000\n{CHANGED}"
            last_sent = time()
            while True:
                if (
                    await watcher.wait(min(self._keep_alive, self._reload_interval))
                    or time() - last_sent >= self._reload_interval
                ):
                    watcher.take()
                    yield CHANGED
                    last_sent = time()
                    await asyncio.sleep(_MIN_INTERVAL)
                else:
                    yield STILL_HERE

    async def _listen(self) -> None:
        async for message in listen(self._url):
            if self._watchers:
                await self._notify(message)

    async def _notify(self, message: frozenset[str]) -> None:
        by_tenant: dict[UUID, set[UUID]] | None = None
        if RESYNC not in message:
            try:
                by_tenant = await self._by_tenant({UUID(session_id) for session_id in message})
            except Unavailable:
                logger.warning("all pages reload: the database does not respond")
            except Exception as error:  # no message may stop all updates
                logger.error(
                    "all pages reload: whom a message is for can't be told",
                    extra={"error": type(error).__name__},
                )
        for organization_id, watchers in list(self._watchers.items()):
            for watcher in watchers:
                watcher.notify(None if by_tenant is None else by_tenant.get(organization_id, set()))

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
