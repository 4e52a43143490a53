"""What a change of a series means for the classes that it has: which stay, move, end, or are new.

A class that takes place on the same day, else in the same week, is the same class at another time: it keeps its
workflow, its record and its join links. A class that was moved or cancelled on its own stays as it is, and stands for
the one that the series would have in its place.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import InvalidInput
from domain.scheduling.recurrence import Rule
from domain.scheduling.series import Occurrence, Series


class OccurrenceState(StrEnum):
    PLANNED = "planned"  # not yet booked
    BOOKED = "booked"
    REFUSED = "refused"  # could not be booked; it is tried again
    CANCELLED = "cancelled"
    LEFT_OUT = "left_out"  # never announced to anybody
    CLOSED = "closed"  # on a closed day; planned again if the day is opened


CALLED_OFF = frozenset({OccurrenceState.CANCELLED, OccurrenceState.LEFT_OUT})


class SeriesState(StrEnum):
    RUNNING = "running"
    ENDED = "ended"  # nothing is left to book


@dataclass(frozen=True)
class Held:
    """A class that a series has. `alone`: it was moved or cancelled on its own, or left out."""

    id: UUID
    scheduled: datetime  # wall time
    starts_at: datetime
    ends_at: datetime
    alone: bool = False


@dataclass(frozen=True)
class Difference:
    """`renamed` are classes that stay as they are in place of one at another scheduled time."""

    same: tuple[Held, ...] = ()
    moved: tuple[tuple[Held, Occurrence], ...] = ()
    renamed: tuple[tuple[Held, Occurrence], ...] = ()
    removed: tuple[Held, ...] = ()
    added: tuple[Occurrence, ...] = ()


def difference(held: Iterable[Held], wanted: Iterable[Occurrence]) -> Difference:
    """Pair what a series has from some day on with what it is to have from then on."""
    pairs: list[tuple[Held, Occurrence]] = []
    left, open_ = list(held), list(wanted)
    for key in (_time, _day, _week):
        found, left, open_ = _paired(left, open_, key)
        pairs += found
    same: list[tuple[Held, Occurrence]] = []
    moved: list[tuple[Held, Occurrence]] = []
    renamed: list[tuple[Held, Occurrence]] = []
    for one, occurrence in pairs:
        if (one.starts_at, one.ends_at) == (occurrence.starts_at, occurrence.ends_at) or one.alone:
            (same if one.scheduled == occurrence.scheduled else renamed).append((one, occurrence))
        else:
            moved.append((one, occurrence))
    return Difference(
        same=tuple(one for one, _ in same) + tuple(one for one in left if one.alone),
        moved=tuple(moved),
        renamed=tuple(renamed),
        removed=tuple(one for one in left if not one.alone),
        added=tuple(open_),
    )


def continued(series: Series, from_day: date, held_before: int) -> Series:
    """The series from a day on, in step with its interval. `held_before` counts what COUNT has had by then.

    Raises InvalidInput where it has no class from that day on.
    """
    assert series.rule is not None, "a series without a rule has one class"
    rule = series.rule
    days = (day for day in _uncounted(rule).days(series.start.date()) if day >= from_day)
    first = next(days, None)
    left = None if rule.count is None else rule.count - held_before
    if first is None or (left is not None and left <= 0):
        raise InvalidInput("the series has no class from that day on", next_step="Choose an earlier day.")
    return Series(
        series.zone,
        datetime.combine(first, series.start.time()),
        series.length,
        replace(rule, count=left),
    )


def first_from(rule: Rule, from_day: date) -> date:
    """The first day from `from_day` on that a rule matches. Raises InvalidInput."""
    first = next(iter(_uncounted(rule).days(from_day)), None)
    if first is None:
        raise InvalidInput("the recurrence rule matches no day", next_step="Correct the recurrence rule.")
    return first


def _uncounted(rule: Rule) -> Rule:
    return replace(rule, count=None)


def _paired(
    held: Sequence[Held], wanted: Sequence[Occurrence], key: Callable[[datetime], Hashable]
) -> tuple[list[tuple[Held, Occurrence]], list[Held], list[Occurrence]]:
    """Pair those of one key in their order; returns the pairs, and what is left of both."""
    by_key: dict[Hashable, list[Occurrence]] = defaultdict(list)
    for occurrence in wanted:
        by_key[key(occurrence.scheduled)].append(occurrence)
    pairs, left = [], []
    for one in sorted(held, key=lambda each: each.scheduled):
        if same_key := by_key[key(one.scheduled)]:
            pairs.append((one, same_key.pop(0)))
        else:
            left.append(one)
    taken = {occurrence.scheduled for _, occurrence in pairs}
    return pairs, left, [occurrence for occurrence in wanted if occurrence.scheduled not in taken]


def _time(wall: datetime) -> Hashable:
    return wall


def _day(wall: datetime) -> Hashable:
    return wall.date()


def _week(wall: datetime) -> Hashable:
    return wall.isocalendar()[:2]
