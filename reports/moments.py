"""Dates, times and lists of names in a reader's language and time zone, formatted by the CLDR."""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_time, match_skeleton
from babel.lists import format_list

# English without a country is formatted with the day before the month and a 24-hour clock.
_LOCALES = {"en": "en_GB"}
_DAY = "MMMMEEEEd"  # weekday, day and month in full, without the year


def moment(at: datetime, language: str, time_zone: str) -> str:
    """Day and time, such as `Monday 2 March, 15:00`."""
    locale, zone = locale_of(language), ZoneInfo(time_zone)
    return format_datetime(at, _moment_pattern(locale), zone, locale) + _offset_name(at, zone)


def clock(at: datetime, language: str, time_zone: str) -> str:
    """The time of day, such as `15:00`."""
    zone = ZoneInfo(time_zone)
    return format_time(at.astimezone(zone), "short", zone, locale_of(language)) + _offset_name(at, zone)


def listed(names: Iterable[str], language: str) -> str:
    """A list of names, such as `Noor, Leo and Ada`."""
    return format_list(list(names), locale=locale_of(language))


@cache
def locale_of(language: str) -> Locale:
    """The locale for a language code."""
    return Locale.parse(_LOCALES.get(language, language))


@cache
def _moment_pattern(locale: Locale) -> str:
    skeleton = match_skeleton(_DAY, locale.datetime_skeletons)
    if skeleton is None:
        raise LookupError(f"{locale} has no format for a day of the year")
    # Skeletons match approximately, so the pattern found may abbreviate the weekday.
    day = re.sub("E+", "EEEE", locale.datetime_skeletons[skeleton].pattern)
    return (
        str(locale.datetime_formats["medium"])
        .replace("{0}", locale.time_formats["short"].pattern)
        .replace("{1}", day)
    )


def _offset_name(at: datetime, zone: ZoneInfo) -> str:
    """The name of the offset if this time of day occurs twice, as it does when clocks go back; else empty."""
    local = at.astimezone(zone)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f" {local:%Z}" if twice else ""
