"""Work on many sessions at once, in which the failure of one session does not affect the others.

A failure is logged with the id of its session. Unavailable many times in a row means that the service is down: then
the rest is not tried.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from temporalio import activity

from activities.failures import description
from domain.errors import Unavailable

AT_ONCE = 20  # concurrent calls
WRITERS = 4  # concurrent transactions; few, to leave connections of the pool to others
_MOST_LOGGED = 20  # ids in one line of the log

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Outcomes(Generic[R]):
    """The outcome of the work by key. A key whose work failed with another error than Unavailable is in neither."""

    results: dict[UUID, R] = field(default_factory=dict)
    unavailable: frozenset[UUID] = frozenset()  # failed with Unavailable, or was not tried


async def for_each(
    items: Mapping[UUID, T],
    work: Callable[[UUID, T], Awaitable[R]],
    *,
    what: str,
    of: str = "session_id",
    at_once: int = AT_ONCE,
    within: float | None = None,
) -> Outcomes[R]:
    """Do `work` for each item, `at_once` of them concurrently. `of` names the keys in the log.

    Stops after `at_once` failures with Unavailable in a row, and after `within` seconds. The order is random, so that
    time running out does not hit the same items each time.
    """
    batch = _Batch(work, what, of)
    waiting = iter(random.sample(list(items.items()), len(items)))

    async def take_turns() -> None:
        for key, item in waiting:
            if batch.unavailable_in_a_row < at_once:
                await batch.do(key, item)

    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await asyncio.gather(*(take_turns() for _ in range(min(at_once, len(items)))))
    batch.log_unfinished(items)
    return Outcomes(batch.results, frozenset(items.keys() - batch.results.keys() - batch.failed))


class _Batch(Generic[T, R]):
    """The results and failures so far."""

    def __init__(self, work: Callable[[UUID, T], Awaitable[R]], what: str, of: str) -> None:
        self._work = work
        self._what = what
        self._of = of
        self.results: dict[UUID, R] = {}
        self.failed: set[UUID] = set()  # with another error than Unavailable
        self.unavailable: set[UUID] = set()
        self.unavailable_in_a_row = 0

    async def do(self, key: UUID, item: T) -> None:
        try:
            self.results[key] = await self._work(key, item)
            self.unavailable_in_a_row = 0
        except Unavailable as error:
            self.unavailable.add(key)
            self.unavailable_in_a_row += 1
            log_left_out(key, self._what, error, of=self._of)
        except Exception as error:
            self.failed.add(key)
            self.unavailable_in_a_row = 0
            log_left_out(key, self._what, error, of=self._of)

    def log_unfinished(self, keys: Iterable[UUID]) -> None:
        """Log how many calls were not tried or not answered in time, and the first of their keys."""
        ended = self.results.keys() | self.failed | self.unavailable
        if unfinished := [str(key) for key in keys if key not in ended]:
            details = {
                "what": self._what,
                "count": len(unfinished),
                self._of + "s": unfinished[:_MOST_LOGGED],
            }
            activity.logger.warning("calls were not answered", extra=details)


async def in_bulk(
    items: Mapping[UUID, T], work: Callable[[Mapping[UUID, T]], Awaitable[Mapping[UUID, R]]], *, what: str
) -> dict[UUID, R]:
    """Do `work` for all items together; if that fails, for each half of them, until the faulty item is alone.

    Raises Unavailable.
    """
    if not items:
        return {}
    try:
        return dict(await work(items))
    except Unavailable:
        raise
    except Exception as error:
        if len(items) == 1:
            log_left_out(next(iter(items)), what, error)
            return {}
    listed = list(items.items())
    half = len(listed) // 2
    results = await in_bulk(dict(listed[:half]), work, what=what)
    return results | await in_bulk(dict(listed[half:]), work, what=what)


def log_left_out(key: UUID, what: str, error: Exception, *, of: str = "session_id") -> None:
    activity.logger.warning(
        f"{of.removesuffix('_id')} left out", extra={of: str(key), "what": what, "error": description(error)}
    )
