"""Calendar entries: a move updates the entry of the class, a cancellation cancels it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from domain.notices.kinds import NoticeKind
from reports.calendars import calendar_entry
from tests.reports.letters import CONTEXT, STARTS_AT

pytestmark = pytest.mark.unit

N = NoticeKind
SESSION = UUID(int=7)
HOUR = timedelta(hours=1)


def entry(kind: NoticeKind, *, changes: int = 0, language: str = "en", **changed: Any) -> str:
    return calendar_entry(
        kind,
        replace(CONTEXT, **changed),
        session_id=SESSION,
        changes=changes,
        organizer="office@school.example",
        reader_address="samira@home.example",
        language=language,
    )


def event(text: str) -> Any:
    (found,) = Calendar.from_ical(text).walk("VEVENT")
    return found


def test_a_move_updates_and_a_cancellation_cancels_the_same_entry() -> None:
    booked = entry(N.CONFIRMATION)
    moved = entry(N.RESCHEDULED, changes=1, starts_at=STARTS_AT + HOUR, ends_at=STARTS_AT + 2 * HOUR)
    cancelled = entry(N.CANCELLED, changes=1)

    assert {str(event(text)["uid"]) for text in (booked, moved, cancelled)} == {f"{SESSION}@homeroom"}
    assert [event(text)["sequence"] for text in (booked, moved, cancelled)] == [0, 1, 2]
    assert [str(Calendar.from_ical(text)["method"]) for text in (booked, moved, cancelled)] == [
        "REQUEST",
        "REQUEST",
        "CANCEL",
    ]
    assert event(moved).decoded("dtstart") == STARTS_AT + HOUR
    assert (str(event(booked)["status"]), str(event(cancelled)["status"])) == ("CONFIRMED", "CANCELLED")
    assert "join" not in cancelled.replace("\r\n ", "")
    assert CONTEXT.join_urls[0][1] in str(event(booked)["url"])


def test_the_entry_asks_for_no_answer_and_names_the_school_as_organizer() -> None:
    found = event(entry(N.CONFIRMATION, language="de"))
    assert found["organizer"] == "mailto:office@school.example"
    assert found["organizer"].params["CN"] == CONTEXT.organization
    assert found["attendee"] == "mailto:samira@home.example"
    assert found["attendee"].params["RSVP"] == "FALSE"
    assert "mit Ada Okafor" in found["description"]


def test_only_what_changes_the_time_of_a_class_has_an_entry() -> None:
    assert {kind for kind in N if entry(kind)} == {
        N.CONFIRMATION,
        N.RESCHEDULED,
        N.SUBSTITUTION,
        N.ASSIGNED,
        N.REPLACED,
        N.ADDED,
        N.REMOVED,
        N.CANCELLED,
    }


def test_the_calendar_of_who_is_replaced_loses_the_class_and_that_of_who_takes_over_gets_it() -> None:
    replaced, assigned = entry(N.REPLACED, changes=1, join_urls=()), entry(N.ASSIGNED, changes=1)
    assert str(Calendar.from_ical(replaced)["method"]) == "CANCEL"
    assert "status" not in event(replaced), "the class takes place"
    assert str(Calendar.from_ical(assigned)["method"]) == "REQUEST"


def test_who_is_removed_is_uninvited_and_can_be_added_again() -> None:
    removed, added = entry(N.REMOVED, changes=1, join_urls=()), entry(N.ADDED, changes=2)
    assert str(Calendar.from_ical(removed)["method"]) == "CANCEL"
    assert "status" not in event(removed), "the class takes place for others"
    assert event(removed)["attendee"] == "mailto:samira@home.example"
    assert (event(removed)["sequence"], event(added)["sequence"]) == (1, 2)


def test_the_entry_of_a_family_stays_while_another_child_is_in_the_class() -> None:
    stays = entry(N.REMOVED)
    assert str(Calendar.from_ical(stays)["method"]) == "REQUEST"
    assert CONTEXT.join_urls[0][0] in str(event(stays)["description"])


@given(st.text(min_size=1))
def test_no_text_of_users_becomes_a_property(text: str) -> None:
    hostile = f"{text}\r\nMETHOD:CANCEL\r\nATTENDEE:mailto:spy@evil.example"
    written = entry(N.CONFIRMATION, title=hostile, organization=hostile, reader=hostile, instructor=hostile)
    read = Calendar.from_ical(written)
    assert str(read["method"]) == "REQUEST"
    assert set(read.keys()) == {"PRODID", "VERSION", "METHOD"}
    assert event(written)["attendee"] == "mailto:samira@home.example"
    assert "\r\nMETHOD:CANCEL\r\n" not in written
