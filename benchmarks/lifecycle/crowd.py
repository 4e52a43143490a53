"""Many workflows under way at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
_SPREAD = (
    3.0  # seconds over which they start: more than a server of this kind completes in them, so it has no rest
)


@dataclass(frozen=True)
class Crowd(Generic[T]):
    results: list[T]
    per_second: float


async def run_crowd(
    lead: Callable[[int], Awaitable[T]], size: int, progress: Callable[[int, int], None]
) -> Crowd[T]:
    """`lead` takes the workflow of a number from its start to its end."""
    started, completed = time.monotonic(), 0

    async def one(number: int) -> T:
        nonlocal completed
        await asyncio.sleep(_SPREAD * number / size)
        result = await lead(number)
        completed += 1
        progress(completed, size)
        return result

    results = await asyncio.gather(*map(one, range(size)))
    return Crowd(results, size / (time.monotonic() - started))
