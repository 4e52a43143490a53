"""Durations as people type and read them: `24 h`, `2 days 12 hours`, `90 min`."""

import re
from datetime import timedelta

from console.frame.times import counted

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_NAMES = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
_PART = re.compile(
    r"(\d{1,6})\s*(d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)\b\.?", re.IGNORECASE
)


def written(duration: timedelta) -> str:
    """The duration in words, the largest unit first. One day is written as 24 hours, two days as 2 days."""
    rest = int(duration.total_seconds())
    parts = []
    for unit, seconds in _UNITS.items():
        if unit == "d" and rest < 2 * seconds:
            continue
        count, rest = divmod(rest, seconds)
        if count:
            parts.append((_NAMES[unit], count))
    return counted(parts or [("minute", 0)])


def read(text: str) -> timedelta:
    """The duration that a text writes. Raises ValueError for any other text."""
    rest = _PART.sub("", text).replace(" and ", " ").strip(" ,")
    parts = _PART.findall(text)
    if rest or not parts:
        raise ValueError("write it as 15 minutes, 24 hours or 14 days")
    return timedelta(seconds=sum(int(count) * _UNITS[unit[0].lower()] for count, unit in parts))


def read_many(text: str) -> list[timedelta]:
    """Durations separated by commas, semicolons or lines. Raises ValueError."""
    return [read(part) for part in re.split(r"[,\n;]", text) if part.strip()]
