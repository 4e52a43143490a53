"""How long and how far ahead leave can be, and what of it is entered."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import InvalidInput
from domain.intervals import Interval
from domain.scheduling.leave import added, require_apart, require_near, require_possible

pytestmark = pytest.mark.unit

NOW = datetime(2030, 3, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def check(leave: Interval) -> None:
    require_possible(leave, NOW)
    require_near(leave, NOW)


def days(first: int, last: int) -> Interval:
    return Interval(NOW + first * DAY, NOW + last * DAY)


@pytest.mark.parametrize(
    ("leave", "said"),
    [(days(-3, 0), "over already"), (days(1, 368), "366 days"), (days(700, 733), "two years")],
)
def test_leave_is_to_come_and_bounded(leave: Interval, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        check(leave)
    check(days(-3, 363))
    check(days(400, 732))


def test_new_leave_overlaps_no_other() -> None:
    require_apart([days(0, 5), days(3, 6)], [days(6, 7)])  # as it was entered before, and next to it
    for new in ([days(5, 7)], [days(10, 12), days(11, 13)], [days(1, 2)]):
        with pytest.raises(InvalidInput, match="overlap"):
            require_apart([days(0, 5), days(3, 6)], new)


def test_leave_adds_what_is_not_entered_yet() -> None:
    assert added(days(0, 9), [days(2, 3), days(5, 12)]) == (days(0, 2), days(3, 5))
    assert added(days(2, 3), [days(1, 4)]) == ()
