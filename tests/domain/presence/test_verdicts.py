"""Present by the share of the class's time, late, left early, absent."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.intervals import Interval, merged
from domain.presence.verdicts import AttendanceRule, AttendanceStatus, judge, time_of_class
from tests.domain.session_events import at

pytestmark = pytest.mark.unit

RULE = AttendanceRule(present_share=0.5, punctual_within=timedelta(minutes=5))
CLASS = Interval(at(0), at(3600))
PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT


def spans(*bounds: tuple[float, float]) -> list[Interval]:
    return [Interval(at(start), at(end)) for start, end in bounds]


@pytest.mark.parametrize(
    ("attended", "status", "late", "early"),
    [
        (spans((-300, 3700)), PRESENT, 0, 0),
        (spans((300, 3300)), PRESENT, 0, 0),
        (spans((301, 3299)), PRESENT, 301, 301),
        (spans((0, 900), (1800, 2700)), PRESENT, 0, 900),
        (spans((0, 1799)), ABSENT, 0, 1801),
        (spans((1801, 3600)), ABSENT, 1801, 0),
        ([], ABSENT, 0, 0),
        (spans((-600, -10)), ABSENT, 0, 0),
        (spans((3700, 3800)), ABSENT, 0, 0),
        (spans((60, 60)), ABSENT, 0, 3540),
    ],
)
def test_verdict(attended: list[Interval], status: AttendanceStatus, late: float, early: float) -> None:
    verdict = judge(attended, CLASS, RULE)
    assert (verdict.status, verdict.late_seconds, verdict.left_early_seconds) == (status, late, early)


def test_time_outside_of_the_class_does_not_count() -> None:
    assert judge(spans((-1800, 1700)), CLASS, RULE).status == ABSENT


def test_with_a_share_of_nothing_whoever_came_is_present() -> None:
    anybody = AttendanceRule(0.0, timedelta(minutes=5))
    assert judge(spans((60, 60)), CLASS, anybody).status == PRESENT
    assert judge([], CLASS, anybody).status == ABSENT


def test_class_that_ended_early_expects_nobody_for_the_rest() -> None:
    assert time_of_class(at(0), at(3600), at(1200)) == Interval(at(0), at(1200))
    assert time_of_class(at(0), at(3600), at(4000)) == CLASS
    assert judge(spans((0, 1200)), time_of_class(at(0), at(3600), at(1200)), RULE).left_early_seconds == 0


@given(st.lists(st.tuples(st.integers(-900, 4500), st.integers(0, 900)), max_size=6), st.floats(0, 1))
def test_who_is_longer_in_the_class_is_never_more_absent(visits: list[tuple[int, int]], share: float) -> None:
    rule = AttendanceRule(share, timedelta(minutes=5))
    attended = merged(Interval(at(start), at(start + length)) for start, length in visits)
    verdict = judge(attended, CLASS, rule)
    assert 0 <= verdict.share <= 1
    longer = judge(merged([*attended, *spans((1000, 1600))]), CLASS, rule)
    assert longer.share >= verdict.share
    assert (verdict.status, longer.status) != (PRESENT, ABSENT)
