"""The live status against attendance: whatever is lost, repeated or out of order, both say the same of who is here."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.presence.attendance import fold_attendance
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.presence.live_status import in_room, level_of
from tests.domain.live_statuses import connections, room
from tests.domain.session_events import absent, event, finished, joined, left, remade, seen

pytestmark = pytest.mark.unit

K = EventKind
PEOPLE = {"ana": ("PA_a1", "PA_a2"), "ben": ("PA_b1", "PA_b2")}
SECONDS = st.integers(0, 40)


@st.composite
def anything(draw: st.DrawFn) -> SessionEvent:
    """Any fact about two people with two connections each, at any time."""
    who = draw(st.sampled_from(sorted(PEOPLE)))
    sid, when = draw(st.sampled_from(PEOPLE[who])), draw(SECONDS)
    since = draw(SECONDS)
    reason = draw(st.sampled_from(["client_initiated", "connection_timeout"]))
    return draw(
        st.sampled_from(
            [
                joined(who, sid, when),
                joined(who, sid, when, hidden=True),
                left(who, sid, when, reason, since=since),
                left(who, sid, when, reason),
                seen(who, sid, when, since=since),
                absent(who, sid, when),
                event(K.PARTICIPANT_ABORTED, when, who, sid, source=EventSource.WEBHOOK),
                event(K.TRACK_PUBLISHED, when, who, sid, source=EventSource.WEBHOOK),
                event(K.TALK, when, who, sid),
                event(K.QUALITY, when, who, None, source=EventSource.CLIENT, level="good"),
                event(K.PARTICIPANT_JOINED, when, "capture-1", "PA_c", source=EventSource.WEBHOOK),
                remade(when),
                finished(when),
            ]
        )
    )


def here(events: Iterable[SessionEvent]) -> set[str]:
    known = list(events)
    return {one.identity for one in connections(known) if in_room(one, room(known))}


@given(st.lists(anything(), max_size=14))
def test_it_says_of_presence_what_attendance_says(events: list[SessionEvent]) -> None:
    attended = fold_attendance(events, until=None)
    assert here(events) == {who for who, attendance in attended.items() if attendance.present}


def test_the_last_word_on_quality_counts_and_of_two_the_worse() -> None:
    def told(when: float, level: object) -> SessionEvent:
        return event(K.QUALITY, when, "ana", "PA_1", level=level)

    def word(*events: SessionEvent) -> str | None:
        (one,) = connections(events)
        return level_of(one.quality_word) if one.quality_word is not None else None

    assert word(told(1, "lost"), told(2, "good")) == "good"
    assert word(told(2, "good"), told(1, "lost")) == "good"
    assert word(told(1, "excellent"), told(1, "poor")) == "poor"
    assert word(told(1, "unknown"), told(2, None), told(3, 7)) is None


def test_a_recorder_is_there_from_its_start_to_its_end() -> None:
    started, ended = event(K.CAPTURE_STARTED, 1), event(K.CAPTURE_ENDED, 5)
    assert not room([]).heard
    assert room([started]).heard
    assert not room([ended, started]).heard
    assert room([ended, started, event(K.CAPTURE_STARTED, 9)]).heard, "another took over"
