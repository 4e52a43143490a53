"""The geometry of a calendar: days, minutes of a day on nights on which clocks change, and lanes."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.intervals import Interval
from domain.scheduling.calendar_grid import (
    MINUTES,
    DaySpan,
    day_span,
    day_spans,
    lanes,
    month_of,
    months_away,
    span_of,
    week_of,
)

pytestmark = pytest.mark.unit

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_week_begins_on_monday_and_a_month_has_whole_weeks() -> None:
    assert week_of(date(2026, 12, 6))[0] == date(2026, 11, 30)
    weeks = month_of(date(2026, 11, 30))
    assert (weeks[0][0], weeks[-1][-1]) == (date(2026, 10, 26), date(2026, 12, 6))
    assert len(month_of(date(2027, 2, 10))) == 4
    assert months_away(date(2026, 12, 31), 2) == date(2027, 2, 1)
    assert months_away(date(2026, 1, 31), -1) == date(2025, 12, 1)


def test_a_week_on_which_clocks_go_back_is_an_hour_longer() -> None:
    span = span_of(week_of(date(2027, 10, 31)), BERLIN)
    assert (span.end - span.start).total_seconds() == (7 * 24 + 1) * 3600


def test_what_goes_on_past_midnight_is_cut_there() -> None:
    assert day_span(at("2026-11-30T23:30+01:00"), at("2026-12-01T00:30+01:00"), BERLIN) == DaySpan(
        date(2026, 11, 30), 1410, MINUTES
    )


def test_both_sides_of_a_repeated_hour_have_the_same_place() -> None:
    before = day_span(at("2027-10-31T02:10+02:00"), at("2027-10-31T02:40+02:00"), BERLIN)
    after = day_span(at("2027-10-31T02:10+01:00"), at("2027-10-31T02:40+01:00"), BERLIN)
    assert before == after == DaySpan(date(2027, 10, 31), 130, 160)


def test_a_span_of_several_days_has_a_part_in_each() -> None:
    leave = Interval(at("2026-11-30T12:00+01:00"), at("2026-12-02T09:00+01:00"))
    days = week_of(date(2026, 11, 30))
    assert list(day_spans([leave], days, BERLIN)) == [
        DaySpan(days[0], 720, MINUTES),
        DaySpan(days[1], 0, MINUTES),
        DaySpan(days[2], 0, 540),
    ]


@given(st.lists(st.tuples(st.integers(0, 1400), st.integers(1, 200)), max_size=40))
def test_spans_in_one_lane_do_not_overlap(found: list[tuple[int, int]]) -> None:
    spans = sorted((start, start + length) for start, length in found)
    placed = lanes(spans)
    for n, (start, end) in enumerate(spans):
        lane, count = placed[n]
        assert lane < count
        for m in range(n):
            if spans[m][1] > start and end > spans[m][0]:
                assert placed[m][0] != lane
                assert placed[m][1] == count, "they stand side by side"
