"""An organization's rules as data, and the plan they make of a class."""

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from domain.errors import InvalidInput
from domain.sessions.policies import SessionPolicy
from domain.sessions.schedule import (
    LONGEST_CLASS,
    ClassEnd,
    check_length,
    class_end,
    occasion_of,
    plan_before_class,
)
from domain.sessions.timeline import Step
from tests.domain.facts import at

pytestmark = pytest.mark.unit

HOUR = 3600
STARTS, ENDS = at(48 * HOUR), at(49 * HOUR)


def test_the_defaults_are_those_of_a_school() -> None:
    policy = SessionPolicy()

    assert policy.reminders_before == (timedelta(hours=24), timedelta(hours=1))
    assert policy.room_before < policy.briefing_before < timedelta(hours=1)


def test_a_policy_survives_its_way_through_the_database() -> None:
    policy = SessionPolicy(reminders_before=(timedelta(seconds=8),), languages=("en", "es"))

    assert SessionPolicy.model_validate(policy.model_dump(mode="json")) == policy


@pytest.mark.parametrize(
    "wrong",
    [
        {"reminders": []},
        {"segment_seconds": 1},
        {"languages": ()},
        {"languages": ("tlh",)},
        {"languages": ("en",) * 11},
        {"room_before": timedelta(seconds=-1)},
        {"grace_after_end": timedelta(days=91)},
        {"review_within": timedelta.max},
        {"reminders_before": (timedelta(hours=-1),)},
        {"reminders_before": (timedelta(hours=1), timedelta(minutes=60))},
        {"reminders_before": (timedelta(0), timedelta(milliseconds=500))},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SessionPolicy.model_validate(wrong)


def test_a_policy_is_not_changed_but_replaced() -> None:
    with pytest.raises(ValidationError):
        SessionPolicy().segment_seconds = 60  # type: ignore[misc]


@pytest.mark.parametrize(("seconds", "word"), [(24 * HOUR, "24h"), (5400, "90m"), (45, "45s"), (0, "0s")])
def test_an_offset_as_a_word(seconds: int, word: str) -> None:
    assert occasion_of(timedelta(seconds=seconds)) == word


def test_steps_before_a_class_in_their_order() -> None:
    plan = plan_before_class(SessionPolicy(), STARTS, now=at(0))

    assert [(due.step, due.occasion) for due in plan] == [
        (Step.REMINDER, "24h"),
        (Step.REMINDER, "1h"),
        (Step.BRIEFING, ""),
        (Step.ROOM, ""),
    ]
    assert [STARTS - due.at for due in plan] == [timedelta(minutes=m) for m in (24 * 60, 60, 30, 15)]
    assert not any(due.past for due in plan)


def test_a_late_booking_skips_the_reminders_that_are_past_and_never_the_room() -> None:
    now = STARTS - timedelta(minutes=10)
    plan = plan_before_class(SessionPolicy(), STARTS, now)

    assert {due.occasion for due in plan if due.past} == {"24h", "1h"}
    assert [(due.step, due.at) for due in plan if not due.past] == [(Step.BRIEFING, now), (Step.ROOM, now)]


def test_a_class_ends_when_its_room_stays_empty_and_at_its_scheduled_end_plus_grace_otherwise() -> None:
    policy = SessionPolicy()
    scheduled = ClassEnd(ENDS + policy.grace_after_end, "scheduled")
    empty = STARTS + timedelta(minutes=20)

    assert class_end(policy, ENDS, live=True, empty_since=None) == scheduled
    assert class_end(policy, ENDS, live=True, empty_since=empty) == ClassEnd(
        empty + policy.empty_room_for, "empty"
    )
    assert class_end(policy, ENDS, live=True, empty_since=ENDS + policy.grace_after_end) == scheduled


def test_a_class_nobody_taught_is_not_ended_by_a_student_who_looks_in() -> None:
    assert class_end(SessionPolicy(), ENDS, live=False, empty_since=STARTS).reason == "scheduled"


@pytest.mark.parametrize("ends_at", [STARTS, STARTS - timedelta(seconds=1), STARTS + LONGEST_CLASS * 1.001])
def test_a_class_has_a_length_that_makes_sense(ends_at: datetime) -> None:
    check_length(STARTS, ENDS)
    check_length(STARTS, STARTS + LONGEST_CLASS)
    with pytest.raises(InvalidInput) as refused:
        check_length(STARTS, ends_at)
    assert refused.value.next_step
