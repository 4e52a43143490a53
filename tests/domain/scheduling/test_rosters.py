"""Who is in the class of a day, after students have joined and left a series."""

from datetime import date
from uuid import UUID

import pytest

from domain.scheduling.rosters import RosterChange, net_change, roster_on

pytestmark = pytest.mark.unit
MIA, NOOR, IRIS = (UUID(int=number) for number in (1, 2, 3))
CHANGES = [
    RosterChange(date(2030, 1, 10), added=(IRIS,), removed=(NOOR,)),
    RosterChange(date(2030, 1, 5), added=(NOOR,), removed=(IRIS,)),
]


@pytest.mark.parametrize(
    ("day", "present"),
    [(date(2030, 1, 4), [MIA, NOOR]), (date(2030, 1, 9), [MIA, NOOR]), (date(2030, 1, 10), [MIA, NOOR])],
)
def test_the_change_made_later_counts(day: date, present: list[UUID]) -> None:
    assert roster_on([MIA, NOOR], CHANGES, day) == present


def test_changes_from_a_later_day_are_not_made() -> None:
    assert net_change(CHANGES[:1], date(2030, 1, 9)) == ([], [])
    assert net_change(CHANGES[:1], date(2030, 1, 10)) == ([IRIS], [NOOR])
    assert net_change(CHANGES, date(2030, 1, 10)) == ([NOOR], [IRIS])
