"""Dates, times and lists of names in a reader's language and time zone, formatted by the CLDR."""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_time, match_skeleton
from babel.lists import format_list
from babel.units import format_unit

from domain.scheduling.wall_time import is_repeated, offset_name
from reports.directions import isolated

# English without a country is formatted with the day before the month and a 24-hour clock.
_LOCALES = {"en": "en_GB"}
# Weekday, day and month in full, without and with the year.
_DAY, _DAY_AND_YEAR = "MMMMEEEEd", "yMMMMEEEEd"


def moment(at: datetime, language: str, time_zone: str, *, now: datetime) -> str:
    """Day and time, such as `Monday 2 March, 15:00`, with the year if it is not that of `now`."""
    locale, zone = locale_of(language), ZoneInfo(time_zone)
    same_year = at.astimezone(zone).year == now.astimezone(zone).year
    pattern = _moment_pattern(locale, _DAY if same_year else _DAY_AND_YEAR)
    return format_datetime(at, pattern, zone, locale) + _offset_name(at, zone)


def clock(at: datetime, language: str, time_zone: str) -> str:
    """The time of day, such as `15:00`."""
    zone = ZoneInfo(time_zone)
    return format_time(at.astimezone(zone), "short", zone, locale_of(language)) + _offset_name(at, zone)


def listed(names: Iterable[str], language: str) -> str:
    """A list of names, such as `Noor, Leo and Ada`."""
    return format_list([isolated(name, language) for name in names], locale=locale_of(language))


@cache
def locale_of(language: str) -> Locale:
    """The locale for a language code."""
    return Locale.parse(_LOCALES.get(language, language))


def about(seconds: float, language: str) -> str:
    """A length of time in whole minutes, or in seconds if it is shorter than one, such as `3 minutes`."""
    unit, count = ("minute", round(seconds / 60)) if seconds >= 60 else ("second", round(seconds))
    return format_unit(count, f"duration-{unit}", "long", locale=locale_of(language))


@cache
def _moment_pattern(locale: Locale, wanted: str) -> str:
    skeleton = match_skeleton(wanted, locale.datetime_skeletons)
    if skeleton is None:
        raise LookupError(f"{locale} has no format for {wanted}")
    # Skeletons match approximately, so the pattern found may abbreviate the weekday and the month.
    day = re.sub("E+", "EEEE", locale.datetime_skeletons[skeleton].pattern)
    day = re.sub(r"\bMMM\b", "MMMM", day)
    return (
        str(locale.datetime_formats["medium"])
        .replace("{0}", locale.time_formats["short"].pattern)
        .replace("{1}", day)
    )


def _offset_name(at: datetime, zone: ZoneInfo) -> str:
    """The name of the offset if this time of day occurs twice, as it does when clocks go back; else empty."""
    return f" {offset_name(at, zone)}" if is_repeated(at, zone) else ""
