"""When an instructor can teach: weekly hours in wall time, other hours on single days, leave, and how much at most.

Clock changes: hours whose start or end is skipped start or end where the jump does. Hours that start or end at a
repeated time start at its first and end at its second occurrence, so that they include both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.intervals import Interval, difference, merged
from domain.scheduling.wall_time import first_moment, last_moment, start_of_day

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """From a wall time until a later one; an end at 00:00 is the end of the day."""

    start: time
    end: time


@dataclass(frozen=True)
class WeeklyHours:
    weekday: int  # 0 is Monday
    hours: Hours


@dataclass(frozen=True)
class DayHours:
    """The hours of one day, which hold in place of the weekly ones; none: no class on that day."""

    day: date
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True)
class Availability:
    """Without weekly hours every hour will do, except on days with hours of their own and on leave."""

    zone: str = "UTC"
    weekly: tuple[WeeklyHours, ...] = ()
    days: tuple[DayHours, ...] = ()
    leave: tuple[tuple[datetime, datetime], ...] = ()
    buffer: timedelta = timedelta()  # between two classes
    rest: timedelta = (
        timedelta()
    )  # between the last class of a day and the first of a later one; at most 24 hours
    most_per_day: timedelta | None = None  # of teaching; None: no limit
    most_per_week: timedelta | None = None
    booked: tuple[tuple[datetime, datetime], ...] = field(default=(), repr=False)  # classes around the time
    # By their own calendar, around the time.
    busy_elsewhere: tuple[tuple[datetime, datetime], ...] = field(default=(), repr=False)

    def is_on_leave(self, start: datetime, end: datetime) -> bool:
        return _overlaps(self.leave, start, end)

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether the hours of these days cover this time without a hole. Leave is not looked at."""
        hours = self.hours_between(start, end)
        return hours is None or any(one.start <= start and end <= one.end for one in hours)

    def hours_between(self, start: datetime, end: datetime) -> tuple[Interval, ...] | None:
        """The hours of the days of this span, as disjoint intervals; None: every hour. Leave is not looked at."""
        if not self.weekly and not self.days:
            return None
        zone = ZoneInfo(self.zone)
        first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        days = [first + n * _DAY for n in range(-1, (last - first).days + 2)]
        return merged(hours for day in days for hours in self._hours_of(day, zone))

    def open_between(self, start: datetime, end: datetime) -> tuple[Interval, ...] | None:
        """The times that lie in this span, at least in part, at which they can teach; None: at any time.

        Leave and their own calendar are taken out, classes are not.
        """
        taken = [
            Interval(*span) for span in (*self.leave, *self.busy_elsewhere) if _overlaps([span], start, end)
        ]
        hours = self.hours_between(start, end)
        if hours is None:
            return difference([Interval(start, end)], taken) if taken else None
        return difference(hours, taken) if taken else hours

    def is_busy(self, start: datetime, end: datetime) -> bool:
        return _overlaps(self.booked, start, end)

    def is_busy_elsewhere(self, start: datetime, end: datetime) -> bool:
        return _overlaps(self.busy_elsewhere, start, end)

    def lacks_buffer(self, start: datetime, end: datetime) -> bool:
        return _overlaps(self.booked, start - self.buffer, end + self.buffer)

    def lacks_rest(self, start: datetime, end: datetime) -> bool:
        """Whether a class of another day, which is the day of its start in their zone, is too close."""
        if not self.rest:
            return False
        zone = ZoneInfo(self.zone)
        day = start.astimezone(zone).date()
        near = (span for span in self.booked if _overlaps([span], start - self.rest, end + self.rest))
        return any(other.astimezone(zone).date() != day for other, _ in near)

    def exceeds_day(self, start: datetime, end: datetime) -> bool:
        """Whether the class would be more than the most of a day, which is the day of its start in their zone."""
        day = start.astimezone(ZoneInfo(self.zone)).date()
        return self._exceeds(self.most_per_day, day, day + _DAY, end - start)

    def exceeds_week(self, start: datetime, end: datetime) -> bool:
        """As `exceeds_day`, of the week from Monday."""
        day = start.astimezone(ZoneInfo(self.zone)).date()
        monday = day - day.weekday() * _DAY
        return self._exceeds(self.most_per_week, monday, monday + 7 * _DAY, end - start)

    def _exceeds(self, most: timedelta | None, first: date, after: date, length: timedelta) -> bool:
        if most is None:
            return False
        zone = ZoneInfo(self.zone)
        start, end = start_of_day(first, zone), start_of_day(after, zone)
        taught = sum((e - s for s, e in self.booked if start <= s < end), timedelta())
        return taught + length > most

    def _hours_of(self, day: date, zone: tzinfo) -> Iterable[Interval]:
        own = [special.hours for special in self.days if special.day == day]
        if own:
            wanted: Sequence[Hours] = own[-1]
        elif self.weekly:
            wanted = [rule.hours for rule in self.weekly if rule.weekday == day.weekday()]
        else:
            yield Interval(start_of_day(day, zone), start_of_day(day + _DAY, zone))
            return
        for hours in wanted:
            if (interval := _interval(hours, day, zone)).start < interval.end:
                yield interval


@lru_cache(maxsize=10_000)  # many instructors of a school have the same hours
def _interval(hours: Hours, day: date, zone: tzinfo) -> Interval:
    start = first_moment(datetime.combine(day, hours.start), zone)
    if hours.end == time():
        return Interval(start, start_of_day(day + _DAY, zone))
    return Interval(start, last_moment(datetime.combine(day, hours.end), zone))


def _overlaps(spans: Iterable[tuple[datetime, datetime]], start: datetime, end: datetime) -> bool:
    return any(s < end and start < e for s, e in spans)
