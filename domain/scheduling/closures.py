"""Closed times: days on which an organization has no classes, such as public holidays and school breaks.

A closure is whole days of the organization's time zone. It concerns classes that get a time; one that has its time
already keeps it, until somebody cancels or moves it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.scheduling.wall_time import start_of_day

LONGEST = timedelta(days=366)  # of one closure
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ClosedTime:
    """From the first moment of the first day until the end of the last, in UTC."""

    name: str
    start: datetime
    end: datetime

    @property
    def refusal(self) -> str:
        """Why there is no class then, in a sentence."""
        return closed_for(self.name)


def closed_for(name: str) -> str:
    """Why there is no class in a closed time of this name, in a sentence."""
    return f"The school is closed at that time: {name}."


def closed_time(name: str, first_day: date, last_day: date, zone: ZoneInfo) -> ClosedTime:
    return ClosedTime(name, start_of_day(first_day, zone), start_of_day(last_day + _DAY, zone))


def closing(times: Iterable[ClosedTime], start: datetime, end: datetime) -> ClosedTime | None:
    """The first of the closed times that a class from `start` to `end` would reach into."""
    return next((one for one in times if one.start < end and start < one.end), None)


def concerns(closure_region: str, required_region: str | None) -> bool:
    """Whether a closure is about the classes of a course. One of a region is about courses that ask for the region."""
    return not closure_region or closure_region.casefold() == (required_region or "").casefold()
