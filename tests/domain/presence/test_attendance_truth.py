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
    leave,
    recorded,
    restarts,
    watched,
)
from tests.domain.session_events import at, joined

pytestmark = pytest.mark.unit

RECORDED_EVERY = 20


def fold(events: Iterable[SessionEvent]) -> dict[str, Attendance]:
    return fold_attendance(events, until=at(END + 60))


@st.composite
def scrambled(draw: st.DrawFn, events: list[SessionEvent]) -> list[SessionEvent]:
    """The events in any order, some of them repeated."""
    again = [event for event in events if draw(st.booleans())]
    return draw(st.permutations(events + again))


@given(classes(may_crash=False), st.data())
def test_seconds_are_exact_if_every_leave_is_announced(truth: TrueClass, data: st.DataObject) -> None:
    """A lost `joined` does not matter, since the leave carries the join time too."""
    events = [leave(c) for c in truth.connections]
    events += [joined(c.who, c.sid, c.start) for c in truth.connections if data.draw(st.booleans())]
    folded = fold(data.draw(scrambled(events)))

    for who, attendance in folded.items():
        assert attendance.seconds == pytest.approx(truth.seconds_of(who), abs=0.001)
        assert not attendance.present
        assert {c.joined_by for c in attendance.connections} == {Provenance.ANNOUNCED}
    assert set(folded) == {c.who for c in truth.connections}


@given(classes(), st.data())
def test_lost_webhooks_cause_a_bounded_error_with_inferred_provenance(
    truth: TrueClass, data: st.DataObject
) -> None:
    events, error = restarts(truth), dict.fromkeys((c.who for c in truth.connections), 0.0)
    announcements: dict[str, tuple[bool, bool]] = {}
    for c in truth.connections:
        announcements[c.sid] = announced, end_announced = (
            data.draw(st.booleans()),
            not c.crashed and data.draw(st.booleans()),
        )
        events += [joined(c.who, c.sid, c.start)] if announced else []
        events += [leave(c)] if end_announced else []
        events += watched(truth, c, announced=announced, end_announced=end_announced)
        events += recorded(c, RECORDED_EVERY)
        error[c.who] += 0 if end_announced else max(POLL, RECORDED_EVERY) + (DETECTED if c.dies else 0)
        error[c.who] += 0 if announced or end_announced else POLL
    folded = fold(data.draw(scrambled(events)))

    for who, attendance in folded.items():
        assert abs(attendance.seconds - truth.seconds_of(who)) <= error[who] + 0.001
        for connection in attendance.connections:
            announced, end_announced = announcements[connection.sid]
            assert (connection.joined_by == Provenance.ANNOUNCED) == (announced or end_announced)
            assert end_announced or connection.left_by not in (Provenance.ANNOUNCED, Provenance.NONE)


@given(classes(), st.data())
def test_order_and_repetition_do_not_matter(truth: TrueClass, data: st.DataObject) -> None:
    events = restarts(truth)
    for c in truth.connections:
        every = [joined(c.who, c.sid, c.start), leave(c), *recorded(c, 60)]
        every += watched(truth, c, announced=False, end_announced=False)
        events += [event for event in every if data.draw(st.booleans())]

    assert fold(data.draw(scrambled(events))) == fold(events)


@given(classes(), st.data())
@settings(max_examples=50)
def test_a_person_is_never_counted_twice(truth: TrueClass, data: st.DataObject) -> None:
    events = [joined(c.who, c.sid, c.start) for c in truth.connections]
    events += [leave(c) for c in truth.connections if data.draw(st.booleans())]

    for attendance in fold(events).values():
        for earlier, later in pairwise(attendance.intervals):
            assert earlier.start < earlier.end < later.start
        first, last = attendance.intervals[0], attendance.intervals[-1]
        assert attendance.seconds <= (last.end - first.start).total_seconds() + 0.001
