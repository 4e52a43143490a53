"""Telemetry: reports that come again and again for as long as somebody is in the room.

Attendance and engagement are folded from its summary by the minute, so that what a page reads grows with the length of
a class and the number of its people, but not with the number of reports.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.presence.engagement import QUALITY
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.presence.live_status import level_of

TELEMETRY_KINDS = frozenset({EventKind.QUALITY, EventKind.AUDIO_CONCEALED})
_LEVEL_OF_SCORE = {score: level for level, score in QUALITY.items()}


@dataclass(frozen=True)
class TelemetryMinute:
    """The reports of one kind and source about one person, connection and track, within one minute."""

    kind: EventKind
    source: EventSource
    identity: str
    participant_sid: str  # empty: not named
    track_sid: str  # empty: not about a track
    alive: bool  # false: they say that no packet came
    hidden: bool
    first_at: datetime
    last_at: datetime
    worst_score: int | None  # a value of QUALITY; None: no report names a level
    mean_score: float | None
    last_word: int | None  # of live_status.quality_word(), the latest
    concealed_samples: float
    total_samples: float


@dataclass(frozen=True)
class TelemetryReport:
    """What a summary takes from one event."""

    score: int | None = None  # a value of QUALITY
    concealed_samples: float = 0
    total_samples: float = 0
    alive: bool = True


def report_of(event: SessionEvent) -> TelemetryReport | None:
    """The report in an event; None if it is no telemetry."""
    if event.kind == EventKind.QUALITY:
        return TelemetryReport(score=QUALITY.get(event.data.get("level") or ""))
    if event.kind == EventKind.AUDIO_CONCEALED:
        concealed, total = event.data.get("concealed_samples", 0), event.data.get("total_samples", 0)
        return TelemetryReport(
            concealed_samples=float(concealed),
            total_samples=float(total),
            alive=event.data.get("packets") != 0,
        )
    return None


def summary_events(minute: TelemetryMinute) -> list[SessionEvent]:
    """Two events that stand for all reports of the minute: with their mean, or what holds after the last."""
    if minute.kind == EventKind.AUDIO_CONCEALED:
        counters = {
            "concealed_samples": minute.concealed_samples,
            "total_samples": minute.total_samples,
            "packets": int(minute.alive),
        }
        nothing = {"packets": int(minute.alive)}
        return _events(minute, counters, nothing)
    if minute.worst_score is None or minute.last_word is None:
        return _events(minute, {}, {})
    mean = {"level": _LEVEL_OF_SCORE[minute.worst_score], "score": minute.mean_score}
    # Browsers measure at regular times; the recorder reports changes, of which the last one holds.
    return _events(
        minute, mean, mean if minute.source == EventSource.CLIENT else {"level": level_of(minute.last_word)}
    )


def _events(minute: TelemetryMinute, first: dict[str, Any], last: dict[str, Any]) -> list[SessionEvent]:
    return [_event(minute, "first", minute.first_at, first), _event(minute, "last", minute.last_at, last)]


def _event(minute: TelemetryMinute, name: str, at: datetime, data: dict[str, Any]) -> SessionEvent:
    about = (minute.source, minute.identity, minute.participant_sid, minute.track_sid, minute.first_at)
    return SessionEvent(
        minute.source,
        f"telemetry:{minute.kind}:{':'.join(map(str, about))}:{minute.alive}:{name}",
        minute.kind,
        at,
        minute.identity or None,
        minute.participant_sid or None,
        minute.track_sid or None,
        minute.hidden,
        data,
    )
