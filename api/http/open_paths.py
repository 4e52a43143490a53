"""The paths that answer without a key or a sign-in: their bodies are small, and each network has a limit for them."""

import re
from collections.abc import Mapping

from api.http.rate_limits import LimitStatus, RateLimiter
from domain.people.sign_in import network_of

# Links, codes and tokens in the request take the place of a key. Webhooks are signed, and have limits of their own.
_OPEN = re.compile(r"/v1/(join|content)/|/(sign-in|desk|operator|j|join|calendar|unsubscribe|offer)(/|$)")
_NOT_LIMITED = re.compile(r"/healthz$|/static/")


def is_open(path: str) -> bool:
    """Whether the path needs neither a key nor a sign-in, whatever the request carries."""
    return _OPEN.match(path) is not None


def has_credentials(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the request carries a key or a cookie, valid or not."""
    return b"authorization" in headers or b"cookie" in headers


def is_unlimited(path: str) -> bool:
    """Whether no request to the path is counted: files of the pages and health checks."""
    return _NOT_LIMITED.match(path) is not None


class OpenPathLimit:
    """Counts the requests without a valid key per network: one IPv4 address, or the /64 of an IPv6 address."""

    def __init__(self, rate: str, storage: str) -> None:
        """`rate` and `storage` are in the notation of the limits library."""
        self._limiter = RateLimiter(rate, storage)

    async def hit(self, client: str) -> LimitStatus:
        return await self._limiter.hit(f"open:{network_of(client)}")
