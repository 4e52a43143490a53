"""Attendance against ground truth under loss, repetition and reordering."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.presence.attendance import Attendance, fold_attendance
from domain.presence.connections import Provenance
from domain.presence.events import SessionEvent
from tests.domain.presence.true_class import (
    DETECTED,
    END,
    POLL,
    TrueClass,
    classes,
    goodbye,
    heard,
    restarts,
    watched,
)
from tests.domain.session_events import at, joined

pytestmark = pytest.mark.unit

HEARD_EVERY = 20


def fold(events: Iterable[SessionEvent]) -> dict[str, Attendance]:
    return fold_attendance(events, until=at(END + 60))


@st.composite
def scrambled(draw: st.DrawFn, events: list[SessionEvent]) -> list[SessionEvent]:
    """Some events twice, all in any order."""
    again = [event for event in events if draw(st.booleans())]
    return draw(st.permutations(events + again))


@given(classes(may_crash=False), st.data())
def test_seconds_equal_the_truth_where_both_ends_were_told(truth: TrueClass, data: st.DataObject) -> None:
    """A `joined` may be lost: the goodbye tells it again."""
    events = [goodbye(c) for c in truth.connections]
    events += [joined(c.who, c.sid, c.start) for c in truth.connections if data.draw(st.booleans())]
    folded = fold(data.draw(scrambled(events)))

    for who, attendance in folded.items():
        assert attendance.seconds == pytest.approx(truth.seconds_of(who), abs=0.001)
        assert not attendance.present
        assert {c.joined_by for c in attendance.connections} == {Provenance.ANNOUNCED}
    assert set(folded) == {c.who for c in truth.connections}


@given(classes(), st.data())
def test_what_was_lost_is_made_up_for_within_bounds_and_said_so(
    truth: TrueClass, data: st.DataObject
) -> None:
    events, error = restarts(truth), dict.fromkeys((c.who for c in truth.connections), 0.0)
    told: dict[str, tuple[bool, bool]] = {}
    for c in truth.connections:
        told[c.sid] = announced, said_left = (
            data.draw(st.booleans()),
            not c.crashed and data.draw(st.booleans()),
        )
        events += [joined(c.who, c.sid, c.start)] if announced else []
        events += [goodbye(c)] if said_left else []
        events += watched(truth, c, announced=announced, said_left=said_left)
        events += heard(c, HEARD_EVERY)
        error[c.who] += 0 if said_left else max(POLL, HEARD_EVERY) + (DETECTED if c.dies else 0)
        error[c.who] += 0 if announced or said_left else POLL
    folded = fold(data.draw(scrambled(events)))

    for who, attendance in folded.items():
        assert abs(attendance.seconds - truth.seconds_of(who)) <= error[who] + 0.001
        for connection in attendance.connections:
            announced, said_left = told[connection.sid]
            assert (connection.joined_by == Provenance.ANNOUNCED) == (announced or said_left)
            assert said_left or connection.left_by not in (Provenance.ANNOUNCED, Provenance.NONE)


@given(classes(), st.data())
def test_order_and_repetition_make_no_difference(truth: TrueClass, data: st.DataObject) -> None:
    events = restarts(truth)
    for c in truth.connections:
        every = [joined(c.who, c.sid, c.start), goodbye(c), *heard(c, 60)]
        every += watched(truth, c, announced=False, said_left=False)
        events += [event for event in every if data.draw(st.booleans())]

    assert fold(data.draw(scrambled(events))) == fold(events)


@given(classes(), st.data())
@settings(max_examples=50)
def test_a_person_is_never_counted_twice(truth: TrueClass, data: st.DataObject) -> None:
    events = [joined(c.who, c.sid, c.start) for c in truth.connections]
    events += [goodbye(c) for c in truth.connections if data.draw(st.booleans())]

    for attendance in fold(events).values():
        for earlier, later in pairwise(attendance.intervals):
            assert earlier.start < earlier.end < later.start
        first, last = attendance.intervals[0], attendance.intervals[-1]
        assert attendance.seconds <= (last.end - first.start).total_seconds() + 0.001
