"""Leave of instructors: the states of a request, and how long and how far ahead leave can be."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import InvalidInput
from domain.intervals import Interval, difference

LONGEST = timedelta(days=366)
AHEAD = timedelta(days=2 * 366)  # within which leave ends that instructors ask for
SEARCHED_WITHIN = timedelta(days=7)  # of now: later classes are left to the plan that follows the leave
OVER = "this leave would be over already"
TOO_LONG = "leave lasts at most 366 days"
TOO_FAR = "leave must end within the next two years"
OVERLAPS = "two entries of leave overlap"
DAY_TWICE = "this day is listed twice"


class LeaveState(StrEnum):
    ASKED = "asked"  # waits for staff
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the instructor, before anybody decided


def require_possible(leave: Interval, now: datetime) -> None:
    """Raises InvalidInput for leave that is over or too long."""
    if leave.end <= now:
        raise InvalidInput(OVER, next_step="Choose a later end.", starts_at=leave.start.isoformat())
    require_short(leave)


def require_short(leave: Interval) -> None:
    """Raises InvalidInput for leave that is too long."""
    if leave.end - leave.start > LONGEST:
        raise InvalidInput(TOO_LONG, next_step="Choose an earlier end.", starts_at=leave.start.isoformat())


def require_near(leave: Interval, now: datetime) -> None:
    """Raises InvalidInput for leave that is too far ahead to be asked for."""
    if leave.end > now + AHEAD:
        raise InvalidInput(TOO_FAR, next_step="Choose an earlier end.", starts_at=leave.start.isoformat())


def require_apart(kept: Iterable[Interval], new: Iterable[Interval]) -> None:
    """Raises InvalidInput where new leave overlaps other leave, kept or new."""
    added = set(new)
    ordered = sorted([*kept, *new])
    latest: Interval | None = None
    for one in ordered:
        if latest and one.start < latest.end and (one in added or latest in added):
            raise InvalidInput(OVERLAPS, next_step="Join them to one entry.", starts_at=one.start.isoformat())
        latest = one if latest is None or one.end > latest.end else latest


def added(leave: Interval, entered: Iterable[Interval]) -> tuple[Interval, ...]:
    """What leave adds to the leave that is entered: nothing is entered twice."""
    return difference([leave], entered)
