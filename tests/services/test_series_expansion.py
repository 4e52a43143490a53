"""A series without an end is extended in step with its rule; a change counts what COUNT has had."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest

from domain.errors import InvalidInput
from models.series import Series, SeriesOccurrence
from services.inputs.series import SeriesChange, SeriesEnd
from services.series_expansion import classes_of, current, ended_rule, extension, occurrence_row, plan_change

pytestmark = [pytest.mark.unit, pytest.mark.check]

FIRST = datetime.fromisoformat("2027-01-12T17:00")  # a Tuesday
NOW = datetime(2027, 1, 1, tzinfo=UTC)


def series(recurrence: str) -> Series:
    return Series(
        id=uuid4(),
        organization_id=uuid4(),
        course_id=uuid4(),
        title="Sums",
        time_zone="Europe/Madrid",
        first_start=FIRST,
        minutes=60,
        recurrence=recurrence,
        whole_course=True,
        created_by="key:1",
        created_at=NOW,
    )


def rows(row: Series) -> list[tuple[SeriesOccurrence, None]]:
    return [(occurrence_row(row, one), None) for one in current(row).occurrences()]


def test_a_series_without_an_end_goes_on_in_step_with_its_interval() -> None:
    row = series("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")
    last = FIRST + timedelta(weeks=52)
    following = extension(row, last, NOW + timedelta(weeks=40))
    assert following[0].scheduled == last + timedelta(weeks=2)
    assert extension(row, last, NOW) == []  # the last class is far away
    assert extension(series("FREQ=WEEKLY;COUNT=9"), FIRST, NOW) == []


def test_a_last_class_that_the_rule_does_not_have_stops_nothing() -> None:
    row = series("FREQ=WEEKLY;BYDAY=TU")
    thursday = FIRST + timedelta(days=2)
    assert extension(row, thursday, NOW)[0].scheduled == FIRST + timedelta(weeks=1)


def test_a_change_keeps_the_number_of_classes_that_were_counted() -> None:
    row = series("FREQ=WEEKLY;COUNT=6")
    change = SeriesChange(from_day=date(2027, 1, 20), starts=time(18))
    plan = plan_change(row, change, rows(row), NOW)
    assert len(plan.difference.moved) == 4  # of 26 January and later
    assert str(plan.expansion.rule) == "FREQ=WEEKLY;COUNT=4"
    assert not plan.difference.removed


def test_a_change_from_today_is_refused() -> None:
    row = series("FREQ=WEEKLY;COUNT=6")
    with pytest.raises(InvalidInput, match="from a later day on"):
        plan_change(row, SeriesChange(from_day=NOW.date()), rows(row), NOW)


def test_another_instructor_touches_no_time() -> None:
    row = series("FREQ=WEEKLY;COUNT=6")
    change = SeriesChange(from_day=date(2027, 1, 20), instructor_id=uuid4())
    plan = plan_change(row, change, rows(row), NOW)
    assert (len(plan.instructor_changes), len(plan.difference.same), plan.touched) == (4, 4, [])


def test_an_ended_series_has_its_last_class_on_that_day() -> None:
    row = series("FREQ=WEEKLY;COUNT=6")
    row.recurrence = ended_rule(row, SeriesEnd(last_day=date(2027, 1, 26)))
    assert [one.scheduled.date() for one in classes_of(current(row), [])][-1] == date(2027, 1, 26)
