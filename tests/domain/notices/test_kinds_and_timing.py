"""Audiences of notices, the choice of language, quiet hours and urgency."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.notices.kinds import Audience, NoticeKind, audiences, notice_key
from domain.notices.timing import next_allowed, send_at
from domain.people.languages import best_language
from tests.domain.scheduling.clock_changes import ClockChange, clock_changes

pytestmark = pytest.mark.unit

N = NoticeKind
MADRID = "Europe/Madrid"  # clocks go 02:00 -> 03:00 on 2026-03-29, 03:00 -> 02:00 on 2026-10-25
NIGHT = (time(21), time(7, 30))
ZONES = [MADRID, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]


def local(text: str, zone: str = MADRID, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def same(one: datetime, other: datetime) -> bool:
    return one.astimezone(UTC) == other.astimezone(UTC)


@pytest.mark.parametrize("kind", N)
def test_every_kind_has_an_audience(kind: NoticeKind) -> None:
    assert audiences(kind)


def test_guardians_get_no_briefings_and_instructors_no_summaries() -> None:
    for kind in (N.BRIEFING, N.REVIEW_REQUEST):
        assert audiences(kind) == {Audience.INSTRUCTOR}


def test_summaries_go_only_to_guardians_of_students_who_came() -> None:
    assert audiences(N.SUMMARY) == {Audience.GUARDIANS_OF_ATTENDING}


def test_absence_notices_go_only_to_guardians_of_the_absent() -> None:
    assert audiences(N.ABSENCE) == {Audience.GUARDIANS_OF_ABSENT}


def test_notice_keys_differ_by_kind_recipient_and_occasion() -> None:
    session, reader = UUID(int=1), UUID(int=2)
    keys = {
        notice_key(session, kind, who, o) for kind in N for who in (reader, session) for o in ("24h", "1h")
    }

    assert len(keys) == len(N) * 4
    assert notice_key(session, N.REMINDER, reader, "1h") in keys


@pytest.mark.parametrize(
    ("wanted", "offered", "got"),
    [
        ("es", ("en", "es"), "es"),
        ("es-MX", ("en", "es"), "es"),
        ("ES_mx", ("en", "es", "es-MX"), "es-MX"),
        ("fr", ("es", "en"), "en"),
        ("fr", ("es", "de"), "es"),
        ("", ("en", "es"), "en"),
    ],
)
def test_the_best_offered_language_is_chosen(wanted: str, offered: tuple[str, ...], got: str) -> None:
    assert best_language(wanted, offered) == got


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        ("2026-03-02T12:00", "2026-03-02T12:00"),
        ("2026-03-02T20:59", "2026-03-02T20:59"),
        ("2026-03-02T21:00", "2026-03-03T07:30"),
        ("2026-03-03T00:10", "2026-03-03T07:30"),
        ("2026-03-03T07:30", "2026-03-03T07:30"),
        ("2026-03-28T23:00", "2026-03-29T07:30"),  # a night of one hour less
        ("2026-10-24T23:00", "2026-10-25T07:30"),  # of one hour more
    ],
)
def test_quiet_hours_apply_in_the_recipients_time_zone(at: str, allowed: str) -> None:
    assert same(next_allowed(local(at), MADRID, *NIGHT), local(allowed))


def test_quiet_hours_may_be_during_the_day() -> None:
    at = local("2026-03-02T13:15")

    assert same(next_allowed(at, MADRID, time(13), time(14)), local("2026-03-02T14:00"))


def test_without_quiet_hours_nothing_waits() -> None:
    at = local("2026-03-02T03:00")

    assert next_allowed(at, MADRID, None, time(7)) == at
    assert next_allowed(at, MADRID, time(7), time(7)) == at


def test_an_end_of_quiet_hours_skipped_by_a_clock_change_moves_later() -> None:
    found = next_allowed(local("2026-03-29T01:00"), MADRID, time(22), time(2, 30))

    assert same(found, local("2026-03-29T03:30"))


def test_an_end_of_quiet_hours_that_occurs_twice_counts_at_its_next_occurrence() -> None:
    quiet = (time(22), time(2, 30))

    assert same(next_allowed(local("2026-10-25T02:15"), MADRID, *quiet), local("2026-10-25T02:30"))
    assert same(
        next_allowed(local("2026-10-25T02:15", fold=1), MADRID, *quiet), local("2026-10-25T02:30", fold=1)
    )


def test_a_day_whose_only_open_hour_is_skipped_is_waited_out() -> None:
    quiet = (time(3), time(2))  # in Berlin, 02:00 to 03:00 does not exist on 2027-03-28
    found = next_allowed(local("2027-03-27T12:00", "Europe/Berlin"), "Europe/Berlin", *quiet)

    assert same(found, local("2027-03-29T02:00", "Europe/Berlin"))


@given(clock_changes(), st.integers(-48 * 60, 48 * 60), st.integers(0, 1439), st.integers(0, 1439))
def test_quiet_hours_end_in_every_zone_and_night(
    change: ClockChange, minutes: int, quiet_from: int, quiet_until: int
) -> None:
    at = change.at + timedelta(minutes=minutes)
    quiet = [time(*divmod(minute, 60)) for minute in (quiet_from, quiet_until)]
    found = next_allowed(at, change.zone, *quiet)

    assert at <= found <= at + timedelta(hours=75)
    assert next_allowed(found, change.zone, *quiet) == found


@given(
    st.integers(0, 366 * 24 * 60).map(
        lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    ),
    st.sampled_from(ZONES),
    st.times(),
    st.times(),
)
def test_the_allowed_time_is_never_earlier_never_quiet_and_within_about_a_day(
    at: datetime, zone: str, quiet_from: time, quiet_until: time
) -> None:
    found = next_allowed(at, zone, quiet_from, quiet_until)

    assert at <= found <= at + timedelta(hours=26)
    assert next_allowed(found, zone, quiet_from, quiet_until) == found


def due(kind: NoticeKind, at: str, class_at: str) -> datetime:
    quiet_from, quiet_until = NIGHT
    return send_at(
        kind,
        local(at),
        class_starts_at=local(class_at),
        zone=MADRID,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
    )


@pytest.mark.parametrize(
    ("kind", "at", "class_at", "sent"),
    [
        (N.SUMMARY, "2026-03-02T22:00", "2026-03-02T20:00", "2026-03-03T07:30"),
        (N.CONFIRMATION, "2026-03-02T22:00", "2026-03-09T10:00", "2026-03-03T07:30"),
        (N.CONFIRMATION, "2026-03-02T22:00", "2026-03-03T09:00", "2026-03-02T22:00"),
        (N.CANCELLED, "2026-03-02T22:00", "2026-03-20T10:00", "2026-03-03T07:30"),
        (N.CANCELLED, "2026-03-02T22:00", "2026-03-03T10:00", "2026-03-02T22:00"),
        (N.REMINDER, "2026-03-03T07:00", "2026-03-03T08:00", "2026-03-03T07:30"),
        (N.REMINDER, "2026-03-03T06:30", "2026-03-03T07:30", "2026-03-03T06:30"),
        (N.ABSENCE, "2026-03-02T22:00", "2026-03-02T21:50", "2026-03-02T22:00"),
    ],
)
def test_a_notice_that_would_come_too_late_does_not_wait(
    kind: NoticeKind, at: str, class_at: str, sent: str
) -> None:
    assert same(due(kind, at, class_at), local(sent))
