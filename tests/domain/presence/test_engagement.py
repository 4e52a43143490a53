"""Engagement computed from talk, chat, hands, tracks and quality events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.people.roles import capture_identity
from domain.presence.engagement import EngagementSummary, summarise
from domain.presence.events import EventKind, EventSource, SessionEvent
from tests.domain.session_events import at, event, joined, left, remade

pytestmark = pytest.mark.unit

K = EventKind


def engagement(*events: SessionEvent, who: str = "ana", until: float = 600) -> EngagementSummary:
    return summarise([joined("ana", "PA_1", 0), *events], until=at(until))[who]


def capture_track(kind: EventKind, when: float, source: str = "microphone", **data: object) -> SessionEvent:
    name, sid = str(data.pop("track", "TR_1")), str(data.pop("sid", "PA_1"))
    return SessionEvent(
        EventSource.CAPTURE,
        f"{kind}:{name}:{when}",
        kind,
        at(when),
        "ana",
        sid,
        name,
        data={"source": source, **data},
    )


def webhook_track(kind: EventKind, when: float, source: str = "microphone", **data: object) -> SessionEvent:
    return SessionEvent(
        EventSource.WEBHOOK,
        f"w:{kind}:{when}",
        kind,
        at(when),
        "ana",
        "PA_1",
        "TR_1",
        data={"source": source, **data},
    )


def talk(who: str, sid: str, when: float, until: float, voiced: float, track: str = "TR_1") -> SessionEvent:
    data = {"seconds": voiced, "until": at(until).isoformat()}
    return SessionEvent(
        EventSource.CAPTURE, f"talk:{who}:{when}:{until}", K.TALK, at(when), who, sid, track, data=data
    )


def test_talk_seconds_and_share() -> None:
    events = [
        talk("ana", "PA_1", 10, 30, 15),
        talk("ben", "PA_2", 40, 50, 5, "TR_2"),
        joined("ben", "PA_2", 0),
    ]

    assert (engagement(*events).talk_seconds, engagement(*events).talk_share) == (15, 0.75)
    assert engagement(*events, who="ben").talk_share == 0.25


def test_overlapping_talk_reports_count_once() -> None:
    assert engagement(talk("ana", "PA_1", 10, 30, 20), talk("ana", "PA_1", 20, 40, 20)).talk_seconds == 30


def test_chat_messages_and_hand_raises_are_counted() -> None:
    ana = engagement(
        event(K.CHAT, 5, "ana", "PA_1", text="hello"),
        event(K.HAND_RAISED, 6, "ana", "PA_1"),
        event(K.HAND_LOWERED, 7, "ana", "PA_1"),
        event(K.HAND_RAISED, 8, "ana", "PA_1"),
    )

    assert (ana.chat_messages, ana.hand_raises) == (1, 2)


def test_microphone_time_counts_while_published_and_unmuted() -> None:
    ana = engagement(
        capture_track(K.TRACK_PUBLISHED, 10, muted=True),
        capture_track(K.TRACK_UNMUTED, 20),
        capture_track(K.TRACK_MUTED, 50),
        capture_track(K.TRACK_UNMUTED, 100),
        capture_track(K.TRACK_UNPUBLISHED, 110),
    )

    assert (ana.microphone_seconds, ana.camera_seconds) == (40, 0)


def test_a_track_found_muted_after_a_recorder_restart_ends() -> None:
    ana = engagement(
        capture_track(K.TRACK_PUBLISHED, 10, muted=False), capture_track(K.TRACK_PUBLISHED, 100, muted=True)
    )

    assert ana.microphone_seconds == 90


def test_webhooks_count_before_the_recorder_follows_a_track() -> None:
    ana = engagement(
        webhook_track(K.TRACK_PUBLISHED, 10, "camera", muted=False),
        capture_track(K.TRACK_PUBLISHED, 30, "camera", muted=False),
        webhook_track(K.TRACK_UNPUBLISHED, 60, "camera"),
    )

    assert ana.camera_seconds == 50


def test_a_webhook_does_not_override_the_recorders_mute() -> None:
    ana = engagement(
        capture_track(K.TRACK_PUBLISHED, 9.8, muted=False),
        capture_track(K.TRACK_MUTED, 9.9),
        webhook_track(K.TRACK_PUBLISHED, 10, muted=False),
    )

    assert ana.microphone_seconds == 0.1


def test_a_track_does_not_outlive_its_connection() -> None:
    assert (
        engagement(
            capture_track(K.TRACK_PUBLISHED, 10, muted=False), left("ana", "PA_1", 100)
        ).microphone_seconds
        == 90
    )


def test_tracks_of_a_crashed_server_end_with_it() -> None:
    ana = engagement(
        capture_track(K.TRACK_PUBLISHED, 0, muted=False),
        event(K.CHAT, 100, "ana", "PA_1"),
        remade(150),
        joined("ana", "PA_2", 160),
        capture_track(K.TRACK_PUBLISHED, 160, track="TR_2", sid="PA_2", muted=False),
        until=200,
    )

    assert ana.microphone_seconds == 140


def test_worst_and_time_weighted_mean_quality() -> None:
    ana = engagement(
        event(K.QUALITY, 0, "ana", "PA_1", level="excellent"),
        event(K.QUALITY, 300, "ana", "PA_1", level="poor"),
        event(K.QUALITY, 450, "ana", level="unknown"),
        until=600,
    )

    assert (ana.worst_quality, ana.mean_quality) == ("poor", 2.0)
    assert (engagement().worst_quality, engagement().mean_quality) == (None, None)


def test_concealed_audio_is_a_share_of_all_samples() -> None:
    ana = engagement(
        event(K.AUDIO_CONCEALED, 10, "ana", "PA_1", concealed_samples=480, total_samples=48000),
        event(K.AUDIO_CONCEALED, 20, "ana", "PA_1", concealed_samples=0, total_samples=48000),
    )

    assert ana.concealed_ratio == 0.005
    assert engagement().concealed_ratio is None


def test_audio_only_time_is_counted() -> None:
    ana = engagement(
        event(K.VIDEO_FALLBACK, 100, "ana", audio_only=True),
        event(K.VIDEO_FALLBACK, 130, "ana", audio_only=True),
        event(K.VIDEO_FALLBACK, 160, "ana", audio_only=False),
        event(K.VIDEO_FALLBACK, 500, "ana", audio_only=True),
    )

    assert ana.audio_only_seconds == 160


def test_machines_have_no_engagement() -> None:
    started = event(K.CAPTURE_STARTED, 0, capture_identity("0198"), hidden=True)

    assert summarise([started], until=at(60)) == {}


@given(st.data())
def test_order_and_repetition_do_not_matter(data: st.DataObject) -> None:
    events = [
        joined("ana", "PA_1", 0),
        capture_track(K.TRACK_PUBLISHED, 1, muted=False),
        talk("ana", "PA_1", 10, 30, 20),
        talk("ana", "PA_1", 20, 40, 20),
        event(K.CHAT, 33, "ana", "PA_1"),
        event(K.QUALITY, 40, "ana", "PA_1", level="good"),
        capture_track(K.TRACK_MUTED, 50),
        left("ana", "PA_1", 100),
    ]

    assert summarise(data.draw(st.permutations([*events, *events])), until=at(600)) == summarise(
        events, until=at(600)
    )
