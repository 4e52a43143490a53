"""Dates, times and durations in English, as the console's pages show them; static/times.js has the same formats."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.lists import format_list
from babel.units import format_unit

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
_INPUT = "%Y-%m-%dT%H:%M"  # the value of a datetime-local input


def clock(at: datetime | None, zone: str, style: str = "time") -> str:
    """The moment in a time zone, in one of the styles; empty for None."""
    if at is None:
        return ""
    local = ZoneInfo(zone)
    return ", ".join(format_skeleton(skeleton, at, local, locale=ENGLISH) for skeleton in _STYLES[style])


def input_value(at: datetime, zone: str) -> str:
    """The value of a datetime-local input that shows the moment in a time zone."""
    return at.astimezone(ZoneInfo(zone)).strftime(_INPUT)


def short_duration(seconds: float) -> str:
    """A duration with short units, such as `12m 5s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [
        (unit, count) for unit, count in (("hour", hours), ("minute", minutes), ("second", rest)) if count
    ]
    return counted(parts or [("second", 0)], "narrow")


def counted(units: Iterable[tuple[str, int]], length: Literal["narrow", "long"] = "long") -> str:
    """Counts of units of time as a phrase, such as `1 day 12 hours`."""
    parts = [format_unit(count, f"duration-{unit}", length, locale=ENGLISH) for unit, count in units]
    return format_list(parts, "unit-narrow", ENGLISH)
