"""Parses and formats times, time zones and durations for the command line."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from domain.errors import InvalidInput, RepeatedTime
from domain.scheduling.wall_time import offset_name, start_of_day, wall_time_to_utc

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SHORT = re.compile(r"(?:(\d{1,6})d)?\s*(?:(\d{1,6})h)?\s*(?:(\d{1,6})m)?\s*(?:(\d{1,6})s)?")
_FROM_NOW = re.compile(r"in\s+((?:\d{1,6}\s*(?:minutes?|mins?|m|hours?|h|days?|d)\s*)+)")
_PART = re.compile(r"(\d{1,6})\s*([mhd])")
_CLOCK = re.compile(r"(?:(today|tomorrow)\s+(?:at\s+)?)?(\d{1,2}):(\d{2})")
_DAY = re.compile(r"today|tomorrow")
_ISO_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
FORMS = "2030-03-04T16:00, 2030-03-04T16:00+01:00, 2030-03-04, 14:05, “tomorrow”, “tomorrow 9:30” or “in 10 minutes”"


def read_zone(name: str) -> tzinfo | None:
    """The named time zone; None stands for this machine's zone."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        raise typer.BadParameter(f"{name!r} isn't a time zone. Use a name such as Europe/Madrid.") from None


def read_moment(text: str, zone: tzinfo | None, now: datetime | None = None) -> datetime:
    """The moment in UTC that a text in one of FORMS names; a date is the start of its day.

    A time without an offset is in `zone`. Raises BadParameter for any other text, for a time that a clock change skips,
    and for one that it repeats.
    """
    try:
        return _read(text.strip().lower(), zone, now or datetime.now(UTC)).astimezone(UTC)
    except RepeatedTime as error:
        first, second = error.extra["first"], error.extra["second"]
        raise typer.BadParameter(f"{_sentence(error)} Write {first} or {second}.") from None
    except InvalidInput as error:
        raise typer.BadParameter(f"{_sentence(error)} {error.next_step}") from None
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} isn't a time. Use a form such as {FORMS}.") from None


def _read(text: str, zone: tzinfo | None, now: datetime) -> datetime:
    """Raises ValueError, OverflowError, InvalidInput."""
    if text == "now":
        return now
    if from_now := _FROM_NOW.fullmatch(text):
        parts = _PART.findall(from_now[1])
        return _next_minute(now + sum((_length(int(n), unit) for n, unit in parts), timedelta()))
    if clock := _CLOCK.fullmatch(text):
        day = _day(clock[1], zone, now)
        return wall_time_to_utc(datetime.combine(day, time(int(clock[2]), int(clock[3]))), zone)
    if _DAY.fullmatch(text):
        return start_of_day(_day(text, zone, now), zone)
    if len(text) == len("2030-03-04"):
        return start_of_day(date.fromisoformat(text), zone)
    moment = datetime.fromisoformat(text.upper())
    return moment if moment.tzinfo else wall_time_to_utc(moment, zone)


def _day(word: str | None, zone: tzinfo | None, now: datetime) -> date:
    return now.astimezone(zone).date() + timedelta(days=word == "tomorrow")


def _length(count: int, unit: str) -> timedelta:
    return timedelta(seconds=count * _SECONDS[unit])


def _next_minute(at: datetime) -> datetime:
    """The moment, or the full minute after it."""
    minute = at.replace(second=0, microsecond=0)
    return at if minute == at else minute + timedelta(minutes=1)


def _sentence(error: InvalidInput) -> str:
    return f"{error.detail[:1].upper()}{error.detail[1:]}."


def optional_moment(text: str, zone: tzinfo | None) -> str | None:
    return read_moment(text, zone).isoformat() if text else None


def write_moment(text: str, zone: tzinfo | None) -> str:
    """An ISO 8601 time as date, minute and name of the offset in `zone`."""
    at = datetime.fromisoformat(text)
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M} {offset_name(at, zone)}"


def read_duration(text: str) -> str | float:
    """A duration in seconds for `90s`, `1h30m`, `24h` or `14d`; other text is for the API, which takes ISO 8601."""
    match = _SHORT.fullmatch(text.strip())
    return text if match is None or not any(match.groups()) else _from_parts(match).total_seconds()


def read_length(text: str) -> timedelta:
    """The length of a class: a number of minutes, or a form of `read_duration`. Raises typer.BadParameter."""
    seconds = read_duration(f"{text}m" if text.strip().isdigit() else text)
    if isinstance(seconds, str) or seconds <= 0:
        raise typer.BadParameter(f"{text!r} isn't a length. Use a form such as 45, 45m or 1h30m.")
    return timedelta(seconds=seconds)


def write_duration(text: str) -> str:
    """An ISO 8601 duration in the form that `read_duration` takes; any other text as it is."""
    match = _ISO_DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        return text
    total = int(_from_parts(match).total_seconds())
    if total >= 2 * 86_400 and total % 86_400 == 0:
        return f"{total // 86_400}d"
    if total < 3600 and total % 60:
        return f"{total}s"
    hours, minutes, seconds = total // 3600, total // 60 % 60, total % 60
    parts = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


def _from_parts(match: re.Match[str]) -> timedelta:
    """The duration of a match whose groups are days, hours, minutes and seconds."""
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
