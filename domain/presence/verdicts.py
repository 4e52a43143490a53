"""Whether a student counts as present in a class that is over, and whether they came late or left early.

The rule is part of the class's policy, so that a change of it does not change classes that are booked. A verdict that
the school sets by hand stands beside the measured one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.intervals import Interval, intersection, total_seconds


class AttendanceStatus(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"


@dataclass(frozen=True)
class AttendanceRule:
    """`present_share` of the class's time makes present; a delay up to `punctual_within` is neither late nor early."""

    present_share: float
    punctual_within: timedelta


@dataclass(frozen=True)
class Verdict:
    """`late_seconds` and `left_early_seconds` are 0 for who came and stayed in time, and for who never came."""

    status: AttendanceStatus
    share: float  # of the class's time in which the person was in the room, 0 to 1
    late_seconds: float = 0.0
    left_early_seconds: float = 0.0


def time_of_class(starts_at: datetime, ends_at: datetime, ended_at: datetime) -> Interval:
    """The time in which people were expected: a class that ended early expects nobody for the rest of its slot."""
    end = min(ends_at, ended_at)
    return Interval(starts_at, end if end > starts_at else ends_at)


def judge(attended: Sequence[Interval], of_class: Interval, rule: AttendanceRule) -> Verdict:
    """The verdict on who was in the room at these times, disjoint and in order.

    Who was there only before the start or after the end of the class is absent. Somebody who was in the class for a
    moment, by an interval without length, has come.
    """
    during = [span for span in attended if span.end >= of_class.start and span.start <= of_class.end]
    if not during:
        return Verdict(AttendanceStatus.ABSENT, 0.0)
    inside = total_seconds(intersection(during, [of_class]))
    share = min(inside / (of_class.end - of_class.start).total_seconds(), 1.0)
    is_present = share >= rule.present_share
    return Verdict(
        AttendanceStatus.PRESENT if is_present else AttendanceStatus.ABSENT,
        share,
        _beyond(during[0].start - of_class.start, rule.punctual_within),
        _beyond(of_class.end - during[-1].end, rule.punctual_within),
    )


def _beyond(delay: timedelta, tolerated: timedelta) -> float:
    return delay.total_seconds() if delay > tolerated else 0.0
