"""The transition table of a session's states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import TransitionRefused
from domain.sessions.states import (
    FINAL_STATES,
    ROOM_STATES,
    TIME_BLOCKING_STATES,
    TRANSITIONS,
    SessionState,
    Trigger,
    advance,
    allowed,
    mermaid,
)

pytestmark = pytest.mark.unit

S, T = SessionState, Trigger


def walk(*triggers: Trigger) -> SessionState:
    state = S.SCHEDULED
    for trigger in triggers:
        state = advance(state, trigger)
    return state


def test_a_class_that_is_held_and_approved_reaches_closed() -> None:
    triggers = [T.OPEN, T.INSTRUCTOR_JOINED, T.END, T.ROOM_CLOSED, T.DRAFTED, T.REVIEW_ENDED, T.CLOSE]

    assert walk(*triggers) == S.CLOSED


def test_a_class_without_an_instructor_skips_review() -> None:
    assert walk(T.OPEN, T.END, T.ROOM_CLOSED, T.NOTHING_TO_REVIEW, T.CLOSE) == S.CLOSED


def test_rescheduling_an_open_class_returns_it_to_scheduled() -> None:
    assert walk(T.RESCHEDULE, T.OPEN, T.RESCHEDULE) == S.SCHEDULED


def test_a_live_class_can_be_ended_but_not_cancelled_or_moved() -> None:
    for trigger in (T.CANCEL, T.RESCHEDULE):
        with pytest.raises(TransitionRefused) as refused:
            walk(T.OPEN, T.INSTRUCTOR_JOINED, trigger)
        assert refused.value.next_step == "In this state it can be ended or extended."


def test_who_may_not_reopen_a_class_reads_what_to_do() -> None:
    with pytest.raises(TransitionRefused) as refused:
        advance(S.FILING, T.REOPEN)
    assert refused.value.next_step.count("Book a new class") == 1


def test_a_class_that_is_reopened_while_it_ends_still_ends_first() -> None:
    assert advance(S.ENDING, T.REOPEN) == S.ENDING


def test_every_state_has_at_most_one_transition_per_trigger() -> None:
    assert len({(t.source, t.trigger) for t in TRANSITIONS}) == len(TRANSITIONS)
    assert {t.trigger for t in TRANSITIONS} == set(Trigger)


def test_a_final_state_is_left_only_to_document_late_audio() -> None:
    assert {t.source for t in TRANSITIONS} - FINAL_STATES == set(S) - FINAL_STATES
    left = [(t.source, t.trigger, t.target) for t in TRANSITIONS if t.source in FINAL_STATES]
    assert left == [(S.CLOSED, T.DOCUMENT_LATE, S.DOCUMENTING)]


@pytest.mark.parametrize("state", sorted(FINAL_STATES))
def test_who_commands_a_class_that_is_over_reads_that_it_is(state: SessionState) -> None:
    with pytest.raises(TransitionRefused) as refused:
        advance(state, T.RESCHEDULE)
    assert refused.value.next_step == "It is over."


@pytest.mark.parametrize("state", S)
def test_every_state_is_reachable_and_leads_to_a_final_state(state: SessionState) -> None:
    assert state in reachable(S.SCHEDULED)
    assert reachable(state) & FINAL_STATES


def reachable(start: SessionState) -> set[SessionState]:
    states, added = {start}, True
    while added:
        new = {t.target for t in TRANSITIONS if t.source in states} - states
        states, added = states | new, bool(new)
    return states


@given(st.sampled_from(S), st.sampled_from(T))
def test_advance_accepts_exactly_the_allowed_triggers(state: SessionState, trigger: Trigger) -> None:
    if allowed(state, trigger):
        assert advance(state, trigger) in S
    else:
        with pytest.raises(TransitionRefused):
            advance(state, trigger)


def test_room_and_time_blocking_states() -> None:
    assert ROOM_STATES <= TIME_BLOCKING_STATES
    assert S.CANCELLED not in TIME_BLOCKING_STATES


def test_the_diagram_shows_every_transition() -> None:
    lines = mermaid().splitlines()

    assert lines[0] == "stateDiagram-v2"
    assert all(f"    {t.source} --> {t.target}: {t.trigger}" in lines for t in TRANSITIONS)
    assert all(f"    {state} --> [*]" in lines for state in FINAL_STATES)
