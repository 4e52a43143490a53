"""Busy times of calendars from outside: what counts, in which zone, and calendars that are hostile or none at all."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import InvalidInput
from integrations import busy_times as reader
from integrations.busy_times import UnreadableCalendar, busy_times
from integrations.outside_calendars import OutsideCalendars

pytestmark = pytest.mark.adapter

START = datetime(2026, 10, 1, tzinfo=UTC)
END = START + timedelta(days=60)
ZONE = "Europe/Berlin"


def calendar(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for number, event in enumerate(events):
        uid = [] if "UID:" in event else [f"UID:{number}@elsewhere"]
        lines += ["BEGIN:VEVENT", *uid, "DTSTAMP:20260901T000000Z", *event.split("\n"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(*events: str) -> list[str]:
    found = busy_times(calendar(*events), ZONE, START, END)
    return [f"{one.start:%m-%dT%H:%MZ}/{one.end:%m-%dT%H:%MZ}" for one in found]


TIMED = "DTSTART:20261005T080000Z\nDTEND:20261005T090000Z"


def test_events_are_busy_in_their_own_zone_or_the_instructors() -> None:
    assert read(TIMED) == ["10-05T08:00Z/10-05T09:00Z"]
    assert read("DTSTART;TZID=America/New_York:20261005T080000\nDURATION:PT1H") == [
        "10-05T12:00Z/10-05T13:00Z"
    ]
    assert read("DTSTART:20261005T080000\nDTEND:20261005T090000") == ["10-05T06:00Z/10-05T07:00Z"]
    assert read("DTSTART;VALUE=DATE:20261025") == ["10-24T22:00Z/10-25T23:00Z"], "a day of 25 hours"


def test_series_are_expanded_with_their_exceptions_as_far_as_is_asked() -> None:
    weekly = (
        "UID:w@elsewhere\nDTSTART;TZID=Europe/Berlin:20200106T100000\nDTEND;TZID=Europe/Berlin:20200106T110000\n"
        "RRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Berlin:20261012T100000"
    )
    moved = (
        "UID:w@elsewhere\nRECURRENCE-ID;TZID=Europe/Berlin:20261019T100000\n"
        "DTSTART;TZID=Europe/Berlin:20261020T100000\nDTEND;TZID=Europe/Berlin:20261020T110000"
    )
    cancelled = (
        "UID:w@elsewhere\nRECURRENCE-ID;TZID=Europe/Berlin:20261102T100000\nSTATUS:CANCELLED\n"
        "DTSTART;TZID=Europe/Berlin:20261102T100000\nDTEND;TZID=Europe/Berlin:20261102T110000"
    )
    assert [one[:12] for one in read(weekly, moved, cancelled)] == [
        *("10-05T08:00Z", "10-20T08:00Z", "10-26T09:00Z"),
        *("11-09T09:00Z", "11-16T09:00Z", "11-23T09:00Z"),
    ]


def test_what_overlaps_or_touches_is_one_time() -> None:
    assert read(TIMED, "DTSTART:20261005T083000Z\nDTEND:20261005T093000Z") == ["10-05T08:00Z/10-05T09:30Z"]


@pytest.mark.parametrize(
    "event",
    [
        f"{TIMED}\nTRANSP:TRANSPARENT",
        f"{TIMED}\nSTATUS:CANCELLED",
        f"{TIMED}\nUID:018f0000-0000-7000-8000-000000000000@homeroom",
        "DTSTART:20261005T080000Z",
        "DTSTART:20200105T080000Z\nDTEND:20200105T090000Z",
    ],
)
def test_what_is_free_cancelled_a_class_or_long_over_does_not_count(event: str) -> None:
    assert read(event) == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html>Sign in</html>", "iCalendar format"),
        (b"", "iCalendar format"),
        (b"\xff\xfe\x00nothing", "iCalendar format"),
        (calendar(f"{TIMED}\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"), "more often than daily"),
        (calendar(f"{TIMED}\nRRULE:FREQ=MINUTELY"), "more often than daily"),
    ],
)
def test_what_is_no_calendar_or_hostile_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableCalendar, match=why):
        busy_times(content, ZONE, START, END)


def test_too_many_times_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_BUSY", 3)
    with pytest.raises(UnreadableCalendar, match="more than 3 busy times"):
        busy_times(calendar(f"{TIMED}\nRRULE:FREQ=DAILY"), ZONE, START, END)


async def test_a_calendar_is_read_in_a_process_that_ends_when_it_takes_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outside = OutsideCalendars(local=True)
    assert await outside.busy_times(calendar(TIMED), ZONE, START, END) == [
        ("2026-10-05T08:00:00+00:00", "2026-10-05T09:00:00+00:00")
    ]
    with pytest.raises(InvalidInput, match="iCalendar format"):
        await outside.busy_times(b"nothing", ZONE, START, END)
    monkeypatch.setattr("integrations.outside_calendars._READ_SECONDS", 0.01)
    with pytest.raises(InvalidInput, match="takes too long"):
        await outside.busy_times(calendar(TIMED), ZONE, START, END)


async def test_a_calendar_at_a_private_address_is_not_fetched() -> None:
    outside = OutsideCalendars(local=False)
    for url in ("https://127.0.0.1/a.ics", "https://[::1]/a.ics", "http://calendar.example/a.ics"):
        with pytest.raises(InvalidInput):
            await outside.fetch(url)
