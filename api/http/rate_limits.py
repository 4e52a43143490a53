"""How much one caller may ask for, told in the headers of the IETF draft on rate limits."""

import math
import time
from dataclasses import dataclass

from limits import parse
from limits.aio.storage import Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

from domain.errors import RateLimited


@dataclass(frozen=True)
class Standing:
    allowed: bool
    headers: dict[str, str]
    wait: int  # seconds until there is room again


class RateLimiter:
    """A sliding window per caller, counted without a list of its requests; `storage` is a URL of the limits library."""

    def __init__(self, rate: str, storage: str) -> None:
        self._rate = parse(rate)
        opened = storage_from_string(storage)
        assert isinstance(opened, Storage), "the storage has to be one of limits.aio"
        self._limiter = SlidingWindowCounterRateLimiter(opened)
        window = self._rate.get_expiry()
        self._policy = f'"default";q={self._rate.amount};w={window}'

    async def hit(self, caller: str) -> Standing:
        allowed = await self._limiter.hit(self._rate, caller)
        stats = await self._limiter.get_window_stats(self._rate, caller)
        wait = max(0, math.ceil(stats.reset_time - time.time()))
        headers = {
            "RateLimit-Policy": self._policy,
            "RateLimit": f'"default";r={max(0, stats.remaining)};t={wait}',
        }
        if not allowed:
            headers["Retry-After"] = str(max(1, wait))
        return Standing(allowed, headers, wait)


def refuse(standing: Standing) -> None:
    """Raises RateLimited where the caller has asked too much."""
    if not standing.allowed:
        raise RateLimited(next_step=f"Wait {max(1, standing.wait)} s, then try again.")
