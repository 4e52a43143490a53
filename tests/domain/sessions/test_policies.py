"""An organization's policy, and the schedule that follows from it."""

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from domain.errors import InvalidInput
from domain.sessions.policies import SessionPolicy
from domain.sessions.schedule import (
    MAX_CLASS_LENGTH,
    ClassEnd,
    check_length,
    class_end,
    empty_room_may_end_class_at,
    offset_label,
    plan_before_class,
)
from domain.sessions.timeline import Step
from tests.domain.session_events import at

pytestmark = pytest.mark.unit

HOUR = 3600
STARTS, ENDS = at(48 * HOUR), at(49 * HOUR)


def test_default_policy_values() -> None:
    policy = SessionPolicy()

    assert policy.reminders_before == (timedelta(hours=24), timedelta(hours=1))
    assert policy.room_before < policy.briefing_before < timedelta(hours=1)


def test_a_policy_survives_serialisation() -> None:
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
def test_an_invalid_policy_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SessionPolicy.model_validate(wrong)


def test_a_policy_is_immutable() -> None:
    with pytest.raises(ValidationError):
        SessionPolicy().segment_seconds = 60  # type: ignore[misc]


@pytest.mark.parametrize(("seconds", "word"), [(24 * HOUR, "24h"), (5400, "90m"), (45, "45s"), (0, "0s")])
def test_offsets_have_short_labels(seconds: int, word: str) -> None:
    assert offset_label(timedelta(seconds=seconds)) == word


def test_steps_before_a_class_are_in_order_of_time() -> None:
    plan = plan_before_class(SessionPolicy(), STARTS, now=at(0))

    assert [(due.step, due.occasion) for due in plan] == [
        (Step.REMINDER, "24h"),
        (Step.REMINDER, "1h"),
        (Step.BRIEFING, ""),
        (Step.ROOM, ""),
    ]
    assert [STARTS - due.at for due in plan] == [timedelta(minutes=m) for m in (24 * 60, 60, 30, 15)]
    assert not any(due.past for due in plan)


def test_a_late_booking_skips_past_reminders_but_not_briefing_and_room() -> None:
    now = STARTS - timedelta(minutes=10)
    plan = plan_before_class(SessionPolicy(), STARTS, now)

    assert {due.occasion for due in plan if due.past} == {"24h", "1h"}
    assert [(due.step, due.at) for due in plan if not due.past] == [(Step.BRIEFING, now), (Step.ROOM, now)]


def test_a_class_ends_when_its_room_stays_empty_or_after_the_grace_period() -> None:
    policy = SessionPolicy()
    scheduled = ClassEnd(ENDS + policy.grace_after_end, "scheduled")
    empty = STARTS + timedelta(minutes=20)

    assert class_end(policy, ENDS, live=True, empty_since=None) == scheduled
    assert class_end(policy, ENDS, live=True, empty_since=empty) == ClassEnd(
        empty + policy.empty_room_for, "empty"
    )
    assert class_end(policy, ENDS, live=True, empty_since=ENDS + policy.grace_after_end) == scheduled


def test_an_empty_room_ends_a_class_only_after_its_planned_end() -> None:
    policy = SessionPolicy()
    not_before = empty_room_may_end_class_at(policy, STARTS, ENDS)
    emptied = STARTS + timedelta(minutes=10)

    assert not_before == ENDS
    end = class_end(policy, ENDS, live=True, empty_since=emptied, not_empty_before=not_before)
    assert end == ClassEnd(ENDS, "empty")


def test_a_policy_may_let_an_empty_room_end_a_class_earlier_but_never_later() -> None:
    early = SessionPolicy(empty_room_ends_after=timedelta(minutes=15))
    late = SessionPolicy(empty_room_ends_after=timedelta(days=1))

    assert empty_room_may_end_class_at(early, STARTS, ENDS) == STARTS + timedelta(minutes=15)
    assert empty_room_may_end_class_at(late, STARTS, ENDS) == ENDS


def test_an_empty_room_does_not_end_a_class_that_was_never_live() -> None:
    assert class_end(SessionPolicy(), ENDS, live=False, empty_since=STARTS).reason == "scheduled"


@pytest.mark.parametrize(
    "ends_at", [STARTS, STARTS - timedelta(seconds=1), STARTS + MAX_CLASS_LENGTH * 1.001]
)
def test_an_invalid_class_length_is_refused(ends_at: datetime) -> None:
    check_length(STARTS, ENDS)
    check_length(STARTS, STARTS + MAX_CLASS_LENGTH)
    with pytest.raises(InvalidInput) as refused:
        check_length(STARTS, ends_at)
    assert refused.value.next_step
