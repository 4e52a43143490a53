"""Reads the busy times of a calendar in iCalendar, in a process of its own: `python -m integrations.busy_times`.

Calendars come from outside, and a rule in them may repeat without end. The process may use little time, so that no
calendar holds up anything else. It reads the calendar from its input, and writes the times, or a problem, as JSON.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component

from domain.intervals import Interval, merged
from domain.scheduling.wall_time import first_moment, last_moment, start_of_day

_CPU_SECONDS = 10
_MEMORY = 1 << 30  # bytes
MAX_EVENTS = 20_000  # of a calendar
MAX_BUSY = 3_000  # spans that are kept
_NO_CALENDAR = "this isn't a calendar in the iCalendar format"
_OWN = "@homeroom"  # the classes themselves, which invitations and feeds bring into the calendar
_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}

Json = dict[str, Any]


class UnreadableCalendar(Exception):
    """Its text says in plain English what is wrong with the calendar."""


def busy_times(content: bytes, zone: str, start: datetime, end: datetime) -> tuple[Interval, ...]:
    """The spans of time from `start` to `end` at which somebody with this calendar is busy.

    Days and times without a zone are those of `zone`. Cancelled events, those shown as free, and classes of Homeroom
    are left out. Raises UnreadableCalendar.
    """
    spans = [span for event in events_between(content, start, end) for span in _span(event, ZoneInfo(zone))]
    found = merged(
        Interval(max(span.start, start), min(span.end, end))
        for span in spans
        if span.start < end and span.end > start
    )
    if len(found) > MAX_BUSY:
        raise UnreadableCalendar(f"this calendar has more than {MAX_BUSY:,} busy times")
    return found


def events_between(content: bytes, start: datetime, end: datetime) -> list[Any]:
    """The events of a file's calendars, each occurrence of a recurring one by itself. Raises UnreadableCalendar."""
    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except (ValueError, IndexError, KeyError) as error:
        raise UnreadableCalendar(_NO_CALENDAR) from error
    if not calendars:
        raise UnreadableCalendar(_NO_CALENDAR)
    events: list[Any] = []
    for calendar in calendars:
        _check(calendar)
        try:
            events += recurring_ical_events.of(calendar, skip_bad_series=True).between(start, end)
        except (ValueError, TypeError, OverflowError) as error:
            raise UnreadableCalendar("an event of this calendar can't be read") from error
    return events


def is_cancelled(event: Any) -> bool:
    return str(event.get("STATUS", "")).upper() == "CANCELLED"


def _check(calendar: Component) -> None:
    if calendar.name != "VCALENDAR":
        raise UnreadableCalendar(_NO_CALENDAR)
    events = calendar.walk("VEVENT")
    if len(events) > MAX_EVENTS:
        raise UnreadableCalendar(f"this calendar has more than {MAX_EVENTS:,} events")
    for event in events:
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            if not {str(one).upper() for one in rule.get("FREQ", [])} <= _FREQUENCIES:
                raise UnreadableCalendar("an event of this calendar repeats more often than daily")


def _span(event: Any, zone: ZoneInfo) -> Iterator[Interval]:
    if is_cancelled(event) or str(event.get("UID", "")).endswith(_OWN):
        return
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return
    span = Interval(moment_of(event.start, zone, end=False), moment_of(event.end, zone, end=True))
    if span.start < span.end:
        yield span


def moment_of(at: date, zone: ZoneInfo, *, end: bool) -> datetime:
    """The start or end of an event in UTC; a day, or a time without a zone, is of `zone`."""
    if not isinstance(at, datetime):
        return start_of_day(at, zone)
    if at.tzinfo is None:
        return (last_moment if end else first_moment)(at, zone)
    return at.astimezone(UTC)


def answer(read: Callable[[bytes, str, datetime, datetime], Json]) -> None:
    """Run this process: print what `read` finds in the calendar on its input, or the problem, as JSON.

    `read` gets the calendar and the arguments of the process: a zone, and the start and end of a span.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    zone, start, end = sys.argv[1], *map(datetime.fromisoformat, sys.argv[2:4])
    try:
        found = read(sys.stdin.buffer.read(), zone, start, end)
    except UnreadableCalendar as error:
        found = {"problem": str(error)}
    print(json.dumps(found))


def _read(content: bytes, zone: str, start: datetime, end: datetime) -> Json:
    found = busy_times(content, zone, start, end)
    return {"busy": [[one.start.isoformat(), one.end.isoformat()] for one in found]}


if __name__ == "__main__":
    answer(_read)
