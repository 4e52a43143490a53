"""Runs many workflows at the same time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
# Seconds over which the workflows start. The server completes fewer in this time, so it is never idle.
_SPREAD = 3.0


@dataclass(frozen=True)
class Crowd(Generic[T]):
    results: list[T]
    per_second: float


async def run_crowd(
    drive: Callable[[int], Awaitable[T]], size: int, progress: Callable[[int, int], None]
) -> Crowd[T]:
    """Run `size` workflows; `drive` takes the workflow with a number from its start to its end."""
    started, completed = time.monotonic(), 0

    async def one(number: int) -> T:
        nonlocal completed
        await asyncio.sleep(_SPREAD * number / size)
        result = await drive(number)
        completed += 1
        progress(completed, size)
        return result

    results = await asyncio.gather(*map(one, range(size)))
    return Crowd(results, size / (time.monotonic() - started))
