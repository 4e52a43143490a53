"""How long an exception can be put aside from its page."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

_MORNING = time(8)


class Snooze(StrEnum):
    QUARTER = "15m"
    HOUR = "1h"
    FOUR_HOURS = "4h"
    MORNING = "morning"


LABELS: Mapping[Snooze, str] = {
    Snooze.QUARTER: "15 min",
    Snooze.HOUR: "1 h",
    Snooze.FOUR_HOURS: "4 h",
    Snooze.MORNING: "Until tomorrow, 8:00",
}
_LENGTHS: Mapping[Snooze, timedelta] = {
    Snooze.QUARTER: timedelta(minutes=15),
    Snooze.HOUR: timedelta(hours=1),
    Snooze.FOUR_HOURS: timedelta(hours=4),
}


def duration(chosen: Snooze, zone: str, now: datetime) -> timedelta:
    """`zone` is the reader's time zone; UTC where it is none."""
    if chosen != Snooze.MORNING:
        return _LENGTHS[chosen]
    local = ZoneInfo(zone if zone in available_timezones() else "UTC")
    tomorrow = now.astimezone(local).date() + timedelta(days=1)
    return datetime.combine(tomorrow, _MORNING, local) - now
