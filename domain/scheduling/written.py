"""Reads what people write in one line, one cell or one option: weekly hours, certificates, background checks."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})[:.](\d{2})\s*[-–—]\s*(\d{1,2})[:.](\d{2})", re.IGNORECASE)


def weekly_hours(text: str) -> dict[str, Any]:
    """Hours from a text such as `Monday 15:00-19:00` or `mon 15:00-24:00`. Raises ValueError."""
    found = _HOURS.fullmatch(text.strip())
    days = [n for n, day in enumerate(_DAYS) if found and day.startswith(found[1].lower())]
    if not found or not days:
        raise ValueError(f"{text.strip()[:40]!r} must be hours such as Monday 15:00-19:00")
    end = "00:00" if (found[4], found[5]) == ("24", "00") else f"{int(found[4]):02}:{found[5]}"
    return {"weekday": days[0], "start": f"{int(found[2]):02}:{found[3]}", "end": end}


def written_hours(hours: Mapping[str, Any]) -> str:
    """Stored hours as `weekly_hours` reads them."""
    start, end = str(hours["start"])[:5], str(hours["end"])[:5]
    return f"{_DAYS[hours['weekday']].capitalize()} {start}–{'24:00' if end == '00:00' else end}"


def in_order(hours: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(hours, key=lambda one: (one["weekday"], str(one["start"])))


def certificate(text: str) -> dict[str, Any]:
    """A certificate from a text such as `First Aid`, `First Aid:2030-12-03` or `First Aid:2030-12-03:FA-17`."""
    name, _, rest = text.partition(":")
    expires_on, _, number = rest.partition(":")
    return {
        "name": name.strip(),
        "number": number.strip(),
        "expires_on": expires_on.strip() or None,
    }


def background_check(text: str) -> dict[str, Any]:
    """A background check from a text such as `Enhanced DBS:2030-12-03`."""
    kind, _, valid_until = text.rpartition(":")
    return {"kind": kind.strip(), "valid_until": valid_until.strip()}
