"""Engagement: observable acts of each participant. Never emotion."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.events import EventKind, SessionEvent

_WORST_FIRST = ("lost", "poor", "good", "excellent")


@dataclass(frozen=True)
class EngagementSummary:
    talk_seconds: float
    talk_share: float  # of all talking in the class, 0 to 1
    chat_messages: int
    hand_raises: int
    microphone_seconds: float  # published and not muted
    camera_seconds: float
    worst_quality: str | None
    concealed_ratio: float | None  # of the audio heard from this person, concealed by the decoder; 0 to 1
    audio_only_seconds: float


def summarise(events: Iterable[SessionEvent], *, until: datetime) -> dict[str, EngagementSummary]:
    """By identity. `until` ends what is still on: now, or the end of the class."""
    by_identity: dict[str, list[SessionEvent]] = defaultdict(list)
    for event in events:
        if event.identity and not event.hidden:
            by_identity[event.identity].append(event)
    talk = {identity: _talk(own) for identity, own in by_identity.items()}
    total = sum(talk.values())
    return {
        identity: _summary(sorted(own, key=lambda e: e.occurred_at), talk[identity], total, until)
        for identity, own in by_identity.items()
    }


def _summary(own: list[SessionEvent], talk: float, total: float, until: datetime) -> EngagementSummary:
    return EngagementSummary(
        talk_seconds=round(talk, 1),
        talk_share=round(talk / total, 3) if total else 0.0,
        chat_messages=sum(e.kind == EventKind.CHAT for e in own),
        hand_raises=sum(e.kind == EventKind.HAND_RAISED for e in own),
        microphone_seconds=_source_seconds(own, "microphone", until),
        camera_seconds=_source_seconds(own, "camera", until),
        worst_quality=_worst(own),
        concealed_ratio=_concealed(own),
        audio_only_seconds=_audio_only(own, until),
    )


def _talk(own: list[SessionEvent]) -> float:
    return sum(float(e.data.get("seconds", 0)) for e in own if e.kind == EventKind.TALK)


def _source_seconds(own: list[SessionEvent], source: str, until: datetime) -> float:
    """Time in which a track of this source was published and not muted, by track."""
    tracks: dict[str, list[SessionEvent]] = defaultdict(list)
    sources: dict[str, str] = {}
    for event in own:
        if event.track_sid and event.kind.startswith("track."):
            tracks[event.track_sid].append(event)
            if "source" in event.data:
                sources[event.track_sid] = event.data["source"]
    on = [_on(events, until) for sid, events in tracks.items() if sources.get(sid) == source]
    return round(sum(on, timedelta()).total_seconds(), 1)


def _on(events: list[SessionEvent], until: datetime) -> timedelta:
    total, since = timedelta(), None
    for event in events:
        unmuted = event.kind == EventKind.TRACK_PUBLISHED and not event.data.get("muted")
        if (unmuted or event.kind == EventKind.TRACK_UNMUTED) and since is None:
            since = event.occurred_at
        elif event.kind in (EventKind.TRACK_MUTED, EventKind.TRACK_UNPUBLISHED) and since is not None:
            total, since = total + (event.occurred_at - since), None
    return total + (max(until - since, timedelta()) if since is not None else timedelta())


def _worst(own: list[SessionEvent]) -> str | None:
    levels = {e.data.get("level") for e in own if e.kind == EventKind.QUALITY}
    return next((level for level in _WORST_FIRST if level in levels), None)


def _concealed(own: list[SessionEvent]) -> float | None:
    heard = [e.data for e in own if e.kind == EventKind.AUDIO_CONCEALED]
    total = sum(data.get("total_samples", 0) for data in heard)
    return round(sum(data.get("concealed_samples", 0) for data in heard) / total, 5) if total else None


def _audio_only(own: list[SessionEvent], until: datetime) -> float:
    total, since = timedelta(), None
    for event in own:
        if event.kind != EventKind.VIDEO_FALLBACK:
            continue
        if event.data.get("audio_only") and since is None:
            since = event.occurred_at
        elif not event.data.get("audio_only") and since is not None:
            total, since = total + (event.occurred_at - since), None
    return round((total + (until - since if since else timedelta())).total_seconds(), 1)
