"""How much of a class was heard."""

from typing import Any

import pytest

from domain.intervals import Interval
from domain.people.roles import capture_identity
from domain.presence.events import EventKind, SessionEvent
from domain.record.capture_coverage import heard, heard_share
from tests.domain.facts import at, event, joined

pytestmark = pytest.mark.unit


def own(kind: EventKind, when: float, **data: Any) -> SessionEvent:
    return event(kind, when, capture_identity("0198"), hidden=True, recorder_id="r", **data)


def blind(start: float, end: float) -> SessionEvent:
    span = {"from": at(start).isoformat(), "until": at(end).isoformat()}
    return own(EventKind.CAPTURE_BLIND, start, reason="process_lost", **span)


def test_from_the_start_to_the_end_but_for_the_blind_spans() -> None:
    events = [
        own(EventKind.CAPTURE_STARTED, 0),
        own(EventKind.CAPTURE_STARTED, 130),
        blind(100, 130),
        own(EventKind.CAPTURE_ENDED, 600),
    ]

    assert heard(events) == (Interval(at(0), at(100)), Interval(at(130), at(600)))
    assert heard_share(events, at(0), at(600)) == pytest.approx(0.95)


def test_a_recorder_that_was_lost_for_good_heard_until_its_last_word() -> None:
    events = [
        own(EventKind.CAPTURE_STARTED, 0),
        event(EventKind.CHAT, 300, "ana", "PA_1"),
        joined("b", "PA_2", 500),
    ]

    assert heard_share(events, at(0), at(600)) == pytest.approx(0.5)


def test_nothing_was_heard_where_no_recorder_came() -> None:
    assert heard_share([joined("ana", "PA_1", 0)], at(0), at(600)) == 0
    assert heard_share([own(EventKind.CAPTURE_STARTED, 0)], at(0), at(0)) == 0
