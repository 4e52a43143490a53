"""Limits sign-in attempts and wrong join codes per email address and network, and in total per address and network.

Addresses and networks are stored only as keyed hashes.
"""

import hashlib
import hmac
import logging
from datetime import datetime

from domain.errors import RateLimited
from domain.people.sign_in import LIMITS, Attempt, network_of
from models.database import Database
from models.repositories import sign_ins

logger = logging.getLogger(__name__)


class SignInLockout:
    def __init__(self, database: Database, secret: str) -> None:
        """`secret` keys the hashes of addresses and networks."""
        self._database = database
        self._secret = secret.encode()

    async def count_link_request(self, address: str, host: str, now: datetime) -> None:
        """Count a request for a sign-in link. Raises RateLimited."""
        network, account = network_of(host), address.lower()
        await self._attempt(Attempt.LINK_TO_ADDRESS_FROM_NETWORK, f"{account}\n{network}", now)
        await self._attempt(Attempt.LINK_FROM_NETWORK, network, now)
        await self._attempt(Attempt.LINK_TO_ADDRESS, account, now)

    async def count_provider_sign_in(self, host: str, now: datetime) -> None:
        """Count a sign-in that goes on at an identity provider, which we ask for its address. Raises RateLimited."""
        await self._attempt(Attempt.PROVIDER_FROM_NETWORK, network_of(host), now)

    async def check_network(self, host: str, now: datetime) -> None:
        """Raises RateLimited if a network sent too many bad tokens. Counts nothing."""
        await self._attempt(Attempt.BAD_TOKEN_FROM_NETWORK, network_of(host), now, note=False)

    async def count_bad_token(self, host: str, code: str, now: datetime) -> None:
        """Count a bad token from a network. Raises RateLimited."""
        logger.warning("sign-in refused", extra={"reason": code})
        await self._attempt(Attempt.BAD_TOKEN_FROM_NETWORK, network_of(host), now)

    async def check_join_codes(self, host: str, now: datetime) -> None:
        """Raises RateLimited if a network tried too many wrong join codes. Counts nothing."""
        await self._attempt(Attempt.BAD_JOIN_CODE_FROM_NETWORK, network_of(host), now, note=False)

    async def count_bad_join_code(self, host: str, now: datetime) -> None:
        """Count a wrong join code from a network. Raises RateLimited."""
        await self._attempt(Attempt.BAD_JOIN_CODE_FROM_NETWORK, network_of(host), now)

    async def _attempt(self, kind: Attempt, subject: str, now: datetime, *, note: bool = True) -> None:
        subject_hash = hmac.new(self._secret, f"{kind}\n{subject}".encode(), hashlib.sha256).hexdigest()
        async with self._database.unscoped() as db:
            wait = await sign_ins.count_attempt(db, subject_hash, LIMITS[kind], now, note=note)
        if wait:
            logger.warning("sign-in locked", extra={"attempt": kind.value, "seconds": wait})
            codes = kind == Attempt.BAD_JOIN_CODE_FROM_NETWORK
            raise RateLimited(
                "too many wrong codes were tried" if codes else "there were too many sign-in attempts",
                next_step=f"Wait {-(-wait // 60)} min, then try again. A link you already have still works.",
                retry_after=str(wait),
            )
