"""Conversion of wall time to UTC on every night, those on which clocks change included."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput, RepeatedTime
from domain.scheduling.wall_time import (
    is_repeated,
    occurrences,
    offset_name,
    start_of_day,
    wall_time_to_utc,
)
from tests.domain.scheduling.clock_changes import ClockChange, clock_changes

pytestmark = pytest.mark.unit

BERLIN, CASABLANCA = ZoneInfo("Europe/Berlin"), ZoneInfo("Africa/Casablanca")
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_wall_time_is_converted_in_the_given_zone() -> None:
    assert wall_time_to_utc(at("2026-07-01T09:30"), ZoneInfo("Europe/Madrid")) == at("2026-07-01T07:30Z")


def test_a_repeated_time_is_refused_unless_its_offset_is_given() -> None:
    twice = at("2027-10-31T02:30")
    with pytest.raises(RepeatedTime, match="02:30 CEST and then 02:30 CET") as refused:
        wall_time_to_utc(twice, BERLIN)
    assert refused.value.extra == {
        "first": "2027-10-31T02:30:00+02:00",
        "second": "2027-10-31T02:30:00+01:00",
    }
    assert wall_time_to_utc(twice, BERLIN, offset=timedelta(hours=2)) == at("2027-10-31T00:30Z")
    assert wall_time_to_utc(twice, BERLIN, offset=timedelta(hours=1)) == at("2027-10-31T01:30Z")


def test_a_skipped_time_is_refused() -> None:
    with pytest.raises(InvalidInput, match="02:30 doesn't exist in Europe/Berlin"):
        wall_time_to_utc(at("2027-03-28T02:30"), BERLIN)


@pytest.mark.parametrize("shown", ["2027-10-31T01:30Z", "2027-10-31T00:30Z", "2027-10-31T01:30:42Z"])
def test_a_time_that_was_left_as_it_was_shown_stays_the_same_moment(shown: str) -> None:
    assert wall_time_to_utc(at("2027-10-31T02:30"), BERLIN, shown=at(shown)) == at(shown)


def test_the_end_of_a_class_is_not_moved_back_where_clocks_went_back_during_it() -> None:
    """In Casablanca, clocks go back from 03:00 to 02:00 on 2027-02-07."""
    proposed = at("2027-02-07T02:15Z")

    assert wall_time_to_utc(at("2027-02-07T02:15"), CASABLANCA, shown=proposed) == proposed


def test_the_other_side_of_a_repeated_time_can_be_chosen() -> None:
    shown = at("2027-10-31T01:30Z")

    assert wall_time_to_utc(at("2027-10-31T02:30"), BERLIN, shown=shown, offset=timedelta(hours=2)) == at(
        "2027-10-31T00:30Z"
    )


def test_both_sides_of_a_repeated_time_have_names_of_their_own() -> None:
    assert offset_name(at("2027-10-31T00:30Z"), BERLIN) == "CEST"
    assert offset_name(at("2027-10-31T01:30Z"), BERLIN) == "CET"
    moscow = ZoneInfo("Europe/Moscow")  # MSK on both sides of 2014-10-26
    assert offset_name(at("2014-10-25T21:30Z"), moscow) == "UTC+04:00"
    assert offset_name(at("2014-10-25T22:30Z"), moscow) == "UTC+03:00"


@given(clock_changes(), st.integers(-26 * 60, 26 * 60), st.integers(0, 59))
def test_a_form_that_is_sent_back_unchanged_keeps_its_moment(
    change: ClockChange, minutes: int, seconds: int
) -> None:
    shown, zone = change.at + timedelta(minutes=minutes, seconds=seconds), ZoneInfo(change.zone)
    wall = shown.astimezone(zone).replace(tzinfo=None, second=0)

    assert wall_time_to_utc(wall, zone, shown=shown) == shown
    assert wall_time_to_utc(wall, zone, shown=shown, offset=shown.astimezone(zone).utcoffset()) == shown


@given(clock_changes(), st.integers(-26 * 60, 26 * 60))
def test_a_wall_time_occurs_as_often_as_clocks_show_it(change: ClockChange, minutes: int) -> None:
    zone = ZoneInfo(change.zone)
    wall = change.at.astimezone(zone).replace(tzinfo=None) + timedelta(minutes=minutes)
    near = range(-32 * 60, 32 * 60 + 1)
    shown = [
        moment
        for minute in near
        if (moment := change.at + minute * MINUTE).astimezone(zone).replace(tzinfo=None) == wall
    ]

    assert list(occurrences(wall, zone)) == shown
    if len(shown) == 1:
        assert wall_time_to_utc(wall, zone) == shown[0]
        assert not is_repeated(shown[0], zone)
    if len(shown) == 2:
        assert all(is_repeated(moment, zone) for moment in shown)
        assert offset_name(shown[0], zone) != offset_name(shown[1], zone)


@pytest.mark.parametrize(
    ("day", "zone", "first"),
    [
        ("2027-03-28", "Europe/Berlin", "2027-03-27T23:00Z"),
        ("2027-09-05", "America/Santiago", "2027-09-05T04:00Z"),  # midnight is skipped
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00Z"),  # the whole day is skipped
        ("2026-10-25", "Atlantic/Azores", "2026-10-25T00:00Z"),  # midnight occurs twice
    ],
)
def test_a_day_starts_at_its_first_moment(day: str, zone: str, first: str) -> None:
    assert start_of_day(at(day).date(), ZoneInfo(zone)) == at(first)


def test_a_zone_of_none_is_that_of_this_machine() -> None:
    wall = at("2026-07-01T12:00")

    assert wall_time_to_utc(wall, None) == wall.astimezone(UTC)
