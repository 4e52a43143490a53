"""Leave of instructors: the states of a request, and how long and how far ahead leave can be."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.errors import InvalidInput
from domain.intervals import Interval, difference

LONGEST = timedelta(days=366)
AHEAD = timedelta(days=2 * 366)  # within which leave ends
SEARCHED_WITHIN = timedelta(days=7)  # of now: later classes are left to the plan that follows the leave
OVER = "this leave would be over already"
TOO_LONG = "leave lasts at most 366 days"
TOO_FAR = "leave must end within the next two years"
OVERLAPS = "two entries of leave overlap"
DAY_OVER = "this day is over already"
DAY_TOO_FAR = "this day is more than two years ahead"
DAY_TWICE = "this day is listed twice"


class LeaveState(StrEnum):
    ASKED = "asked"  # waits for staff
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the instructor, before anybody decided


def require_possible(leave: Interval, now: datetime) -> None:
    """Raises InvalidInput for leave that is over, too long or too far ahead."""
    starts_at = leave.start.isoformat()
    if leave.end <= now:
        raise InvalidInput(OVER, next_step="Choose a later end.", starts_at=starts_at)
    if leave.end - leave.start > LONGEST:
        raise InvalidInput(TOO_LONG, next_step="Choose an earlier end.", starts_at=starts_at)
    if leave.end > now + AHEAD:
        raise InvalidInput(TOO_FAR, next_step="Choose an earlier end.", starts_at=starts_at)


def require_apart(kept: Iterable[Interval], new: Iterable[Interval]) -> None:
    """Raises InvalidInput where new leave overlaps other leave, kept or new."""
    added = set(new)
    ordered = sorted([*kept, *new])
    latest: Interval | None = None
    for one in ordered:
        if latest and one.start < latest.end and (one in added or latest in added):
            raise InvalidInput(OVERLAPS, next_step="Join them to one entry.", starts_at=one.start.isoformat())
        latest = one if latest is None or one.end > latest.end else latest


def require_possible_day(day: date, today: date) -> None:
    """Raises InvalidInput for a day with hours of its own that is over or too far ahead."""
    if day < today:
        raise InvalidInput(DAY_OVER, next_step="Choose a later day.", day=day.isoformat())
    if day > today + AHEAD:
        raise InvalidInput(DAY_TOO_FAR, next_step="Choose an earlier day.", day=day.isoformat())


def added(leave: Interval, entered: Iterable[Interval]) -> tuple[Interval, ...]:
    """What leave adds to the leave that is entered: nothing is entered twice."""
    return difference([leave], entered)
