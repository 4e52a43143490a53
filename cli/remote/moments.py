"""Parses and formats times, time zones and durations for the command line."""

import re
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SHORT = re.compile(r"(\d{1,6})([smhd])")


def read_zone(name: str) -> tzinfo | None:
    """The named time zone; None stands for this machine's zone."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        raise typer.BadParameter(f"{name!r} isn't a time zone. Use a name such as Europe/Madrid.") from None


def read_moment(text: str, zone: tzinfo | None) -> datetime:
    """A date or time in ISO 8601, in `zone` if it has no offset."""
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone) if zone else moment.astimezone()
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{text!r} isn't a time. Use a form such as 2030-03-04, 2030-03-04T16:00 or 2030-03-04T16:00+01:00."
        ) from None


def optional_moment(text: str, zone: tzinfo | None) -> str | None:
    return read_moment(text, zone).isoformat() if text else None


def write_moment(text: str, zone: tzinfo | None) -> str:
    """An ISO 8601 time as date and minute in `zone`."""
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"


def read_duration(text: str) -> str | float:
    """A duration in seconds for `90s`, `15m`, `24h` or `14d`; other text is left to the API, which takes ISO 8601."""
    if match := _SHORT.fullmatch(text):
        return timedelta(seconds=int(match[1]) * _SECONDS[match[2]]).total_seconds()
    return text
