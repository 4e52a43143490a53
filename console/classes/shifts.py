"""Reads an amount by which classes are moved, such as `+30 min` or `-1 day`, and shows it."""

import re
from datetime import timedelta

from domain.errors import InvalidInput

_SHIFT = re.compile(r"([+-]?)\s*(\d{1,4})\s*(m|min|minutes?|h|hours?|d|days?|w|weeks?)", re.IGNORECASE)
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def read_shift(text: str) -> timedelta:
    """Raises InvalidInput."""
    found = _SHIFT.fullmatch(text.strip().replace("\N{MINUS SIGN}", "-"))
    if found is None or not int(found[2]):
        raise InvalidInput(
            f"“{text[:40]}” is no amount to move by" if text.strip() else "say by how much to move",
            next_step="Write it as +30 min, -1 h or +1 day.",
        )
    length = int(found[2]) * _UNITS[found[3][0].lower()]
    return -length if found[1] == "-" else length


def shown_shift(shift: timedelta) -> str:
    """As `read_shift` reads it, in its largest whole unit."""
    sign, length = ("-", -shift) if shift < timedelta() else ("+", shift)
    for unit, name in ((timedelta(days=1), "day"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if not length % unit:
            count = length // unit
            return f"{sign}{count} {name}{'s' if name == 'day' and count != 1 else ''}"
    return f"{sign}{length}"
