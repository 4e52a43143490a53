"""Summarizes each participant's engagement from observable acts, never emotions.

Durations are limited to attendance, so that a track without a recorded end does not outlive its connection.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.intervals import Interval, intersection, total_seconds
from domain.presence.attendance import fold_attendance
from domain.presence.connections import moment
from domain.presence.events import EventKind, EventSource, SessionEvent

QUALITY = {"lost": 0, "poor": 1, "good": 2, "excellent": 3}


@dataclass(frozen=True)
class EngagementSummary:
    """One participant's engagement in one class. Durations are in seconds."""

    talk_seconds: float  # without pauses
    talk_share: float  # of all talking in the class, 0 to 1
    chat_messages: int
    hand_raises: int
    microphone_seconds: float  # published and not muted
    camera_seconds: float
    worst_quality: str | None  # lost, poor, good or excellent
    mean_quality: float | None  # over time: 0 lost, 1 poor, 2 good, 3 excellent
    concealed_ratio: float | None  # of the audio heard from this person, concealed by the decoder; 0 to 1
    audio_only_seconds: float  # video dropped so that audio stays clear


def summarise(events: Iterable[SessionEvent], *, until: datetime) -> dict[str, EngagementSummary]:
    """Engagement by identity. `until` ends what is still on: now, or the end of the class.

    The order and repetition of events do not matter.
    """
    distinct = sorted({e.source_id: e for e in events}.values(), key=lambda e: (e.occurred_at, e.source_id))
    attended = fold_attendance(distinct, until=until)
    by_identity: dict[str, list[SessionEvent]] = defaultdict(list)
    for event in distinct:
        if event.identity and not event.hidden:
            by_identity[event.identity].append(event)
    talk = {identity: _talk(own) for identity, own in by_identity.items()}
    total = sum(talk.values())
    return {
        identity: _summary(
            own,
            attended[identity].intervals if identity in attended else (),
            until,
            talk_seconds=round(talk[identity], 1),
            talk_share=round(talk[identity] / total, 3) if total else 0.0,
        )
        for identity, own in by_identity.items()
    }


def _summary(
    own: Sequence[SessionEvent],
    present: Sequence[Interval],
    until: datetime,
    *,
    talk_seconds: float,
    talk_share: float,
) -> EngagementSummary:
    return EngagementSummary(
        talk_seconds=talk_seconds,
        talk_share=talk_share,
        chat_messages=sum(e.kind == EventKind.CHAT for e in own),
        hand_raises=sum(e.kind == EventKind.HAND_RAISED for e in own),
        microphone_seconds=_within(present, _source_on(own, "microphone", until)),
        camera_seconds=_within(present, _source_on(own, "camera", until)),
        worst_quality=min(_levels(own), key=QUALITY.__getitem__, default=None),
        mean_quality=_mean_quality(own, present, until),
        concealed_ratio=_concealed_ratio(own),
        audio_only_seconds=_within(present, _audio_only(own, until)),
    )


def _within(present: Sequence[Interval], spans: Sequence[Interval]) -> float:
    return round(total_seconds(intersection(present, spans)), 1)


def _talk(own: Sequence[SessionEvent]) -> float:
    """Seconds of speech. Where reports of two recorders overlap on a track, the later one counts only for the rest."""
    total, covered_until = 0.0, dict[str | None, datetime]()
    for event in own:
        if event.kind != EventKind.TALK:
            continue
        voiced, start, end = float(event.data.get("seconds", 0)), event.occurred_at, moment(event)
        fresh = max(start, min(covered_until.get(event.track_sid, start), end))
        total += voiced * ((end - fresh) / (end - start)) if end > start else voiced
        covered_until[event.track_sid] = max(end, covered_until.get(event.track_sid, end))
    return total


def unmuted_tracks(
    own: Sequence[SessionEvent], source: str, until: datetime
) -> dict[str, tuple[Interval, ...]]:
    """The time in which each track of a source was published and not muted, by track sid.

    `own` are one participant's events in order of time, `source` is "microphone", "camera" and so on.
    """
    tracks: dict[str, list[SessionEvent]] = defaultdict(list)
    for event in own:
        if event.track_sid and event.kind.startswith("track."):
            tracks[event.track_sid].append(event)
    return {
        sid: tuple(_unmuted(_prefer_capture(events), until))
        for sid, events in tracks.items()
        if any(e.data.get("source") == source for e in events)
    }


def _source_on(own: Sequence[SessionEvent], source: str, until: datetime) -> list[Interval]:
    """The time during which a track of this source was published and not muted."""
    return [span for spans in unmuted_tracks(own, source, until).values() for span in spans]


def _prefer_capture(track: Sequence[SessionEvent]) -> list[SessionEvent]:
    """Drop LiveKit's `published` event, accurate only to a second, once the recorder follows the track."""
    followed_since = next((e.occurred_at for e in track if e.source == EventSource.CAPTURE), None)
    return [
        e
        for e in track
        if e.source == EventSource.CAPTURE
        or e.kind != EventKind.TRACK_PUBLISHED
        or followed_since is None
        or e.occurred_at < followed_since
    ]


def _unmuted(track: Sequence[SessionEvent], until: datetime) -> list[Interval]:
    changes = []
    for event in track:
        on = event.kind == EventKind.TRACK_UNMUTED
        if event.kind == EventKind.TRACK_PUBLISHED:
            on = not event.data.get("muted")
        changes.append((event.occurred_at, on))
    return _while_true(changes, until)


def _while_true(changes: Sequence[tuple[datetime, bool]], until: datetime) -> list[Interval]:
    """The intervals during which the latest change was to True; the last one ends at `until`."""
    spans, since = [], None
    for at, value in changes:
        if value and since is None:
            since = at
        elif not value and since is not None:
            spans.append(Interval(since, at))
            since = None
    if since is not None and since < until:
        spans.append(Interval(since, until))
    return spans


def _levels(own: Sequence[SessionEvent]) -> list[str]:
    return [e.data["level"] for e in own if e.kind == EventKind.QUALITY and e.data.get("level") in QUALITY]


def _mean_quality(own: Sequence[SessionEvent], present: Sequence[Interval], until: datetime) -> float | None:
    reports = [e for e in own if e.kind == EventKind.QUALITY and e.data.get("level") in QUALITY]
    ends = [*(e.occurred_at for e in reports[1:]), until]
    weighted = [
        (total_seconds(intersection(present, [Interval(e.occurred_at, end)])), _score(e))
        for e, end in zip(reports, ends, strict=False)
        if e.occurred_at < end
    ]
    total = sum(length for length, _ in weighted)
    return round(sum(length * score for length, score in weighted) / total, 2) if total else None


def _score(report: SessionEvent) -> float:
    """The mean of the reports that it stands for, or its own."""
    return float(report.data.get("score", QUALITY[report.data["level"]]))


def _concealed_ratio(own: Sequence[SessionEvent]) -> float | None:
    reports = [e.data for e in own if e.kind == EventKind.AUDIO_CONCEALED]
    total = sum(data.get("total_samples", 0) for data in reports)
    return round(sum(data.get("concealed_samples", 0) for data in reports) / total, 5) if total else None


def _audio_only(own: Sequence[SessionEvent], until: datetime) -> list[Interval]:
    changes = [e for e in own if e.kind == EventKind.VIDEO_FALLBACK]
    return _while_true([(e.occurred_at, bool(e.data.get("audio_only"))) for e in changes], until)
