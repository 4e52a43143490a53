"""Stretches of time, and what can be made of several of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, order=True)
class Interval:
    start: datetime
    end: datetime


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same time without overlap, in order; an interval that ends before it starts counts as its start."""
    found: list[Interval] = []
    for interval in sorted(intervals):
        end = max(interval.start, interval.end)
        if found and interval.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, end))
        else:
            found.append(Interval(interval.start, end))
    return tuple(found)


def common(one: Sequence[Interval], other: Sequence[Interval]) -> tuple[Interval, ...]:
    """The time that is in both; each of the two is taken as merged."""
    ours, theirs = merged(one), merged(other)
    shared = (Interval(max(a.start, b.start), min(a.end, b.end)) for a in ours for b in theirs)
    return tuple(i for i in shared if i.start < i.end)


def seconds(intervals: Iterable[Interval]) -> float:
    return sum((i.end - i.start for i in intervals), timedelta()).total_seconds()


def without(one: Iterable[Interval], other: Iterable[Interval]) -> tuple[Interval, ...]:
    """The time of `one` that is not in `other`."""
    left = list(merged(one))
    for gap in merged(other):
        parts = [
            (Interval(i.start, min(i.end, gap.start)), Interval(max(i.start, gap.end), i.end)) for i in left
        ]
        left = [part for pair in parts for part in pair if part.start < part.end]
    return tuple(left)
