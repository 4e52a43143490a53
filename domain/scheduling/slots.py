"""When a class could take place: the starts at which its students are free, and who can teach it then.

Starts are found from the free time of each instructor, not by trying each start with each of them; the rules are those
of `candidates.why_not`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from domain.intervals import Interval, difference
from domain.scheduling.availability import Availability
from domain.scheduling.candidates import Candidate, ClassToTeach, WhyNot, is_qualified, why_not

Spans = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True)
class SlotWindow:
    """Starts at `first` and each `step` after it, of classes that end by `until`."""

    first: datetime
    until: datetime
    length: timedelta
    step: timedelta

    def starts(self) -> Iterator[datetime]:
        at = self.first
        while at + self.length <= self.until:
            yield at
            at += self.step

    def starts_in(self, span: Interval) -> Iterator[datetime]:
        """The starts of classes that lie in this span."""
        skipped = max(timedelta(), span.start - self.first)
        at = self.first + -(-skipped // self.step) * self.step
        while at + self.length <= min(span.end, self.until):
            yield at
            at += self.step


@dataclass(frozen=True)
class Slot:
    start: datetime
    end: datetime
    instructor_ids: tuple[UUID, ...] = ()  # who can teach, in the order given; none where a student is busy
    busy_students: tuple[UUID, ...] = ()
    refused: Mapping[UUID, tuple[WhyNot, ...]] | None = None  # None: not asked for

    @property
    def bookable(self) -> bool:
        return bool(self.instructor_ids) and not self.busy_students


def bookable_slots(
    wanted: ClassToTeach,
    window: SlotWindow,
    candidates: Sequence[Candidate],
    students: Mapping[UUID, Spans],
    most: int,
) -> list[Slot]:
    """The earliest slots at which all students are free and somebody can teach. `students` have their booked times."""
    whole = [Interval(window.first, window.until)]
    free = difference(whole, (Interval(*span) for spans in students.values() for span in spans))
    able: dict[datetime, list[UUID]] = {start: [] for span in free for start in window.starts_in(span)}
    for candidate in candidates:
        times = candidate.availability
        if candidate.retired or not is_qualified(wanted, candidate.qualifications):
            continue
        for span in _free_time(times, window):
            for start in window.starts_in(span):
                end = start + window.length
                if start in able and not times.exceeds_day(start, end) and not times.exceeds_week(start, end):
                    able[start].append(candidate.id)
    found = ((start, ids) for start, ids in sorted(able.items()) if ids)
    return [Slot(start, start + window.length, tuple(ids)) for start, ids in islice(found, most)]


def explained_slots(
    wanted: ClassToTeach,
    window: SlotWindow,
    candidates: Sequence[Candidate],
    students: Mapping[UUID, Spans],
    most: int,
) -> list[Slot]:
    """The first slots of a window, bookable or not, each with the rules that refuse the others."""
    prepared = [
        replace(candidate, availability=_in_window(candidate.availability, window))
        for candidate in candidates
    ]
    slots = []
    for start in islice(window.starts(), most):
        end = start + window.length
        one = replace(wanted, starts_at=start, ends_at=end)
        rules = {candidate.id: why_not(one, candidate) for candidate in prepared}
        busy = tuple(key for key, spans in students.items() if any(s < end and start < e for s, e in spans))
        able = () if busy else tuple(key for key, broken in rules.items() if not broken)
        slots.append(Slot(start, end, able, busy, {key: broken for key, broken in rules.items() if broken}))
    return slots


def _free_time(times: Availability, window: SlotWindow) -> tuple[Interval, ...]:
    hours = times.open_between(window.first, window.until)
    taken = (Interval(start - times.buffer, end + times.buffer) for start, end in times.booked)
    return difference([Interval(window.first, window.until)] if hours is None else hours, taken)


@dataclass(frozen=True)
class _InWindow(Availability):
    """Availability whose hours in a window are worked out once."""

    hours: tuple[Interval, ...] | None = None

    def covers(self, start: datetime, end: datetime) -> bool:
        return self.hours is None or any(one.start <= start and end <= one.end for one in self.hours)


def _in_window(times: Availability, window: SlotWindow) -> _InWindow:
    own = {one.name: getattr(times, one.name) for one in fields(Availability)}
    return _InWindow(**own, hours=times.hours_between(window.first, window.until))
