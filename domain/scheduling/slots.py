"""When a class could take place: the starts at which its students are free, and who can teach it then.

Starts are found from the free time of each instructor, not by trying each start with each of them; the rules are those
of `candidates.why_not`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.intervals import Interval, difference, merged
from domain.scheduling.availability import Availability
from domain.scheduling.candidates import Candidate, ClassToTeach, WhyNot, is_qualified, why_not
from domain.scheduling.credentials import met_until

Spans = Sequence[tuple[datetime, datetime]]
# Days around a class whose classes can be too close: a class and a rest are a day long at most.
_DAYS_OF_REST = (-3, -2, -1, 1, 2, 3)


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
    closed = [Interval(one.start, one.end) for one in wanted.closed]
    free = difference(whole, [*closed, *(Interval(*span) for spans in students.values() for span in spans)])
    able: dict[datetime, list[Candidate]] = {start: [] for span in free for start in window.starts_in(span)}
    for candidate in candidates:
        if candidate.retired or candidate.kept_apart:
            continue
        if not is_qualified(wanted, candidate.qualifications):
            continue
        until = met_until(wanted.requirements, candidate.credentials)
        if until is None:
            continue
        prepared = _in_window(candidate, window)
        for span in _free_time(prepared.availability, window):
            for start in window.starts_in(replace(span, end=min(span.end, until))):
                if start in able:
                    able[start].append(prepared)
    found = (_slot(start, start + window.length, able[start]) for start in sorted(able))
    return list(islice((slot for slot in found if slot.instructor_ids), most))


def _slot(start: datetime, end: datetime, free: Sequence[Candidate]) -> Slot:
    """With those of the instructors who are free then who would not teach too much."""
    times = {candidate.id: candidate.availability for candidate in free}
    able = (
        key
        for key, one in times.items()
        if not one.lacks_rest(start, end)
        and not one.exceeds_day(start, end)
        and not one.exceeds_week(start, end)
    )
    return Slot(start, end, tuple(able))


def explained_slots(
    wanted: ClassToTeach,
    window: SlotWindow,
    candidates: Sequence[Candidate],
    students: Mapping[UUID, Spans],
    most: int,
) -> list[Slot]:
    """The first slots of a window, bookable or not, each with the rules that refuse the others."""
    prepared = [_in_window(candidate, window) for candidate in candidates]
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
    """Availability of which everything that a window asks for again and again is worked out once.

    It answers for the window and for times in it alone.
    """

    hours: tuple[Interval, ...] | None = None
    classes: tuple[Interval, ...] = ()  # merged
    taught_on: Mapping[date, timedelta] = field(default_factory=dict)  # by day in their zone
    taught_from: Mapping[date, timedelta] = field(default_factory=dict)  # by the Monday of the week
    spans_of: Mapping[date, Interval] = field(
        default_factory=dict
    )  # from the first start of a day to its last end

    def hours_between(self, start: datetime, end: datetime) -> tuple[Interval, ...] | None:
        return self.hours

    def covers(self, start: datetime, end: datetime) -> bool:
        if self.hours is None:
            return True
        last = bisect_right(self.hours, start, key=_start) - 1
        return last >= 0 and end <= self.hours[last].end

    def is_busy(self, start: datetime, end: datetime) -> bool:
        last = bisect_left(self.classes, end, key=_start) - 1
        return last >= 0 and start < self.classes[last].end

    def lacks_buffer(self, start: datetime, end: datetime) -> bool:
        return self.is_busy(start - self.buffer, end + self.buffer)

    def lacks_rest(self, start: datetime, end: datetime) -> bool:
        if not self.rest:
            return False
        day = self._day(start)
        near = (self.spans_of.get(day + timedelta(days=n)) for n in _DAYS_OF_REST)
        return any(one and one.start < end + self.rest and start - self.rest < one.end for one in near)

    def exceeds_day(self, start: datetime, end: datetime) -> bool:
        if self.most_per_day is None:
            return False
        return self.taught_on.get(self._day(start), timedelta()) + (end - start) > self.most_per_day

    def exceeds_week(self, start: datetime, end: datetime) -> bool:
        if self.most_per_week is None:
            return False
        return (
            self.taught_from.get(_monday(self._day(start)), timedelta()) + (end - start) > self.most_per_week
        )

    def _day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()


def _in_window(candidate: Candidate, window: SlotWindow) -> Candidate:
    times = candidate.availability
    own = {one.name: getattr(times, one.name) for one in fields(Availability)}
    taught_on: dict[date, timedelta] = {}
    taught_from: dict[date, timedelta] = {}
    if times.most_per_day is not None or times.most_per_week is not None:
        zone = ZoneInfo(times.zone)
        for start, end in times.booked:
            day = start.astimezone(zone).date()
            taught_on[day] = taught_on.get(day, timedelta()) + (end - start)
            taught_from[_monday(day)] = taught_from.get(_monday(day), timedelta()) + (end - start)
    spans_of: dict[date, Interval] = {}
    if times.rest:
        zone = ZoneInfo(times.zone)
        for start, end in times.booked:
            day = start.astimezone(zone).date()
            before = spans_of.get(day, Interval(start, end))
            spans_of[day] = Interval(min(before.start, start), max(before.end, end))
    prepared = _InWindow(
        **own,
        hours=times.hours_between(window.first, window.until),
        classes=merged(Interval(*span) for span in times.booked),
        taught_on=taught_on,
        taught_from=taught_from,
        spans_of=spans_of,
    )
    return replace(candidate, availability=prepared)


def _start(interval: Interval) -> datetime:
    return interval.start


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
