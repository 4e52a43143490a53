"""The room clock: wall time as it was when the process started, counted on by a clock that only goes forward."""

import time
from datetime import UTC, datetime, timedelta

# On Linux the one that goes on while the machine is suspended, as the class does.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def seconds() -> float:
    """Seconds on a clock that never jumps, from an arbitrary beginning."""
    return time.clock_gettime(_CLOCK)


class RoomClock:
    """Never jumps, whatever happens to the machine's wall clock in mid-class."""

    def __init__(self) -> None:
        self._wall, self._seconds = datetime.now(UTC), seconds()

    def now(self) -> datetime:
        return self.at(seconds())

    def at(self, moment: float) -> datetime:
        """The wall time of a moment that seconds() gave."""
        return self._wall + timedelta(seconds=moment - self._seconds)
