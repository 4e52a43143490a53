"""Streams the captions of a class to the holder of a join link, by server-sent events, from the stored transcript.

The link is checked anew before each message, so a stream ends with the class and with the link.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from api.live.streams import KEEP_ALIVE, STILL_HERE, LiveHub
from api.schemas.joining import CaptionOut
from domain.errors import HomeroomError, Unavailable
from domain.record.transcript import Caption
from services.joining import Joining
from signing.links import JoinLink

_LATEST = 50  # captions of a message at most: what was said earlier comes too late to be read along
_MIN_INTERVAL = 0.5  # seconds between two messages
_CAPTIONS = TypeAdapter(list[CaptionOut])


class CaptionStreams:
    def __init__(
        self, joining: Joining, hub: LiveHub, clock: Callable[[], datetime], keep_alive: float = KEEP_ALIVE
    ) -> None:
        self._joining = joining
        self._hub = hub
        self._clock = clock
        self._keep_alive = keep_alive

    async def stream(self, link: str, holder: JoinLink) -> AsyncIterator[str]:
        """Server-sent events `captions` with what was said last, then with what has been transcribed since.

        It ends when the holder may no longer be in the room.
        """
        sent: set[UUID] = set()
        with self._hub.watching(holder.organization_id, holder.session_id) as watcher:
            yield "retry: 2000\n\n"
            while True:
                watcher.take()
                captions: list[Caption] | None
                try:
                    captions = await self._joining.captions(link, holder.session_id, self._clock(), _LATEST)
                except Unavailable:
                    captions = None  # a later look finds them
                except HomeroomError:
                    return
                if captions is not None:
                    if unsent := [caption for caption in captions if caption.id not in sent]:
                        yield _event(unsent)
                    sent = {caption.id for caption in captions}
                if not await watcher.wait(self._keep_alive):
                    yield STILL_HERE
                await asyncio.sleep(_MIN_INTERVAL)


def _event(captions: list[Caption]) -> str:
    data = _CAPTIONS.dump_json([CaptionOut.of(caption) for caption in captions]).decode()
    return f"event: captions\ndata: {data}\n\n"
