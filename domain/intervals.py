"""Time intervals and their set operations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice


@dataclass(frozen=True, order=True)
class Interval:
    """The time from `start` to `end`."""

    start: datetime
    end: datetime


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The union as disjoint intervals in order. An interval that ends before it starts counts as empty at its start."""
    result: list[Interval] = []
    for interval in sorted(intervals, key=lambda one: (one.start, one.end)):
        end = max(interval.start, interval.end)
        if result and interval.start <= result[-1].end:
            result[-1] = Interval(result[-1].start, max(result[-1].end, end))
        else:
            result.append(Interval(interval.start, end))
    return tuple(result)


def intersection(one: Sequence[Interval], other: Sequence[Interval]) -> tuple[Interval, ...]:
    """The time that is in both; overlaps within each count once."""
    ours, theirs = merged(one), merged(other)
    shared = (Interval(max(a.start, b.start), min(a.end, b.end)) for a in ours for b in theirs)
    return tuple(i for i in shared if i.start < i.end)


def total_seconds(intervals: Iterable[Interval]) -> float:
    """The sum of the lengths in seconds; overlapping time counts more than once."""
    return sum((i.end - i.start for i in intervals), timedelta()).total_seconds()


def difference(one: Iterable[Interval], other: Iterable[Interval]) -> tuple[Interval, ...]:
    """The time of `one` that is not in `other`, as disjoint intervals in order."""
    left, gaps = merged(one), merged(other)
    if not gaps:
        return left
    result: list[Interval] = []
    first = 0  # the first gap that may reach into the interval
    for interval in left:
        start = interval.start
        while first < len(gaps) and gaps[first].end <= start:
            first += 1
        for gap in islice(gaps, first, None):
            if interval.end <= gap.start:
                break
            if start < gap.start:
                result.append(Interval(start, gap.start))
            start = max(start, gap.end)
        if start < interval.end:
            result.append(Interval(start, interval.end))
    return tuple(result)
