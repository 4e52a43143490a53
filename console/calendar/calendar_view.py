"""What the calendar shows: classes at their places, counts by hour, and the first classes of each day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.intervals import Interval, difference
from domain.scheduling.availability import Availability
from domain.scheduling.calendar_grid import (
    MINUTES,
    DaySpan,
    day_span,
    day_spans,
    lanes,
    months_away,
    span_of,
)
from domain.sessions.states import SessionState, Trigger, allowed
from models.repositories.class_calendar import CalendarClass, DayOfClasses

FIRST_HOUR, LAST_HOUR = 8, 20  # shown at least
_LEVELS = 5  # of shade, by how many classes start in an hour

NamedInterval = tuple[str, Interval]
View = Literal["week", "day", "month"]


@dataclass(frozen=True)
class Block:
    """A class at its place: minutes of the day on the clock, and its lane among those that overlap."""

    row: CalendarClass
    place: DaySpan
    lane: int
    lanes: int

    @property
    def movable(self) -> bool:
        return allowed(self.row.state, Trigger.RESCHEDULE)

    @property
    def cancelled(self) -> bool:
        return self.row.state == SessionState.CANCELLED


@dataclass(frozen=True)
class Shade:
    kind: str  # closed | unavailable | leave | busy
    label: str
    place: DaySpan


@dataclass(frozen=True)
class Line:
    """A day of the week with its classes, or in the view of a day an instructor."""

    day: date
    blocks: tuple[Block, ...]
    shades: tuple[Shade, ...] = ()
    instructor_id: UUID | None = None  # of the view of a day
    name: str = ""
    height: int = 1  # in lanes


@dataclass(frozen=True)
class Grid:
    """Lines over hours. From `first_hour` until `last_hour` all of them have their place."""

    lines: tuple[Line, ...]
    first_hour: int
    last_hour: int

    @property
    def hours(self) -> range:
        return range(self.first_hour, self.last_hour)


@dataclass(frozen=True)
class Density:
    """How many classes start in each hour of each day, where there are too many to show each."""

    days: Sequence[date]
    counts: Mapping[tuple[date, int], int]
    hours: range = field(default=range(24))

    def count(self, day: date, hour: int) -> int:
        return self.counts.get((day, hour), 0)

    def level(self, day: date, hour: int) -> int:
        """The shade of an hour, from 0 for none to 5 for the busiest."""
        most = max(self.counts.values(), default=0)
        return -(-self.count(day, hour) * _LEVELS // most) if most else 0

    def of_day(self, day: date) -> int:
        return sum(number for (on, _), number in self.counts.items() if on == day)


@dataclass(frozen=True)
class MonthDay:
    day: date
    inside: bool  # of the month that is shown
    classes: DayOfClasses

    @property
    def more(self) -> int:
        return self.classes.count - len(self.classes.first)


def week_grid(
    rows: Sequence[CalendarClass], days: Sequence[date], zone: ZoneInfo, shades: Sequence[Shade] = ()
) -> Grid:
    """A line for each of the days."""
    blocks = _blocks(rows, zone)
    return _grid(
        [
            Line(
                day,
                _in_lanes([block for block in blocks if block[1].day == day]),
                tuple(shade for shade in shades if shade.place.day == day),
            )
            for day in days
        ]
    )


def day_grid(rows: Sequence[CalendarClass], day: date, zone: ZoneInfo) -> Grid:
    """A line for each instructor who has a class on this day, by name."""
    ordered = sorted(_blocks(rows, zone), key=lambda pair: (pair[0].instructor, str(pair[0].instructor_id)))
    lines = []
    for key, found in groupby(ordered, key=lambda pair: (pair[0].instructor_id, pair[0].instructor)):
        blocks = _in_lanes(list(found))
        height = max(block.lanes for block in blocks)
        lines.append(Line(day, blocks, instructor_id=key[0], name=key[1], height=height))
    return _grid(lines)


def density(counts: Mapping[tuple[date, int], int], days: Sequence[date]) -> Density:
    hours = [hour for _, hour in counts]
    return Density(
        days, counts, range(min([FIRST_HOUR, *hours]), max([LAST_HOUR, *(hour + 1 for hour in hours)]))
    )


def month_weeks(
    found: Mapping[date, DayOfClasses], weeks: Iterable[Sequence[date]], month: int
) -> list[list[MonthDay]]:
    nothing = DayOfClasses(0, ())
    return [[MonthDay(day, day.month == month, found.get(day, nothing)) for day in week] for week in weeks]


def shades_of(times: Availability, days: Sequence[date], zone: ZoneInfo) -> list[Shade]:
    """When an instructor cannot teach on these days: outside of their hours, on leave, busy by their own calendar."""
    span = span_of(days, zone)
    hours = times.hours_between(span.start, span.end)
    closed = () if hours is None else difference([span], hours)
    spans = [
        ("unavailable", "Not available", closed),
        ("busy", "Busy elsewhere", [Interval(*one) for one in times.busy_elsewhere]),
        ("leave", "On leave", [Interval(*one) for one in times.leave]),
    ]
    return [
        Shade(kind, label, place) for kind, label, found in spans for place in day_spans(found, days, zone)
    ]


ClosedDays = Mapping[date, Sequence[str]]  # names of closures


def closed_days(closures: Iterable[NamedInterval], days: Sequence[date], zone: ZoneInfo) -> ClosedDays:
    """The names of the closures of each day, of the days on which there are any."""
    found: dict[date, list[str]] = {}
    for name, interval in closures:
        for place in day_spans([interval], days, zone):
            found.setdefault(place.day, []).append(name)
    return found


def closed_shades(closures: Iterable[NamedInterval], days: Sequence[date], zone: ZoneInfo) -> list[Shade]:
    """When the school is closed on these days."""
    return [
        Shade("closed", "Closed", place)
        for _, interval in closures
        for place in day_spans([interval], days, zone)
    ]


def neighbours(view: View, day: date) -> tuple[date, date]:
    """A day of the page before this one, and one of the page after it."""
    if view == "month":
        return months_away(day, -1), months_away(day, 1)
    step = timedelta(days=7 if view == "week" else 1)
    return day - step, day + step


_Placed = tuple[CalendarClass, DaySpan]


def _blocks(rows: Sequence[CalendarClass], zone: ZoneInfo) -> list[_Placed]:
    placed = [(row, day_span(row.starts_at, row.ends_at, zone)) for row in rows]
    return sorted(placed, key=lambda pair: (pair[1].day, pair[1].start, -pair[1].end))


def _in_lanes(found: Sequence[_Placed]) -> tuple[Block, ...]:
    places = lanes([(place.start, place.end) for _, place in found])
    return tuple(Block(row, place, *lane) for (row, place), lane in zip(found, places, strict=True))


def _grid(lines: Sequence[Line]) -> Grid:
    places = [block.place for line in lines for block in line.blocks]
    first = min([FIRST_HOUR, *(place.start // 60 for place in places)])
    last = max([LAST_HOUR, *(-(-place.end // 60) for place in places)])
    return Grid(tuple(lines), first, min(last, MINUTES // 60))
