"""What the forms of a series make of its recurrence rule."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from console.series.series_form import change_form, read_change
from domain.scheduling.recurrence import read_rule
from models.series import Series

pytestmark = [pytest.mark.unit, pytest.mark.check]


def test_other_days_of_the_week_keep_the_rest_of_the_rule() -> None:
    row = Series(
        id=uuid4(),
        organization_id=uuid4(),
        course_id=uuid4(),
        title="Sums",
        time_zone="Europe/Madrid",
        first_start=datetime.fromisoformat("2027-01-12T17:00"),  # a Tuesday
        minutes=60,
        recurrence="FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;BYMONTH=1,2,3;WKST=SU",
        whole_course=True,
        created_by="key:1",
        created_at=datetime(2027, 1, 1, tzinfo=UTC),
    )
    form = change_form(row, date(2027, 1, 13), [])
    wanted = read_change(form, ["TH"], row)
    assert wanted.model_fields_set == {"from_day", "recurrence"}
    kept = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;BYMONTH=1,2,3;WKST=SU"
    assert read_rule(wanted.recurrence) == read_rule(kept)
