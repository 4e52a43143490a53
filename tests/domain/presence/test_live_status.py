"""The live status agrees with attendance on who is present, whatever is lost, repeated or out of order."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.presence.attendance import fold_attendance
from domain.presence.events import SessionEvent
from domain.presence.live_status import in_room, level_of
from tests.domain.live_statuses import connections, room
from tests.domain.presence.any_event import K, presence_events
from tests.domain.session_events import event

pytestmark = pytest.mark.unit


def present(events: Iterable[SessionEvent]) -> set[str]:
    all_events = list(events)
    return {c.identity for c in connections(all_events) if in_room(c, room(all_events))}


@given(st.lists(presence_events(), max_size=14))
def test_live_status_agrees_with_attendance(events: list[SessionEvent]) -> None:
    attended = fold_attendance(events, until=None)
    assert present(events) == {who for who, attendance in attended.items() if attendance.present}


def test_the_latest_quality_report_counts_and_of_simultaneous_ones_the_worse() -> None:
    def report(when: float, level: object) -> SessionEvent:
        return event(K.QUALITY, when, "ana", "PA_1", level=level)

    def level(*events: SessionEvent) -> str | None:
        (connection,) = connections(events)
        return level_of(connection.quality_word) if connection.quality_word is not None else None

    assert level(report(1, "lost"), report(2, "good")) == "good"
    assert level(report(2, "good"), report(1, "lost")) == "good"
    assert level(report(1, "excellent"), report(1, "poor")) == "poor"
    assert level(report(1, "unknown"), report(2, None), report(3, 7)) is None


def test_a_room_is_recorded_from_capture_start_to_end() -> None:
    started, ended = event(K.CAPTURE_STARTED, 1), event(K.CAPTURE_ENDED, 5)
    assert not room([]).recorded
    assert room([started]).recorded
    assert not room([ended, started]).recorded
    assert room([ended, started, event(K.CAPTURE_STARTED, 9)]).recorded, "another took over"
