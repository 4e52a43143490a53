"""Stretches of time as people write them: `24 h`, `1 day 12 hours`, `90 min`."""

import re
from datetime import timedelta

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WORDS = {
    "d": ("day", "days"),
    "h": ("hour", "hours"),
    "m": ("minute", "minutes"),
    "s": ("second", "seconds"),
}
_PART = re.compile(
    r"(\d{1,6})\s*(d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)\b\.?", re.IGNORECASE
)


def written(duration: timedelta) -> str:
    """In words, the largest unit first; days from two of them on, for a day is called 24 hours."""
    rest = int(duration.total_seconds())
    if rest == 0:
        return "0 minutes"
    parts = []
    for unit, seconds in _UNITS.items():
        if unit == "d" and rest < 2 * seconds:
            continue
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count} {_WORDS[unit][count != 1]}")
    return " ".join(parts)


def read(text: str) -> timedelta:
    """Raises ValueError for what is no stretch of time."""
    left = _PART.sub("", text).replace(" and ", " ").strip(" ,")
    found = _PART.findall(text)
    if left or not found:
        raise ValueError("write it as 15 minutes, 24 hours or 14 days")
    return timedelta(seconds=sum(int(count) * _UNITS[unit[0].lower()] for count, unit in found))


def read_many(text: str) -> list[timedelta]:
    """One per line or between commas. Raises ValueError."""
    return [read(part) for part in re.split(r"[,\n;]", text) if part.strip()]
