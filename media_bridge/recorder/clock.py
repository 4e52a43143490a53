"""The room clock: wall time as it was when the process started, counted on by the monotonic clock."""

import time
from datetime import UTC, datetime, timedelta


class RoomClock:
    """Never jumps, whatever happens to the machine's wall clock in mid-class."""

    def __init__(self) -> None:
        self._wall, self._monotonic = datetime.now(UTC), time.monotonic()

    def now(self) -> datetime:
        return self.at(time.monotonic())

    def at(self, monotonic: float) -> datetime:
        """The wall time of a `time.monotonic()` value."""
        return self._wall + timedelta(seconds=monotonic - self._monotonic)
