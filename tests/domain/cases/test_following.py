"""What is done next about a case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases.following import MOST_REMINDERS, REMIND_EVERY, Act, CaseView, Next, Reason, next_act
from domain.cases.states import REOPENS_WITHIN, CaseState

pytestmark = pytest.mark.unit

NOON = datetime(2030, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NEW = CaseView(
    state=CaseState.OPEN,
    due_at=NOON + 30 * MINUTE,
    level=0,
    levels=2,
    next_step_at=NOON,
)
TOLD = replace(NEW, level=1, next_step_at=NOON + 2 * MINUTE)
TOLD_TO_ALL = replace(NEW, level=2, next_step_at=None)


def then(case: CaseView, now: datetime, reminders: int = 0, reminded_at: datetime | None = None) -> Next:
    return next_act(case, now, reminders, reminded_at)


def test_new_case_is_told_at_once() -> None:
    assert then(NEW, NOON) == Next(Act.TELL, Reason.OPENED)


def test_told_case_waits_for_its_acknowledgement_and_is_escalated_then() -> None:
    assert then(TOLD, NOON) == Next(Act.WAIT, until=NOON + 2 * MINUTE)
    assert then(TOLD, NOON + 2 * MINUTE) == Next(Act.TELL, Reason.ESCALATED)


def test_case_told_to_everybody_waits_for_its_due_time() -> None:
    assert then(TOLD_TO_ALL, NOON + 9 * MINUTE) == Next(Act.WAIT, until=NEW.due_at)


@pytest.mark.parametrize("state", [CaseState.ACKNOWLEDGED, CaseState.IN_PROGRESS])
def test_acknowledged_case_is_not_escalated_and_reminded_when_it_is_due(state: CaseState) -> None:
    seen = replace(TOLD, state=state)
    assert then(seen, NOON + 9 * MINUTE) == Next(Act.WAIT, until=NEW.due_at)
    assert then(seen, NEW.due_at) == Next(Act.TELL, Reason.OVERDUE)
    assert then(seen, NEW.due_at, 1, NEW.due_at) == Next(Act.WAIT, until=NEW.due_at + REMIND_EVERY)


def test_reminders_end() -> None:
    late = NEW.due_at + timedelta(days=30)
    assert then(TOLD_TO_ALL, late, MOST_REMINDERS, NEW.due_at) == Next(Act.WAIT)


def test_snoozed_case_sleeps_past_its_due_time_and_wakes() -> None:
    until = NEW.due_at + timedelta(hours=1)
    asleep = replace(TOLD_TO_ALL, state=CaseState.SNOOZED, snoozed_until=until)
    assert then(asleep, NEW.due_at + MINUTE) == Next(Act.WAIT, until=until)
    assert then(asleep, until) == Next(Act.WAKE)


@pytest.mark.parametrize("state", [CaseState.RESOLVED, CaseState.SELF_RESOLVED])
def test_resolved_case_is_followed_until_its_cause_would_open_a_new_one(state: CaseState) -> None:
    over = replace(TOLD, state=state, resolved_at=NOON)
    assert then(over, NOON) == Next(Act.WAIT, until=NOON + REOPENS_WITHIN)
    assert then(over, NOON + REOPENS_WITHIN) == Next(Act.END)


@given(
    state=st.sampled_from(list(CaseState)),
    level=st.integers(0, 3),
    after=st.timedeltas(timedelta(), timedelta(days=40)),
    reminders=st.integers(0, MOST_REMINDERS),
)
def test_no_case_is_waited_for_until_a_time_that_has_passed(
    state: CaseState, level: int, after: timedelta, reminders: int
) -> None:
    now = NOON + after
    case = replace(
        NEW,
        state=state,
        level=level,
        next_step_at=NOON + level * 2 * MINUTE if level < NEW.levels else None,
        snoozed_until=NOON + timedelta(days=1) if state == CaseState.SNOOZED else None,
        resolved_at=NOON if state.is_over else None,
    )
    wanted = then(case, now, reminders, NEW.due_at if reminders else None)
    assert wanted.act != Act.WAIT or wanted.until is None or wanted.until > now


def test_a_step_is_told_when_the_ladder_says() -> None:
    later = replace(NEW, next_step_at=NOON + 7 * MINUTE)

    assert then(later, NOON) == Next(Act.WAIT, until=NOON + 7 * MINUTE)
    assert then(later, NOON + 7 * MINUTE) == Next(Act.TELL, Reason.OPENED)
    assert then(replace(later, level=1), NOON + 7 * MINUTE) == Next(Act.TELL, Reason.ESCALATED)
