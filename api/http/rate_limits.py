"""Rate limit per caller, reported in the RateLimit headers of the IETF draft."""

import math
import time
from dataclasses import dataclass

from limits import parse
from limits.aio.storage import Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

from domain.errors import RateLimited


@dataclass(frozen=True)
class LimitStatus:
    """A caller's rate limit after a request."""

    allowed: bool
    headers: dict[str, str]
    wait: int  # seconds until the window resets

    def raise_if_exceeded(self) -> None:
        """Raises RateLimited."""
        if not self.allowed:
            raise self.refusal()

    def refusal(self) -> RateLimited:
        wait = max(1, self.wait)
        return RateLimited(next_step=f"Wait {wait} s, then try again.", retry_after=str(wait))


class RateLimiter:
    """Counts requests per caller in a sliding window.

    `rate` and `storage` are in the notation of the limits library: `3000/minute`, `async+redis://…`.
    """

    def __init__(self, rate: str, storage: str) -> None:
        self._rate = parse(rate)
        counters = storage_from_string(storage)
        assert isinstance(counters, Storage), "the storage must be one of limits.aio"
        self._limiter = SlidingWindowCounterRateLimiter(counters)
        window = self._rate.get_expiry()
        self._policy = f'"default";q={self._rate.amount};w={window}'

    async def hit(self, caller: str, cost: int = 1) -> LimitStatus:
        """Count a request of the caller; what would exceed the limit is not counted."""
        allowed = await self._limiter.hit(self._rate, caller, cost=cost)
        stats = await self._limiter.get_window_stats(self._rate, caller)
        wait = max(0, math.ceil(stats.reset_time - time.time()))
        headers = {
            "RateLimit-Policy": self._policy,
            "RateLimit": f'"default";r={max(0, stats.remaining)};t={wait}',
        }
        return LimitStatus(allowed, headers, wait)
