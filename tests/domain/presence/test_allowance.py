"""The limit on events of one participant: a burst, then a steady rate, for each by themselves."""

import pytest

from domain.presence.allowance import Allowance, LatestStates

pytestmark = pytest.mark.unit


def test_burst_is_allowed_and_then_one_per_interval() -> None:
    allowance = Allowance(burst=3, seconds=2.0)
    assert [allowance.take("ana", 100.0) for _ in range(5)] == [True, True, True, False, False]
    assert not allowance.take("ana", 101.9)
    assert allowance.take("ana", 102.0)
    assert not allowance.take("ana", 102.0)


def test_others_are_not_limited_by_a_flood() -> None:
    allowance = Allowance(burst=1, seconds=60.0)
    assert allowance.take("ana", 0.0)
    assert not allowance.take("ana", 1.0)
    assert allowance.take("ben", 1.0)


def test_whole_burst_is_back_after_a_pause() -> None:
    allowance = Allowance(burst=2, seconds=1.0)
    for _ in range(2):
        allowance.take("ana", 0.0)
    assert [allowance.take("ana", 50.0) for _ in range(3)] == [True, True, False]


def test_total_is_limited_however_slow_it_comes() -> None:
    allowance = Allowance(burst=2, seconds=1.0, most=3)
    assert [allowance.take("ana", 100.0 * n) for n in range(5)] == [True] * 3 + [False] * 2
    assert allowance.take("ben", 500.0)


def test_a_refusal_is_told_once() -> None:
    allowance = Allowance(burst=1, seconds=60.0)
    assert [allowance.is_first_refusal(who) for who in ("ana", "ana", "ben")] == [True, False, True]


def test_the_latest_state_is_reported_in_the_end() -> None:
    reported: list[tuple[str, bool]] = []
    open_now = True

    def report(who: str, state: bool) -> bool:
        if open_now:
            reported.append((who, state))
        return open_now

    hands = LatestStates(report)
    hands.change("ana", False, unchanged=False)
    assert reported == []
    hands.change("ana", True, unchanged=False)
    open_now = False
    for state in (False, True, False):
        hands.change("ana", state)
    hands.change("ben", True)
    hands.change("ben", False, unchanged=False)
    open_now = True
    hands.report_late()
    hands.report_late()
    assert reported == [("ana", True), ("ana", False)]
