"""Which times of events are plausible."""

from datetime import timedelta

import pytest

from domain.presence.events import EventKind, EventSource
from domain.presence.plausible_times import is_plausible
from tests.domain.session_events import at, event

pytestmark = pytest.mark.unit

HOUR = 3600
DAY = 24 * HOUR
YEAR = 365 * DAY


@pytest.mark.parametrize(
    ("source", "late", "plausible"),
    [
        (EventSource.WEBHOOK, 0, True),
        (EventSource.WEBHOOK, 600, True),
        (EventSource.WEBHOOK, 2 * HOUR, False),
        (EventSource.WEBHOOK, 57 * YEAR, False),
        (EventSource.WEBHOOK, -120, True),
        (EventSource.WEBHOOK, -HOUR, False),
        (EventSource.WEBHOOK, -174 * YEAR, False),
        (EventSource.CAPTURE, 12 * HOUR, True),
        (EventSource.CAPTURE, 2 * DAY, False),
        (EventSource.WATCH, 12 * HOUR, True),
        (EventSource.CLIENT, -HOUR, False),
    ],
)
def test_an_event_far_from_its_class_is_plausible_near_its_receipt(
    source: EventSource, late: float, plausible: bool
) -> None:
    received = at(100 * DAY)
    happened = event(EventKind.PARTICIPANT_JOINED, 100 * DAY - late, "ana", "PA_1", source=source)

    assert is_plausible(happened, received, at(0), at(HOUR)) is plausible


@pytest.mark.parametrize(
    ("seconds", "plausible"),
    [(-3 * HOUR, False), (-HOUR, True), (1800, True), (2.5 * HOUR, True), (4 * HOUR, False)],
)
def test_an_event_received_late_is_plausible_around_its_class(seconds: float, plausible: bool) -> None:
    happened = event(EventKind.PARTICIPANT_JOINED, seconds, "ana", "PA_1", source=EventSource.WEBHOOK)

    assert is_plausible(happened, at(0) + timedelta(days=30), at(0), at(HOUR)) is plausible
