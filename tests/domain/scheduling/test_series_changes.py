"""A change of a series touches only the classes that differ; those changed by themselves stay."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from domain.errors import InvalidInput
from domain.scheduling.recurrence import read_rule
from domain.scheduling.series import Series
from domain.scheduling.series_changes import Difference, Held, continued, difference, first_from

pytestmark = [pytest.mark.unit, pytest.mark.check]

FIRST = datetime.fromisoformat("2027-01-12T17:00")  # a Tuesday
HOUR = timedelta(hours=1)


def weekly(start: datetime = FIRST, rule: str = "FREQ=WEEKLY;COUNT=6", zone: str = "Europe/Madrid") -> Series:
    return Series(zone, start, HOUR, read_rule(rule))


def held(series: Series, *alone: int) -> list[Held]:
    return [
        Held(uuid4(), one.scheduled, one.starts_at, one.ends_at, number in alone)
        for number, one in enumerate(series.occurrences())
    ]


def touched(found: Difference) -> int:
    return sum(map(len, (found.moved, found.renamed, found.removed, found.added)))


def test_without_a_change_everything_stays() -> None:
    found = difference(held(weekly()), weekly().occurrences())
    assert len(found.same) == 6
    assert touched(found) == 0


def test_another_time_moves_the_classes_and_leaves_alone_what_was_moved_by_itself() -> None:
    had = held(weekly(), 2)
    found = difference(had, weekly(FIRST + HOUR).occurrences())
    assert [one for one, _ in found.moved] == [had[0], had[1], had[3], had[4], had[5]]
    assert [(one.id, to.scheduled) for one, to in found.renamed] == [(had[2].id, had[2].scheduled + HOUR)]
    assert touched(found) == len(found.moved) + len(found.renamed)


def test_another_weekday_moves_each_class_within_its_week() -> None:
    thursday = FIRST + timedelta(days=2)
    had = held(weekly())
    found = difference(had, weekly(thursday).occurrences())
    assert [to.scheduled - one.scheduled for one, to in found.moved] == [timedelta(days=2)] * 6


def test_a_second_weekday_adds_classes_and_moves_none() -> None:
    found = difference(held(weekly()), weekly(rule="FREQ=WEEKLY;BYDAY=TU,TH;COUNT=12").occurrences())
    assert (len(found.same), len(found.added)) == (6, 6)
    assert touched(found) == len(found.added)


def test_an_earlier_end_removes_the_rest_but_not_what_stands_alone() -> None:
    found = difference(held(weekly(), 5), weekly(rule="FREQ=WEEKLY;COUNT=4").occurrences())
    assert [one.scheduled.date() for one in found.removed] == [date(2027, 2, 9)]
    assert len(found.same) == 5


def test_a_clock_change_moves_no_class() -> None:
    over_march = weekly(FIRST, "FREQ=WEEKLY;COUNT=16")
    assert len(difference(held(over_march), over_march.occurrences()).same) == 16
    assert {one.starts_at.hour for one in over_march.occurrences()} == {15, 16}  # 17:00 in CEST and CET


def test_a_series_continues_in_step_with_its_interval_and_its_count() -> None:
    every_other = weekly(rule="FREQ=WEEKLY;INTERVAL=2;COUNT=6")
    later = continued(every_other, date(2027, 1, 20), held_before=1)
    assert later.start == FIRST + timedelta(days=14)
    assert [one.scheduled for one in later.occurrences()] == [
        one.scheduled for one in every_other.occurrences()[1:]
    ]


def test_a_series_does_not_continue_after_its_end() -> None:
    with pytest.raises(InvalidInput, match="no class from that day on"):
        continued(weekly(), date(2027, 3, 1), held_before=6)


def test_the_first_day_of_a_new_rule() -> None:
    assert first_from(read_rule("FREQ=WEEKLY;BYDAY=MO"), date(2027, 1, 12)) == date(2027, 1, 18)
