"""The one table of a session's states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import TransitionRefused
from domain.sessions.states import (
    FINAL_STATES,
    HOLDS_TIME,
    ROOM_STATES,
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


def test_a_class_that_is_held_documented_and_approved() -> None:
    way = [T.OPEN, T.INSTRUCTOR_JOINED, T.END, T.ROOM_CLOSED, T.DRAFTED, T.REVIEW_ENDED, T.CLOSE]

    assert walk(*way) == S.CLOSED


def test_a_class_nobody_came_to_teach() -> None:
    assert walk(T.OPEN, T.END, T.ROOM_CLOSED, T.NOTHING_TO_REVIEW, T.CLOSE) == S.CLOSED


def test_a_class_is_moved_from_the_open_door_back_to_its_timers() -> None:
    assert walk(T.RESCHEDULE, T.OPEN, T.RESCHEDULE) == S.SCHEDULED


def test_a_live_class_is_ended_not_cancelled_or_moved() -> None:
    for trigger in (T.CANCEL, T.RESCHEDULE):
        with pytest.raises(TransitionRefused) as refused:
            walk(T.OPEN, T.INSTRUCTOR_JOINED, trigger)
        assert refused.value.next_step == "In this state it can be ended or extended."


def test_there_is_one_way_for_each_trigger_in_each_state() -> None:
    assert len({(t.source, t.trigger) for t in TRANSITIONS}) == len(TRANSITIONS)
    assert {t.trigger for t in TRANSITIONS} == set(Trigger)


def test_nothing_leads_out_of_a_final_state_and_something_out_of_every_other() -> None:
    assert {t.source for t in TRANSITIONS} == set(S) - FINAL_STATES


@pytest.mark.parametrize("state", S)
def test_every_state_can_be_reached_and_left_for_a_final_one(state: SessionState) -> None:
    assert state in reachable(S.SCHEDULED)
    assert reachable(state) & FINAL_STATES


def reachable(start: SessionState) -> set[SessionState]:
    found, added = {start}, True
    while added:
        more = {t.target for t in TRANSITIONS if t.source in found} - found
        found, added = found | more, bool(more)
    return found


@given(st.sampled_from(S), st.sampled_from(T))
def test_what_is_allowed_can_be_done_and_nothing_else(state: SessionState, trigger: Trigger) -> None:
    if allowed(state, trigger):
        assert advance(state, trigger) in S
    else:
        with pytest.raises(TransitionRefused):
            advance(state, trigger)


def test_rooms_and_time_are_held_by_the_states_that_need_them() -> None:
    assert ROOM_STATES <= HOLDS_TIME
    assert S.CANCELLED not in HOLDS_TIME


def test_the_diagram_shows_every_transition() -> None:
    lines = mermaid().splitlines()

    assert lines[0] == "stateDiagram-v2"
    assert all(f"    {t.source} --> {t.target}: {t.trigger}" in lines for t in TRANSITIONS)
    assert all(f"    {state} --> [*]" in lines for state in FINAL_STATES)
