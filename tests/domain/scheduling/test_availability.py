"""Weekly hours are wall time of the instructor's zone, on every night, also when clocks change."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from domain.scheduling.availability import Availability, DayHours, Hours, WeeklyHours

pytestmark = pytest.mark.unit

BERLIN = ZoneInfo("Europe/Berlin")
FORWARD, BACK = date(2027, 3, 28), date(2027, 10, 31)  # at 02:00 and at 03:00


def available(
    day: date, start: tuple[int, int], end: tuple[int, int], *, since: str, until: str, fold: int = 0
) -> bool:
    """Whether hours on this day cover a class between two wall times; `fold` says which repeated one it starts at."""
    hours = Availability("Europe/Berlin", days=(DayHours(day, (Hours(time(*start), time(*end)),)),))
    starts_at = datetime.fromisoformat(f"{day} {since}").replace(tzinfo=BERLIN, fold=fold)
    return hours.covers(starts_at, datetime.fromisoformat(f"{day} {until}").replace(tzinfo=BERLIN, fold=1))


def test_hours_that_start_in_the_skipped_hour_start_where_the_jump_ends() -> None:
    assert available(FORWARD, (2, 30), (5, 0), since="03:00", until="04:00")


def test_hours_that_end_in_the_skipped_hour_end_where_it_does() -> None:
    assert available(FORWARD, (1, 0), (2, 30), since="01:00", until="01:59")
    assert not available(FORWARD, (1, 0), (2, 30), since="01:00", until="03:15")


@pytest.mark.parametrize("fold", [0, 1])
def test_hours_at_a_repeated_time_include_both(fold: int) -> None:
    assert available(BACK, (2, 15), (2, 45), since="02:20", until="02:40", fold=fold)


def test_weekly_hours_keep_their_wall_time_over_a_clock_change() -> None:
    mondays = Availability("Europe/Berlin", weekly=(WeeklyHours(0, Hours(time(8), time(9))),))
    for day in ("2027-03-22", "2027-03-29"):
        start, end = (
            datetime.fromisoformat(f"{day} {at}").replace(tzinfo=BERLIN) for at in ("08:00", "09:00")
        )
        assert mondays.covers(start, end)
