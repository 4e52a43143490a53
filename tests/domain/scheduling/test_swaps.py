"""What holds of an offer to swap, and what colleagues read of a refusal."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.scheduling.self_service import SelfServicePolicy
from domain.scheduling.swaps import SwapBar, SwapState, bars_of, may_be_freed, state_now
from matching.rules import HARD

pytestmark = pytest.mark.unit

NOW = datetime(2030, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_an_offer_ends_with_its_time_or_a_change_of_its_classes() -> None:
    assert state_now(SwapState.OFFERED, NOW + HOUR, stands=True, now=NOW) == SwapState.OFFERED
    assert state_now(SwapState.OFFERED, NOW, stands=True, now=NOW) == SwapState.EXPIRED
    assert state_now(SwapState.OFFERED, NOW + HOUR, stands=False, now=NOW) == SwapState.OUTDATED
    assert state_now(SwapState.ACCEPTED, NOW, stands=False, now=NOW) == SwapState.ACCEPTED


def test_colleagues_read_nothing_of_papers_leave_or_families() -> None:
    said = {rule.key: bars_of([rule.key]) for rule in HARD}
    assert {key for key, bars in said.items() if bars == (SwapBar.RULES,)} == {
        "region",
        "consent",
        "certificate",
        "background_check",
        "student_window",
        "do_not_pair",
    }
    assert bars_of(["on_leave", "not_available", "busy_elsewhere"]) == (SwapBar.UNAVAILABLE,)


def test_a_swap_frees_from_other_classes_alone() -> None:
    assert may_be_freed(bars_of(["busy", "hours_of_week"]))
    assert not may_be_freed(bars_of(["busy", "not_qualified"]))


def test_the_policy_says_until_when_a_swap_is_accepted() -> None:
    policy = SelfServicePolicy(swap_until=2 * HOUR)
    assert policy.may_swap(NOW + 3 * HOUR, NOW)
    assert not policy.may_swap(NOW + 2 * HOUR, NOW)
    assert not SelfServicePolicy(instructors_swap=False).may_swap(NOW + 30 * HOUR, NOW)
