"""Who tries too often to sign in waits. Addresses and networks are counted under marks that tell nobody whose."""

import hashlib
import hmac
import logging
from datetime import datetime

from api.state import State
from domain.errors import RateLimited
from domain.sign_in import LIMITS, Attempt, network_of
from models.repositories import sign_ins

logger = logging.getLogger(__name__)


async def ask_for_link(shared: State, address: str, host: str, now: datetime) -> None:
    """Counts it. Raises RateLimited."""
    await _attempt(shared, Attempt.LINK_FROM_NETWORK, network_of(host), now)
    await _attempt(shared, Attempt.LINK_TO_ADDRESS, address.lower(), now)


async def try_token(shared: State, host: str, now: datetime) -> None:
    """Raises RateLimited where too many bad ones came from there."""
    await _attempt(shared, Attempt.BAD_TOKEN_FROM_NETWORK, network_of(host), now, note=False)


async def token_was_bad(shared: State, host: str, code: str, now: datetime) -> None:
    logger.warning("sign-in refused", extra={"reason": code})
    await _attempt(shared, Attempt.BAD_TOKEN_FROM_NETWORK, network_of(host), now)


async def _attempt(shared: State, kind: Attempt, subject: str, now: datetime, *, note: bool = True) -> None:
    secret = shared.settings.link_secrets[0].get_secret_value()
    about = hmac.new(secret.encode(), f"{kind}\n{subject}".encode(), hashlib.sha256).hexdigest()
    async with shared.database.unscoped() as db:
        wait = await sign_ins.take_part(db, about, LIMITS[kind], now, note=note)
    if wait:
        logger.warning("sign-in locked", extra={"attempt": kind.value, "seconds": wait})
        raise RateLimited(
            "there were too many attempts to sign in",
            next_step=f"Wait {-(-wait // 60)} min, then try again. A link that you have already still works.",
            retry_after=str(wait),
        )
