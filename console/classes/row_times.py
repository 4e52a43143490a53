"""The times in the rows of a list, in one zone: a list has many, most of them on few days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from console.frame.times import clock
from domain.scheduling.wall_time import is_repeated


class RowTimes:
    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._days: dict[date, str] = {}

    def day(self, at: datetime) -> str:
        """The day, such as `Mon, Mar 4`."""
        local = at.astimezone(self._zone).date()
        if local not in self._days:
            self._days[local] = clock(at, str(self._zone), "day")
        return self._days[local]

    def minute(self, at: datetime) -> str:
        """The time of day; one that clocks show twice has the name of its offset."""
        if is_repeated(at, self._zone):
            return clock(at, str(self._zone), "minute")
        return at.astimezone(self._zone).strftime("%H:%M")
