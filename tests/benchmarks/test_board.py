"""Delays of the board: each event with the change it made, and none that was never seen counted as seen."""

from math import inf

import pytest

from benchmarks.board.delays import Seen, Sent, delays, percentile

pytestmark = pytest.mark.unit


def test_each_event_has_the_change_it_made() -> None:
    sent = [Sent("a", 10.0, "1"), Sent("b", 10.5, "1"), Sent("a", 12.0, "0")]
    seen = [Seen("a", 12.25, "0"), Seen("a", 10.125, "1"), Seen("b", 10.75, "1")]
    assert sorted(delays(sent, seen)) == [0.125, 0.25, 0.25]


def test_what_was_not_shown_before_the_next_event_was_not_seen() -> None:
    sent = [Sent("a", 10.0, "1"), Sent("a", 12.0, "0"), Sent("a", 14.0, "1")]
    assert delays(sent, [Seen("a", 12.5, "1"), Seen("a", 12.75, "0")]) == [inf, 0.75, inf]


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.99, 1)] == [50, 99, 100]
    assert percentile([7.0], 0.99) == 7
