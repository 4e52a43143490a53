"""Finds who has had a poor connection for minutes, and in which direction, from the telemetry by the minute."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.presence.engagement import QUALITY
from domain.presence.events import EventKind, EventSource
from domain.presence.live_status import level_of
from domain.presence.telemetry import TelemetryMinute

POOR_FOR = timedelta(minutes=2)
"""How long a connection has to be poor without a break: a change of network is over by then."""
_AT_MOST = 1.5  # the mean of a minute's reports that is poor: 0 lost, 1 poor, 2 good, 3 excellent
_CONCEALED_FROM = 0.05  # the share of a person's sound that is made up where it has audible gaps
_SAMPLES_FROM = 48_000 * 5  # of sound, before its gaps say anything


class Direction(StrEnum):
    TO_CLASS = "to_class"  # others hear the person with gaps
    FROM_CLASS = "from_class"  # others hear the person well, so what is sent to them suffers
    UNKNOWN = "unknown"  # nothing is heard of the person, who may be muted


@dataclass(frozen=True)
class PoorConnection:
    since: datetime
    direction: Direction


def poor_connection(minutes: Iterable[TelemetryMinute], now: datetime) -> PoorConnection | None:
    """The poor connection that a person has now, from all reports about them; None: it is fine, or poor for a moment.

    The recorder reports changes of the level and browsers measure it at regular times: the latest report of either
    holds.
    """
    reports = list(minutes)
    levels = sorted(
        (
            one
            for one in reports
            if one.kind == EventKind.QUALITY and one.mean_score is not None and one.last_word is not None
        ),
        key=lambda one: one.last_at,
    )
    since = None
    for minute in reversed(levels):
        if not _is_poor(minute):
            break
        since = minute.first_at
    if since is None or now - since < POOR_FOR:
        return None
    return PoorConnection(since, _direction(one for one in reports if one.last_at >= since))


def _is_poor(minute: TelemetryMinute) -> bool:
    assert minute.mean_score is not None
    assert minute.last_word is not None
    if minute.source == EventSource.CLIENT:
        return minute.mean_score <= _AT_MOST
    return QUALITY[level_of(minute.last_word)] <= QUALITY["poor"]


def _direction(reports: Iterable[TelemetryMinute]) -> Direction:
    heard = [one for one in reports if one.kind == EventKind.AUDIO_CONCEALED and one.alive]
    total = sum(one.total_samples for one in heard)
    if total < _SAMPLES_FROM:
        return Direction.UNKNOWN
    concealed = sum(one.concealed_samples for one in heard)
    return Direction.TO_CLASS if concealed >= _CONCEALED_FROM * total else Direction.FROM_CLASS
