"""Times and durations, as people type and read them."""

import re
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SHORT = re.compile(r"(\d{1,6})([smhd])")


def read_zone(name: str) -> tzinfo | None:
    """None: that of this machine, whose offset depends on the date."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        raise typer.BadParameter(f"{name!r} isn't a time zone. Use a name such as Europe/Madrid.") from None


def read_moment(text: str, zone: tzinfo | None) -> datetime:
    """A date or a time; without an offset of its own, in `zone`."""
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
    """To the minute, where the table says in which zone."""
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"


def read_duration(text: str) -> str | float:
    """`90s`, `15m`, `24h`, `14d`, or as the API takes it: ISO 8601."""
    if found := _SHORT.fullmatch(text):
        return timedelta(seconds=int(found[1]) * _SECONDS[found[2]]).total_seconds()
    return text
