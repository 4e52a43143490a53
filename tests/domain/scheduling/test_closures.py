"""Closed days are whole days of the organization's time zone, also when clocks change on them."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.scheduling.candidates import Candidate, ClassToTeach, WhyNot, why_not
from domain.scheduling.closures import closed_time, closing, concerns

pytestmark = pytest.mark.unit
MADRID = ZoneInfo("Europe/Madrid")
DAY = closed_time("Clocks change", date(2030, 3, 31), date(2030, 3, 31), MADRID)
MINUTE = timedelta(minutes=1)


def test_a_closed_day_ends_with_its_last_moment_in_the_zone() -> None:
    assert (DAY.start, DAY.end) == (
        datetime(2030, 3, 30, 23, tzinfo=UTC),
        datetime(2030, 3, 31, 22, tzinfo=UTC),
    )
    assert closing([DAY], DAY.start - MINUTE, DAY.start) is None
    assert closing([DAY], DAY.end, DAY.end + MINUTE) is None
    assert closing([DAY], DAY.end - MINUTE, DAY.end + MINUTE) == DAY


def test_a_class_that_keeps_its_time_is_not_refused() -> None:
    noon = datetime(2030, 3, 31, 12, tzinfo=UTC)
    standing = ClassToTeach("Sums", "", noon, noon + MINUTE, 1)
    moving = ClassToTeach("Sums", "", noon, noon + MINUTE, 1, closed=(DAY,))
    anybody = Candidate(id=UUID(int=1), qualifications=[("Sums", "")])
    assert why_not(standing, anybody) == ()
    assert why_not(moving, anybody) == (WhyNot.CLOSED,)


def test_a_closure_of_a_region_concerns_courses_that_require_it() -> None:
    assert concerns("", None)
    assert concerns("Bavaria", "bavaria")
    assert not concerns("Bavaria", "")
