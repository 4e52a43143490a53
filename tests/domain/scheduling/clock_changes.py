"""The clock changes of all time zones in the years that classes are booked for, as a Hypothesis strategy."""

import zoneinfo
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

_FIRST, _DAYS = datetime(2026, 1, 1, tzinfo=UTC), 2 * 365


@dataclass(frozen=True)
class ClockChange:
    zone: str
    at: datetime  # the first minute with the new offset, in UTC
    by: timedelta  # negative: clocks go back


def clock_changes() -> st.SearchStrategy[ClockChange]:
    return st.sampled_from(_zones_with_changes()).flatmap(lambda zone: st.sampled_from(_changes(zone)))


@cache
def _zones_with_changes() -> list[str]:
    return [zone for zone in sorted(available_timezones()) if _changes(zone)]


@cache
def _changes(zone: str) -> tuple[ClockChange, ...]:
    days = [_FIRST + timedelta(days=day) for day in range(_DAYS)]
    return tuple(
        _change(zone, day) for day in days if _offset(zone, day) != _offset(zone, day + timedelta(days=1))
    )


def _change(zone: str, day: datetime) -> ClockChange:
    before = _offset(zone, day)
    low, high = 0, 24 * 60
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (middle, high) if _offset(zone, day + timedelta(minutes=middle)) == before else (low, middle)
        )
    at = day + timedelta(minutes=high)
    return ClockChange(zone, at, _offset(zone, at) - before)


def _offset(zone: str, at: datetime) -> timedelta:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset


@cache
def distinct_zones() -> tuple[ZoneInfo, ...]:
    """All zones of the IANA database; of those with the same data, such as links, one."""
    by_data: dict[bytes, list[str]] = defaultdict(list)
    for name in sorted(zoneinfo.available_timezones()):
        by_data[_data(name)].append(name)
    return tuple(ZoneInfo(names[0]) for names in by_data.values())


def _data(name: str) -> bytes:
    for root in zoneinfo.TZPATH:
        if (path := Path(root, name)).is_file():
            return path.read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
