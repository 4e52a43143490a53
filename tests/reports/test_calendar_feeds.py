"""Feeds of classes: four parsers read them alike, their time zones are right, and no text becomes a property."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import ics
import pytest
import recurring_ical_events
import vobject
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from domain.notices.kinds import NoticeKind
from reports.calendars import FeedEntry, calendar_entry, calendar_feed
from reports.vtimezones import vtimezone
from tests.domain.scheduling.clock_changes import distinct_zones
from tests.reports.letters import CONTEXT, STARTS_AT

pytestmark = pytest.mark.unit

HOUR = timedelta(hours=1)
NAME = "Harbour Tutoring"
Read = tuple[str, str, datetime, datetime, str]  # UID, summary, start and end in UTC, status


def entry(
    number: int, zone: str, starts_at: datetime, *, cancelled: bool = False, **changed: Any
) -> FeedEntry:
    context = replace(CONTEXT, starts_at=starts_at, ends_at=starts_at + HOUR, **changed)
    return FeedEntry(UUID(int=number), context, zone, number, cancelled)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


ENTRIES = (
    entry(1, "Europe/Berlin", STARTS_AT),
    entry(2, "Europe/Berlin", at("2026-07-01T15:00Z"), title="Ärger, “Brüche”; 1\\2 + 1/4 " * 8),
    entry(3, "Africa/Casablanca", at("2027-02-10T10:00Z")),
    entry(4, "America/Santiago", at("2026-09-06T04:30Z"), cancelled=True),
    entry(5, "Australia/Lord_Howe", at("2026-10-03T15:45Z")),
    entry(6, "UTC", at("2026-10-05T09:00Z"), title="数学の授業 👩🏽‍🏫"),
    entry(7, "Europe/Berlin", at("2026-10-25T01:30Z")),  # 02:30, the second one
)
FEED = calendar_feed(NAME, ENTRIES, "en")


def wanted(one: FeedEntry) -> Read:
    context = one.context
    summary = " ".join(f"{context.title} · {context.course}".split())
    status = "CANCELLED" if one.cancelled else "CONFIRMED"
    return f"{one.session_id}@homeroom", summary, context.starts_at, context.ends_at, status


def events_of(feed: bytes) -> list[Any]:
    return list(Calendar.from_ical(feed).walk("VEVENT"))


def by_icalendar(feed: bytes) -> list[Read]:
    events = events_of(feed)
    return [
        _read(event["uid"], event["summary"], event.start, event.end, event["status"]) for event in events
    ]


def by_recurring_ical_events(feed: bytes) -> list[Read]:
    found = recurring_ical_events.of(Calendar.from_ical(feed)).between((2026, 1, 1), (2028, 1, 1))
    return [_read(event["uid"], event["summary"], event.start, event.end, event["status"]) for event in found]


def by_vobject(feed: bytes) -> list[Read]:
    calendar = vobject.readOne(feed.decode())
    return [
        _read(
            event.uid.value, event.summary.value, event.dtstart.value, event.dtend.value, event.status.value
        )
        for event in calendar.vevent_list
    ]


def by_ics(feed: bytes) -> list[Read]:
    return [
        _read(event.uid, event.name, event.begin.datetime, event.end.datetime, event.status)
        for event in ics.Calendar(feed.decode()).events
    ]


def _read(uid: object, summary: object, start: datetime, end: datetime, status: object) -> Read:
    return str(uid), str(summary), start.astimezone(UTC), end.astimezone(UTC), str(status)


@pytest.mark.parametrize("parser", [by_icalendar, by_recurring_ical_events, by_vobject, by_ics])
def test_four_parsers_read_the_same_classes(parser: Any) -> None:
    assert sorted(parser(FEED)) == sorted(wanted(one) for one in ENTRIES)


def test_lines_are_folded_at_75_octets_and_end_with_crlf() -> None:
    lines = FEED.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\n" not in b"".join(lines)
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no character is cut in two


def test_a_feed_and_a_mail_name_a_class_by_the_same_uid_and_sequence() -> None:
    invited = calendar_entry(
        NoticeKind.CANCELLED,
        ENTRIES[3].context,
        session_id=ENTRIES[3].session_id,
        changes=ENTRIES[3].changes,
        organizer="office@school.example",
        reader_address="samira@home.example",
        language="en",
    )
    (mailed,) = events_of(invited.encode())
    fed = next(event for event in events_of(FEED) if event["uid"] == mailed["uid"])
    for name in ("sequence", "status", "summary", "description"):
        assert fed[name] == mailed[name]
    assert fed.start == mailed.start


def test_a_feed_says_no_more_than_the_mails_and_invites_nobody() -> None:
    first = events_of(FEED)[0]
    assert set(first) == {
        *("UID", "SEQUENCE", "DTSTAMP", "SUMMARY", "DTSTART", "DTEND", "STATUS", "DESCRIPTION", "URL")
    }
    assert str(first["url"]) == CONTEXT.join_urls[0][1]
    assert "URL" not in events_of(FEED)[3], "nobody joins a cancelled class"


def test_the_same_classes_give_the_same_bytes() -> None:
    assert calendar_feed(NAME, ENTRIES, "en") == FEED


def test_a_time_that_occurs_twice_is_wall_time_only_where_the_first_is_meant() -> None:
    starts = {str(event["uid"]): event["dtstart"] for event in events_of(FEED)}
    assert starts[f"{UUID(int=1)}@homeroom"].params["TZID"] == "Europe/Berlin"
    assert "TZID" not in starts[f"{UUID(int=7)}@homeroom"].params


def test_the_time_zones_that_come_with_a_feed_are_those_of_the_database() -> None:
    """Read by dateutil, each has the offsets of the IANA zone; each change is written in the time before it."""
    for zone in distinct_zones():
        written = vtimezone(str(zone), 2026, 2028)
        read = tzical(StringIO(written.to_ical().decode())).get()
        for day in range(0, 3 * 365, 20):
            wall = (datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)).astimezone(zone)
            assert wall.replace(tzinfo=read).utcoffset() == wall.utcoffset(), wall
        changes: list[Any] = written.subcomponents[1:]
        for observance in changes:
            before, after = observance["tzoffsetfrom"].td, observance["tzoffsetto"].td
            onset = observance["dtstart"].dt.replace(tzinfo=UTC) - before
            around = onset - timedelta(minutes=1), onset
            assert [at.astimezone(zone).utcoffset() for at in around] == [before, after], (zone, onset)


@given(st.text(min_size=1, max_size=80))
def test_no_text_of_users_becomes_a_property(text: str) -> None:
    hostile = f"{text}\r\nMETHOD:CANCEL\r\nATTENDEE:mailto:spy@evil.example"
    one = entry(1, "Europe/Berlin", STARTS_AT, title=hostile, course=hostile, instructor=hostile)
    written = calendar_feed(hostile, [one], "en")
    read = Calendar.from_ical(written)
    assert str(read["method"]) == "PUBLISH"
    assert b"\r\nMETHOD:CANCEL" not in written
    (event,) = events_of(written)
    assert "ATTENDEE" not in event
