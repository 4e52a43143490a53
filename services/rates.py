"""Limits how often somebody does what writes to others."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.errors import RateLimited


def check_rate(times: Sequence[datetime], most: int, within: timedelta, now: datetime, detail: str) -> None:
    """`times`: when it was done since `within` ago, in order. Raises RateLimited with `detail` from `most` on."""
    if len(times) < most:
        return
    wait = max(1, int((times[-most] + within - now).total_seconds()))
    raise RateLimited(
        detail,
        next_step=f"Try again in {-(-wait // 60)} min, or contact your school.",
        retry_after=str(wait),
    )
