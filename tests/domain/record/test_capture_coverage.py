"""How much of a class was recorded."""

from typing import Any

import pytest

from domain.intervals import Interval
from domain.people.roles import capture_identity
from domain.presence.events import EventKind, SessionEvent
from domain.record.capture_coverage import recorded_intervals, recorded_share
from tests.domain.session_events import at, event, joined

pytestmark = pytest.mark.unit


def own(kind: EventKind, when: float, **data: Any) -> SessionEvent:
    return event(kind, when, capture_identity("0198"), hidden=True, recorder_id="r", **data)


def blind(start: float, end: float) -> SessionEvent:
    span = {"from": at(start).isoformat(), "until": at(end).isoformat()}
    return own(EventKind.CAPTURE_BLIND, start, reason="process_lost", **span)


def test_blind_spans_are_excluded_from_the_recorded_time() -> None:
    events = [
        own(EventKind.CAPTURE_STARTED, 0),
        own(EventKind.CAPTURE_STARTED, 130),
        blind(100, 130),
        own(EventKind.CAPTURE_ENDED, 600),
    ]

    assert recorded_intervals(events) == (Interval(at(0), at(100)), Interval(at(130), at(600)))
    assert recorded_share(events, at(0), at(600)) == pytest.approx(0.95)


def test_a_lost_recorder_counts_until_its_last_event() -> None:
    events = [
        own(EventKind.CAPTURE_STARTED, 0),
        event(EventKind.CHAT, 300, "ana", "PA_1"),
        joined("b", "PA_2", 500),
    ]

    assert recorded_share(events, at(0), at(600)) == pytest.approx(0.5)


def test_without_a_recorder_nothing_is_recorded() -> None:
    assert recorded_share([joined("ana", "PA_1", 0)], at(0), at(600)) == 0
    assert recorded_share([own(EventKind.CAPTURE_STARTED, 0)], at(0), at(0)) == 0
