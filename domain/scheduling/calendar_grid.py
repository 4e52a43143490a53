"""The geometry of a calendar: the days of a week or a month, minutes of a day, and lanes of what overlaps.

A day is one of a time zone. Its minutes are those of the clock: on a night on which clocks change, an hour has no place
or two classes share one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.intervals import Interval
from domain.scheduling.wall_time import start_of_day

_DAY = timedelta(days=1)
MINUTES = 24 * 60  # of a day


@dataclass(frozen=True)
class DaySpan:
    """A part of one day, from a minute of it until a later one."""

    day: date
    start: int
    end: int


def week_of(day: date) -> list[date]:
    """The seven days from Monday of the week that a day is in."""
    monday = day - day.weekday() * _DAY
    return [monday + n * _DAY for n in range(7)]


def month_of(day: date) -> list[list[date]]:
    """The whole weeks from Monday that the month of a day is in."""
    first = day.replace(day=1)
    monday = first - first.weekday() * _DAY
    weeks = [[monday + n * _DAY for n in range(7 * week, 7 * week + 7)] for week in range(6)]
    return [week for week in weeks if any(one.month == day.month for one in week)]


def months_away(day: date, count: int) -> date:
    """The first day of the month so many months after, or before, that of a day."""
    months = day.year * 12 + day.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def span_of(days: Sequence[date], zone: ZoneInfo) -> Interval:
    """From the start of the first of these days until the end of the last, in UTC."""
    return Interval(start_of_day(days[0], zone), start_of_day(days[-1] + _DAY, zone))


def day_span(start: datetime, end: datetime, zone: ZoneInfo) -> DaySpan:
    """The place of something on the day on which it starts; what goes on past midnight is cut there."""
    starts, ends = start.astimezone(zone), end.astimezone(zone)
    first = _minute(starts)
    last = MINUTES if ends.date() > starts.date() else _minute(ends)
    return DaySpan(starts.date(), first, max(last, first + 1))


def day_spans(spans: Iterable[Interval], days: Sequence[date], zone: ZoneInfo) -> Iterator[DaySpan]:
    """The parts of these spans that lie in the days, in order of the spans and days."""
    for span in spans:
        starts, ends = span.start.astimezone(zone), span.end.astimezone(zone)
        for day in days:
            if starts.date() <= day <= ends.date():
                first = _minute(starts) if starts.date() == day else 0
                last = _minute(ends) if ends.date() == day else MINUTES
                if first < last:
                    yield DaySpan(day, first, last)


def lanes(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """For each span, which are in order of their starts: its lane, and how many lanes stand side by side there.

    Spans that overlap are in different lanes; those that only touch can share one.
    """
    placed: list[tuple[int, int]] = []
    cluster: list[int] = []  # the lanes of spans that hang together
    ends: list[int] = []  # of the last span in each lane
    for start, end in spans:
        if ends and start >= max(ends):
            placed += [(lane, len(ends)) for lane in cluster]
            cluster, ends = [], []
        lane = next((n for n, until in enumerate(ends) if until <= start), len(ends))
        ends[lane : lane + 1] = [end]
        cluster.append(lane)
    return placed + [(lane, len(ends)) for lane in cluster]


def wall_time(day: date, minute: int) -> datetime:
    """The wall time of a minute of a day."""
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute
