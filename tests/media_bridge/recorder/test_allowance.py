"""The limit on events of one participant: a burst, then a steady rate, for each by themselves."""

import pytest

from media_bridge.recorder.allowance import Allowance

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
