"""Set operations on intervals, compared with counting seconds one by one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.intervals import Interval, difference, intersection, merged, total_seconds
from tests.domain.session_events import at

pytestmark = pytest.mark.unit

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15)), max_size=6)


def intervals(drawn: list[tuple[int, int]]) -> list[Interval]:
    return [Interval(at(start), at(start + length)) for start, length in drawn]


def covered(drawn: list[tuple[int, int]]) -> set[int]:
    return {second for start, length in drawn for second in range(start, start + length)}


@given(spans)
def test_merged_intervals_cover_every_second_once(drawn: list[tuple[int, int]]) -> None:
    found = merged(intervals(drawn))

    assert total_seconds(found) == len(covered(drawn))
    assert all(a.end < b.start for a, b in pairwise(found))


@given(spans, spans)
def test_intersection_is_the_time_in_both(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    assert total_seconds(intersection(intervals(one), intervals(other))) == len(covered(one) & covered(other))


@given(spans, spans)
def test_difference_is_the_time_in_the_first_only(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    assert total_seconds(difference(intervals(one), intervals(other))) == len(covered(one) - covered(other))


def test_a_reversed_interval_is_empty() -> None:
    assert merged([Interval(at(10), at(5))]) == (Interval(at(10), at(10)),)
