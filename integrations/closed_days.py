"""Reads the days of a calendar of holidays in iCalendar, in a process of its own: `python -m integrations.closed_days`.

As `integrations.busy_times`, but events keep their names, and those shown as free count: public calendars write
holidays so.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.scheduling.wall_time import start_of_day
from integrations.busy_times import Json, UnreadableCalendar, answer, events_between, is_cancelled, moment_of

MAX_DAYS = 300  # events that are read
_LONGEST_NAME = 200


@dataclass(frozen=True, order=True)
class NamedDays:
    first_day: date
    last_day: date  # included
    name: str


def closed_days(content: bytes, zone: str, start: datetime, end: datetime) -> list[NamedDays]:
    """The events of a calendar from `start` to `end` as whole days in `zone`, by day, without repeats.

    Cancelled events are left out. Raises UnreadableCalendar.
    """
    own = ZoneInfo(zone)
    found = {_days(event, own) for event in events_between(content, start, end) if not is_cancelled(event)}
    if len(found) > MAX_DAYS:
        raise UnreadableCalendar(f"this calendar has more than {MAX_DAYS} holidays in two years")
    return sorted(found)


def _days(event: Any, zone: ZoneInfo) -> NamedDays:
    starts = moment_of(event.start, zone, end=False).astimezone(zone)
    ends = moment_of(event.end, zone, end=True).astimezone(zone)
    last = ends.date()
    if ends <= start_of_day(last, zone) and last > starts.date():  # the end is not included
        last -= timedelta(days=1)
    name = " ".join(str(event.get("SUMMARY", "")).split())[:_LONGEST_NAME]
    return NamedDays(starts.date(), last, name or "Closed")


def _read(content: bytes, zone: str, start: datetime, end: datetime) -> Json:
    found = closed_days(content, zone, start, end)
    return {"days": [[one.name, one.first_day.isoformat(), one.last_day.isoformat()] for one in found]}


if __name__ == "__main__":
    answer(_read)
