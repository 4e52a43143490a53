"""Dates, times and durations in the language of the page; static/times.js has the same formats."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.lists import format_list
from babel.units import format_unit

from console.frame.texts import SOURCE, page_language
from domain.scheduling.wall_time import is_repeated, occurrences, offset_name
from reports.moments import locale_of

ENGLISH = locale_of("en")
# CLDR skeletons by the style that a template names.
_STYLES = {
    "time": ("Hms",),
    "minute": ("Hm",),
    "day": ("MMMEd",),
    "date": ("yMMMd",),
    "both": ("MMMEd", "Hm"),
    "full": ("yMMMd", "Hm"),
}
_YEARLESS, _WITH_YEAR = "MMMEd", "yMMMEd"
_DAY_SECONDS = 24 * 60 * 60
_INPUT = "%Y-%m-%dT%H:%M"  # the value of a datetime-local input


def clock(at: datetime | None, zone: str, style: str = "time") -> str:
    """The moment in a time zone, in one of the styles; empty for None.

    A date of another year has its year, a time that occurs twice because clocks go back the name of its offset.
    """
    if at is None:
        return ""
    local = ZoneInfo(zone)
    this_year = at.astimezone(local).year == datetime.now(local).year
    skeletons = [_WITH_YEAR if s == _YEARLESS and not this_year else s for s in _STYLES[style]]
    text = ", ".join(_formatted(skeleton, at, local) for skeleton in skeletons)
    has_time = "H" in skeletons[-1]
    return f"{text} {offset_name(at, local)}" if has_time and is_repeated(at, local) else text


def _formatted(skeleton: str, at: datetime, zone: ZoneInfo) -> str:
    if "H" in skeleton:
        return format_skeleton(skeleton, at, zone, locale=locale_of(page_language()))
    return _day_in(skeleton, at.astimezone(zone).date(), page_language())


@lru_cache(maxsize=10_000)  # a list has many times of few days
def _day_in(skeleton: str, day: date, language: str) -> str:
    return format_skeleton(skeleton, datetime.combine(day, time()), locale=locale_of(language))


def input_value(at: datetime, zone: str) -> str:
    """The value of a datetime-local input that shows the moment in a time zone."""
    return at.astimezone(ZoneInfo(zone)).strftime(_INPUT)


def next_minute(at: datetime) -> datetime:
    """The moment, or the full minute after it."""
    minute = at.replace(second=0, microsecond=0)
    return at if minute == at else minute + timedelta(minutes=1)


def zone_name(zone: str) -> str:
    """A time zone as pages write it, such as America/New York."""
    return zone.replace("_", " ")


def sides(at: datetime, zone: str) -> list[tuple[str, str]]:
    """Both sides of the moment's wall time as options; none where it occurs once."""
    local = ZoneInfo(zone)
    return sides_of(at.astimezone(local).replace(tzinfo=None), local)


def sides_of(wall: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Both sides of a wall time as options, by their offset from UTC in seconds; none where it occurs once."""
    found = occurrences(wall, zone)
    if len(found) < 2:
        return []
    places = ("before clocks go back", "after clocks have gone back")
    return [
        (offset(moment, str(zone)), f"{offset_name(moment, zone)}, {place}")
        for moment, place in zip(found, places, strict=True)
    ]


def offset(at: datetime, zone: str) -> str:
    """The offset from UTC in seconds, as the value of an option."""
    length = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert length is not None, "an aware time has an offset"
    return str(int(length.total_seconds()))


def from_utc(seconds: int | None) -> timedelta | None:
    """The offset that an option of `sides` stands for; None for none, and for what no page sends."""
    return None if seconds is None or abs(seconds) >= _DAY_SECONDS else timedelta(seconds=seconds)


def short_duration(seconds: float) -> str:
    """A duration with short units, such as `12m 5s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [
        (unit, count) for unit, count in (("hour", hours), ("minute", minutes), ("second", rest)) if count
    ]
    # The CLDR of Babel lacks narrow units in German and Arabic.
    length: Literal["narrow", "short"] = "narrow" if page_language() == SOURCE else "short"
    return " ".join(unit_of_time(unit, count, length) for unit, count in parts or [("second", 0)])


def age(since: datetime, until: datetime) -> str:
    """For how long something lasts, in its largest unit; static/case_queue.js has the same. In English."""
    minutes = (until - since).total_seconds() / 60
    if minutes < 1:
        return "under 1 min"
    if minutes < 60:
        return f"{int(minutes)} min"
    return f"{minutes // 60:.0f} h" if minutes < 48 * 60 else f"{minutes // (24 * 60):.0f} days"


def unit_of_time(unit: str, count: int, length: Literal["narrow", "short", "long"]) -> str:
    """A count of a unit of time, such as `5 minutes`."""
    return format_unit(count, f"duration-{unit}", length, locale=locale_of(page_language()))


def counted(units: Iterable[tuple[str, int]]) -> str:
    """Counts of units of time as a phrase, such as `1 day 12 hours`."""
    parts = [unit_of_time(unit, count, "long") for unit, count in units]
    return format_list(parts, "unit-narrow", locale_of(page_language()))
