"""Limits costly work: a few pieces of it at once in a process, one at a time for each organization."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from domain.errors import RateLimited

_RETRY_AFTER = "10"  # seconds


class Turns:
    def __init__(self, most: int, *, patience: float = 60.0) -> None:
        """`patience`: seconds that somebody waits for a turn."""
        self._most = asyncio.Semaphore(most)
        self._patience = patience
        self._of: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, organization_id: UUID) -> AsyncIterator[None]:
        """A turn of this organization. Whoever waits for an own turn keeps nobody else waiting. Raises RateLimited."""
        own = self._of.setdefault(organization_id, asyncio.Lock())
        try:
            await asyncio.wait_for(self._take(own), self._patience)
        except TimeoutError as error:
            raise RateLimited(
                "too much of this kind is being read for your organization",
                next_step="Wait for the time in Retry-After, then send it again.",
                retry_after=_RETRY_AFTER,
            ) from error
        try:
            yield
        finally:
            self._most.release()
            own.release()

    async def _take(self, own: asyncio.Lock) -> None:
        await own.acquire()
        try:
            await self._most.acquire()
        except BaseException:
            own.release()
            raise
