"""Recurrence rules of a series: the part of iCalendar's RRULE (RFC 5545) that weekly schedules of classes need.

Daily, weekly and monthly rules by weekday, day of the month and month. Everything else is refused when the rule is
read. A rule that is accepted costs little: no occurrence is more than MAX_HORIZON after the first, and at most
MAX_OCCURRENCES are made, so that expanding it looks at each day of the horizon at most once.
"""

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import islice

from domain.errors import InvalidInput
from domain.scheduling.wall_time import start_of_day

MAX_OCCURRENCES = 500
MAX_HORIZON = timedelta(days=731)  # two years: from the first occurrence to the last
MAX_TEXT = 500  # characters of a rule
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = timedelta(days=1)
_LISTS = {"BYDAY": 35, "BYMONTHDAY": 31, "BYMONTH": 12, "BYSETPOS": 31}  # the longest list of each
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", *_LISTS}
_INTEGER = re.compile(r"[+-]?[0-9]{1,4}")
_WEEKDAY = re.compile(rf"([+-]?[0-9]{{1,2}})?({'|'.join(WEEKDAYS)})")


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


_MAX_INTERVAL = {Frequency.DAILY: 366, Frequency.WEEKLY: 53, Frequency.MONTHLY: 12}


@dataclass(frozen=True)
class Rule:
    """A rule that has been read; make it with `read_rule`.

    `weekdays` are pairs of an ordinal within the month, 0 for every one, and a weekday, 0 for Monday. `until` is in UTC
    and inclusive. Without `count` and `until` the series ends with its horizon.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()  # negative: from the end of the month
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()  # of the days that one month has; negative: from the last
    week_start: int = 0

    def __str__(self) -> str:
        """The rule as iCalendar writes it."""
        parts = {
            "FREQ": str(self.frequency),
            "INTERVAL": str(self.interval) if self.interval > 1 else "",
            "COUNT": str(self.count or ""),
            "UNTIL": f"{self.until:%Y%m%dT%H%M%SZ}" if self.until else "",
            "BYDAY": ",".join(f"{nth or ''}{WEEKDAYS[weekday]}" for nth, weekday in self.weekdays),
            "BYMONTHDAY": _joined(self.month_days),
            "BYMONTH": _joined(self.months),
            "BYSETPOS": _joined(self.positions),
            "WKST": WEEKDAYS[self.week_start] if self.week_start else "",
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)

    def days(self, first: date) -> Iterator[date]:
        """The days of the occurrences in order, from `first` on, as far as horizon and count allow.

        `first` counts only if the rule matches it. UNTIL, which is a moment, is not looked at. Without COUNT there may
        be one day more than MAX_OCCURRENCES, which tells that a series has too many.
        """
        most = self.count or MAX_OCCURRENCES + 1
        matching = (
            day for period in self._periods(first) for day in self._of_period(period, first) if day >= first
        )
        return islice((day for day in matching if day - first <= MAX_HORIZON), most)

    def _periods(self, first: date) -> Iterator[range]:
        """The ordinals of the days of each day, week or month that the interval selects, up to the horizon."""
        last = (first + MAX_HORIZON).toordinal()
        if self.frequency == Frequency.MONTHLY:
            for month in range(0, MAX_HORIZON.days // 28, self.interval):
                year, index = divmod(first.year * 12 + first.month - 1 + month, 12)
                start = date(year, index + 1, 1).toordinal()
                if start > last:
                    return
                yield range(start, start + calendar.monthrange(year, index + 1)[1])
        elif self.frequency == Frequency.WEEKLY:
            monday = first.toordinal() - (first.weekday() - self.week_start) % 7
            for start in range(monday, last + 1, 7 * self.interval):
                yield range(start, start + 7)
        else:
            for start in range(first.toordinal(), last + 1, self.interval):
                yield range(start, start + 1)

    def _of_period(self, period: range, first: date) -> Iterable[date]:
        found = [day for day in map(date.fromordinal, period) if self._matches(day, first)]
        if not self.positions:
            return found
        chosen = {position - 1 if position > 0 else len(found) + position for position in self.positions}
        return [day for index, day in enumerate(found) if index in chosen]

    def _matches(self, day: date, first: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        if self.month_days and day.day not in self.month_days and _from_end(day) not in self.month_days:
            return False
        if self.weekdays:
            ordinals = [nth for nth, weekday in self.weekdays if weekday == day.weekday()]
            nth, from_last = (day.day + 6) // 7, _from_end(day) // 7
            return any(ordinal in (0, nth, from_last) for ordinal in ordinals)
        if self.frequency == Frequency.WEEKLY:
            return day.weekday() == first.weekday()
        return self.frequency == Frequency.DAILY or bool(self.month_days) or day.day == first.day


def _from_end(day: date) -> int:
    """The place of a day in its month, from the end: -1 is the last."""
    return day.day - calendar.monthrange(day.year, day.month)[1] - 1


def until_end_of(day: date, zone: tzinfo) -> datetime:
    """The UNTIL of a rule whose last day this is."""
    return start_of_day(day + _DAY, zone) - timedelta(seconds=1)


def read_rule(text: str) -> Rule:
    """Read an RRULE, with or without its name in front. Raises InvalidInput that says which part is wrong."""
    if len(text) > MAX_TEXT:
        raise _refused(f"a recurrence rule has at most {MAX_TEXT} characters")
    parts = _split(text.strip().upper().removeprefix("RRULE:"))
    frequency = _frequency(parts.get("FREQ", ""))
    if "COUNT" in parts and "UNTIL" in parts:
        raise _refused("COUNT and UNTIL can't both be given")
    rule = Rule(
        frequency,
        interval=_number(parts, "INTERVAL", _MAX_INTERVAL[frequency]) or 1,
        count=_number(parts, "COUNT", MAX_OCCURRENCES),
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        weekdays=_weekdays(parts),
        month_days=_numbers(parts, "BYMONTHDAY", 31, negative=True),
        months=_numbers(parts, "BYMONTH", 12),
        positions=_numbers(parts, "BYSETPOS", 31, negative=True),
        week_start=_week_start(parts.get("WKST", "MO")),
    )
    if rule.frequency != Frequency.MONTHLY and any(nth for nth, _ in rule.weekdays):
        raise _refused("BYDAY can only have a number, such as 2TU, with FREQ=MONTHLY")
    if rule.frequency == Frequency.WEEKLY and rule.month_days:
        raise _refused("BYMONTHDAY can't be used with FREQ=WEEKLY")
    if rule.positions and not (rule.frequency == Frequency.MONTHLY and (rule.weekdays or rule.month_days)):
        raise _refused("BYSETPOS can only be used with FREQ=MONTHLY and BYDAY or BYMONTHDAY")
    return rule


def _split(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise _refused("a recurrence rule is written as FREQ=WEEKLY;BYDAY=TU")
        if name not in _PARTS:
            raise _refused(f"{name[:20]} isn't supported in recurrence rules")
        if name in parts:
            raise _refused(f"{name} is given twice")
        parts[name] = value
    return parts


def _frequency(value: str) -> Frequency:
    if value not in set(Frequency):
        raise _refused("FREQ must be DAILY, WEEKLY or MONTHLY")
    return Frequency(value)


def _number(parts: dict[str, str], name: str, most: int) -> int | None:
    if name not in parts:
        return None
    if not _INTEGER.fullmatch(parts[name]) or not 1 <= int(parts[name]) <= most:
        raise _refused(f"{name} must be a number from 1 to {most}")
    return int(parts[name])


def _numbers(parts: dict[str, str], name: str, most: int, *, negative: bool = False) -> tuple[int, ...]:
    found = []
    for value in _items(parts, name):
        number = int(value) if _INTEGER.fullmatch(value) else 0
        if not (1 <= number <= most or (negative and -most <= number <= -1)):
            raise _refused(
                f"{name} must be numbers from 1 to {most}" + (" or below zero" if negative else "")
            )
        found.append(number)
    return tuple(found)


def _weekdays(parts: dict[str, str]) -> tuple[tuple[int, int], ...]:
    found = []
    for value in _items(parts, "BYDAY"):
        match = _WEEKDAY.fullmatch(value)
        if not match or (match[1] is not None and not 1 <= abs(int(match[1])) <= 5):
            raise _refused("BYDAY must be weekdays such as TU, 2TU or -1FR")
        found.append((int(match[1] or 0), WEEKDAYS.index(match[2])))
    return tuple(found)


def _items(parts: dict[str, str], name: str) -> list[str]:
    values = parts[name].split(",") if name in parts else []
    if len(values) > _LISTS[name] or len(set(values)) < len(values):
        raise _refused(f"{name} has the same value twice, or more than {_LISTS[name]} values")
    return values


def _until(value: str) -> datetime:
    try:
        return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise _refused("UNTIL must be a time in UTC, such as 20270630T220000Z") from None


def _week_start(value: str) -> int:
    if value not in WEEKDAYS:
        raise _refused("WKST must be a weekday such as MO")
    return WEEKDAYS.index(value)


def _joined(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))


def _refused(detail: str) -> InvalidInput:
    return InvalidInput(detail, next_step="Correct the recurrence rule.")
