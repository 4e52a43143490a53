"""Dates, times and durations in English, as the console's pages show them; static/times.js has the same forms."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.lists import format_list
from babel.units import format_unit

from reports.moments import locale_of

ENGLISH = locale_of("en")
# Skeletons of the CLDR by the name a template gives.
_STYLES = {
    "time": ("Hms",),
    "minute": ("Hm",),
    "day": ("MMMEd",),
    "date": ("yMMMd",),
    "both": ("MMMEd", "Hm"),
    "full": ("yMMMd", "Hm"),
}
_INPUT = "%Y-%m-%dT%H:%M"  # as an input of the type datetime-local takes it


def clock(at: datetime | None, zone: str, style: str = "time") -> str:
    """In a time zone, by the name of a style."""
    if at is None:
        return ""
    local = ZoneInfo(zone)
    return ", ".join(format_skeleton(one, at, local, locale=ENGLISH) for one in _STYLES[style])


def input_value(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime(_INPUT)


def short_duration(seconds: float) -> str:
    """`12m 5s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [
        (unit, count) for unit, count in (("hour", hours), ("minute", minutes), ("second", rest)) if count
    ]
    return counted(parts or [("second", 0)], "narrow")


def counted(units: Iterable[tuple[str, int]], length: Literal["narrow", "long"] = "long") -> str:
    """Units of time with their numbers, `1 day 12 hours`."""
    parts = [format_unit(count, f"duration-{unit}", length, locale=ENGLISH) for unit, count in units]
    return format_list(parts, "unit-narrow", ENGLISH)
