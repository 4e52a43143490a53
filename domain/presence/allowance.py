"""Limits how often each participant may cause an event, so that a flood from one page does not fill the record.

What is limited is either dropped, or a state of which the latest counts: that is reported as soon as it may be again.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

_MOST_KEYS = 10_000  # after so many, those that have their whole burst again are forgotten

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Allowance:
    """For each key: `burst` at once, one more every `seconds`, and `most` in all if it is given."""

    def __init__(self, burst: int, seconds: float, most: int | None = None) -> None:
        self._burst, self._seconds, self._most = burst, seconds, most
        self._full_at: dict[str, float] = {}  # when a key that was used has its whole burst again
        self._taken: dict[str, int] = {}  # counted only where `most` is given
        self._refused: set[str] = set()

    def take(self, key: str, now: float) -> bool:
        """Whether the key may have one more. `now` is in seconds of a clock that never goes back."""
        full_at = max(self._full_at.get(key, now), now) + self._seconds
        if full_at - now > self._burst * self._seconds:
            return False
        if self._most is not None:
            if self._taken.get(key, 0) >= self._most:
                return False
            self._taken[key] = self._taken.get(key, 0) + 1
        self._full_at[key] = full_at
        if len(self._full_at) > _MOST_KEYS:
            self._forget(now)
        return True

    def is_first_refusal(self, key: str) -> bool:
        """Whether this is asked for the first time of the key, so that a flood is told of once."""
        if key in self._refused:
            return False
        self._refused.add(key)
        return True

    def _forget(self, now: float) -> None:
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        self._refused &= self._full_at.keys()


class LatestStates(Generic[K, V]):
    """Reports changes of states as far as it may, and the latest state of each in the end."""

    def __init__(self, report: Callable[[K, V], bool]) -> None:
        """`report` returns whether it was allowed."""
        self._report = report
        self._waiting: dict[K, V] = {}
        self._reported: dict[K, V] = {}

    def is_known(self, key: K, state: V) -> None:
        """The state was reported otherwise."""
        self._reported[key] = state

    def change(self, key: K, state: V, *, unchanged: V | None = None) -> None:
        """The state is now this one. `unchanged` is what it counts as before it is reported for the first time."""
        if self._reported.get(key, unchanged) == state:
            self._waiting.pop(key, None)
        elif self._report(key, state):
            self._reported[key] = state
            self._waiting.pop(key, None)
        else:
            self._waiting[key] = state

    def report_late(self) -> None:
        """Reports the states whose last change came too soon after others. Called regularly."""
        for key, state in list(self._waiting.items()):
            self.change(key, state)

    def forget(self, keys: Iterable[K]) -> None:
        for key in keys:
            self._waiting.pop(key, None)
            self._reported.pop(key, None)
