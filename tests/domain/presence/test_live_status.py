"""The live status against attendance: whatever is lost, repeated or out of order, both say the same of who is here."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.presence.attendance import fold_attendance
from domain.presence.events import SessionEvent
from domain.presence.live_status import in_room, level_of
from tests.domain.live_statuses import connections, room
from tests.domain.presence.any_event import K, anything
from tests.domain.session_events import event

pytestmark = pytest.mark.unit


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
