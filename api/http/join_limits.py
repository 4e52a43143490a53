"""Rate limits of what comes with join links: per link, and per class.

The limits of a class are so far above those of a link that a few who flood it take nothing from the others.
"""

from uuid import UUID

from api.http.rate_limits import RateLimiter
from domain.errors import RateLimited

_MESSAGES, _MESSAGES_A_DAY, _MESSAGES_OF_CLASS = "30/minute", "500/day", "5000/day"
_FALLBACKS = "300/day"  # changes between video and sound alone
_STREAMS = "20/minute"  # a page opens one, and another after each cut
_SAMPLES, _SAMPLES_A_DAY, _SAMPLES_OF_CLASS = (
    "150/minute",
    "6000/day",
    "300000/day",
)  # a page takes 12 a minute


class JoinLimits:
    """Counts what the holders of join links send. The methods raise RateLimited."""

    def __init__(self, storage: str) -> None:
        """`storage` is in the notation of the limits library."""
        self._messages = RateLimiter(_MESSAGES, storage)
        self._messages_a_day = RateLimiter(_MESSAGES_A_DAY, storage)
        self._messages_of_class = RateLimiter(_MESSAGES_OF_CLASS, storage)
        self._streams = RateLimiter(_STREAMS, storage)
        self._fallbacks = RateLimiter(_FALLBACKS, storage)
        self._samples = RateLimiter(_SAMPLES, storage)
        self._samples_a_day = RateLimiter(_SAMPLES_A_DAY, storage)
        self._samples_of_class = RateLimiter(_SAMPLES_OF_CLASS, storage)

    async def message(self, session_id: UUID, participant_id: UUID) -> None:
        (await self._messages.hit(f"messages:{participant_id}")).raise_if_exceeded()
        (await self._messages_a_day.hit(f"messages:{participant_id}")).raise_if_exceeded()
        if not (await self._messages_of_class.hit(f"messages:{session_id}")).allowed:
            raise RateLimited("this class has as many chat messages as are kept")

    async def stream(self, participant_id: UUID) -> None:
        (await self._streams.hit(f"streams:{participant_id}")).raise_if_exceeded()

    async def samples(self, session_id: UUID, participant_id: UUID, count: int) -> None:
        if count == 0:
            return
        (await self._samples.hit(f"samples:{participant_id}", count)).raise_if_exceeded()
        (await self._samples_a_day.hit(f"samples:{participant_id}", count)).raise_if_exceeded()
        if not (await self._samples_of_class.hit(f"samples:{session_id}", count)).allowed:
            raise RateLimited("this class has as many measurements as are kept")

    async def allows_fallbacks(self, participant_id: UUID, count: int) -> bool:
        """Whether so many more changes between video and sound alone are kept."""
        return count == 0 or (await self._fallbacks.hit(f"fallbacks:{participant_id}", count)).allowed
