"""A wall clock that never jumps: the wall time at process start plus the elapsed time of a steady clock."""

import time
from datetime import UTC, datetime, timedelta

# CLOCK_BOOTTIME also counts while the machine is suspended, as the class does; Linux alone has it.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady_seconds() -> float:
    """Seconds on a clock that never jumps, counted from an arbitrary start."""
    return time.clock_gettime(_CLOCK)


class SteadyClock:
    """Wall time in UTC that never jumps, even if the machine's wall clock is changed during the class."""

    def __init__(self) -> None:
        self._wall, self._seconds = datetime.now(UTC), steady_seconds()

    def now(self) -> datetime:
        """The current time in UTC."""
        return self.at(steady_seconds())

    def at(self, moment: float) -> datetime:
        """Converts a value of steady_seconds() to wall time in UTC."""
        return self._wall + timedelta(seconds=moment - self._seconds)
