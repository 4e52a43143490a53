"""The VTIMEZONE of an IANA zone (RFC 5545, 3.6.5), for the years that a calendar's entries are in.

Each change of clocks is written as a date, not as a rule: some zones follow no rule, and governments change theirs.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY = timedelta(days=1)
_DAY_MINUTES = 24 * 60


def vtimezone(zone: str, first_year: int, last_year: int) -> Timezone:
    """The zone from the start of the first to the end of the last year, in UTC."""
    local = ZoneInfo(zone)
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("tzid", zone)
    onsets = defaultdict(list)  # the first one holds from the start on
    for at, before in _changes(zone, first_year, last_year):
        after = at.astimezone(local)
        key = (bool(after.dst()), before, after.utcoffset(), after.tzname())
        onsets[key].append((at + before).replace(tzinfo=None))  # wall time before the change
    first = start.astimezone(local)
    offset = _offset(start, local)
    component.add_component(
        _observance(
            bool(first.dst()), offset, offset, first.tzname(), [(start + offset).replace(tzinfo=None)]
        )
    )
    for (daylight, before, to, name), walls in onsets.items():
        component.add_component(_observance(daylight, before, to, name, walls))
    return component


def _observance(
    daylight: bool, before: timedelta, after: timedelta | None, name: str | None, walls: list[datetime]
) -> TimezoneDaylight | TimezoneStandard:
    """An offset with its onsets, which are in wall time of the offset before."""
    part = TimezoneDaylight() if daylight else TimezoneStandard()
    part.add("dtstart", walls[0])
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", after)
    part.add("tzname", name)
    if walls[1:]:
        part.add("rdate", walls[1:])
    return part


@lru_cache(maxsize=2_000)
def _changes(zone: str, first_year: int, last_year: int) -> tuple[tuple[datetime, timedelta], ...]:
    """The changes of clocks in these years: the first moment with the new offset, and the offset before."""
    return tuple(_search(ZoneInfo(zone), datetime(first_year, 1, 1, tzinfo=UTC), last_year))


def _search(zone: ZoneInfo, day: datetime, last_year: int) -> Iterator[tuple[datetime, timedelta]]:
    before = _offset(day, zone)
    while day.year <= last_year:
        after = _offset(day + _DAY, zone)
        if after != before:
            low, high = 0, _DAY_MINUTES
            while high - low > 1:
                middle = (low + high) // 2
                unchanged = _offset(day + timedelta(minutes=middle), zone) == before
                low, high = (middle, high) if unchanged else (low, middle)
            yield day + timedelta(minutes=high), before
        day, before = day + _DAY, after


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "an aware time has an offset"
    return offset
