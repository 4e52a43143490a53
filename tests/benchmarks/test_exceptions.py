"""The searches that the benchmark of exceptions simulates."""

from datetime import timedelta
from random import Random

import pytest

from benchmarks.exceptions.__main__ import percentile
from benchmarks.exceptions.pool import Search, accepted_after, shares

pytestmark = pytest.mark.unit
LATE = timedelta(minutes=-5)


def test_without_candidates_nobody_is_found() -> None:
    assert accepted_after(Search(LATE, 0), Random(1)) is None


def test_more_candidates_and_more_time_find_somebody_more_often() -> None:
    few, many = (shares([Search(LATE, pool)] * 200, (1, 5, 15)) for pool in (2, 12))
    assert few == sorted(few)
    assert all(more > less for less, more in zip(few, many, strict=True))


def test_an_early_search_asks_one_after_the_other() -> None:
    early, late = (shares([Search(ahead, 12)] * 200, (2,)) for ahead in (timedelta(hours=2), LATE))
    assert early < late


def test_a_percentile_is_a_measured_value() -> None:
    assert [percentile([3.0, 1.0, 2.0], share) for share in (0.0, 0.5, 0.99)] == [1.0, 2.0, 3.0]
