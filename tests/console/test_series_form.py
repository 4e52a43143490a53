"""What the forms of a series make of its recurrence rule."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from console.series.series_form import change_form, described, read_change
from domain.scheduling.recurrence import read_rule
from models.series import Series

pytestmark = [pytest.mark.unit, pytest.mark.check]


def a_series(recurrence: str) -> Series:
    return Series(
        id=uuid4(),
        organization_id=uuid4(),
        course_id=uuid4(),
        title="Sums",
        time_zone="Europe/Madrid",
        first_start=datetime.fromisoformat("2027-01-12T17:00"),  # a Tuesday
        minutes=60,
        recurrence=recurrence,
        whole_course=True,
        created_by="key:1",
        created_at=datetime(2027, 1, 1, tzinfo=UTC),
    )


def test_other_days_of_the_week_keep_the_rest_of_the_rule() -> None:
    row = a_series("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;BYMONTH=1,2,3;WKST=SU")
    form = change_form(row, date(2027, 1, 13), [])
    wanted = read_change(form, ["TH"], row)
    assert wanted.model_fields_set == {"from_day", "recurrence"}
    kept = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;BYMONTH=1,2,3;WKST=SU"
    assert read_rule(wanted.recurrence) == read_rule(kept)


@pytest.mark.parametrize(
    ("recurrence", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=TU,TH", "Tuesday, Thursday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYMONTH=1,2", "Tuesday every 2 weeks in January, February"),
        ("FREQ=DAILY;INTERVAL=3", "Every 3 days"),
        ("FREQ=DAILY;BYDAY=MO,TU", "Every day, if it is Monday, Tuesday"),
        ("FREQ=MONTHLY;BYDAY=2TU,-1FR", "Second Tuesday, last Friday of the month"),
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=12,-1", "Day 12, the last day of every 2 months"),
        ("FREQ=MONTHLY", "Day 12 of the month"),
    ],
)
def test_a_recurrence_rule_reads_as_words(recurrence: str, words: str) -> None:
    assert described(a_series(recurrence)) == f"{words} at 17:00, 60 min"
