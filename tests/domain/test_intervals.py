"""Arithmetic of stretches of time, against counting seconds one by one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.intervals import Interval, common, merged, seconds, without
from tests.domain.facts import at

pytestmark = pytest.mark.unit

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15)), max_size=6)


def intervals(drawn: list[tuple[int, int]]) -> list[Interval]:
    return [Interval(at(start), at(start + length)) for start, length in drawn]


def covered(drawn: list[tuple[int, int]]) -> set[int]:
    return {second for start, length in drawn for second in range(start, start + length)}


@given(spans)
def test_merging_counts_every_second_once(drawn: list[tuple[int, int]]) -> None:
    found = merged(intervals(drawn))

    assert seconds(found) == len(covered(drawn))
    assert all(a.end < b.start for a, b in pairwise(found))


@given(spans, spans)
def test_common_time_is_in_both(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    assert seconds(common(intervals(one), intervals(other))) == len(covered(one) & covered(other))


@given(spans, spans)
def test_time_without_other_time(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    assert seconds(without(intervals(one), intervals(other))) == len(covered(one) - covered(other))


def test_an_interval_that_ends_before_it_starts_has_no_length() -> None:
    assert merged([Interval(at(10), at(5))]) == (Interval(at(10), at(10)),)
