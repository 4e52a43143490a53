"""A recorder in a real room with speaking participants: segments, manifest, session events."""

import asyncio
import hashlib
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from uuid import uuid4

import av
import numpy as np
import obstore
import pytest
from obstore.store import ObjectStore

from domain.presence.events import EventKind, SessionEvent
from domain.record.recording import AudioSegment, manifest_key
from media_bridge.recorder.manifest import list_segments
from media_bridge.recorder.reports import EndReason, EventObserved, Heartbeat
from storage.object_store import open_store
from tests.media_bridge.room_with_voices import Reports, RoomWithVoices
from tests.security.listening import open_to_others
from tests.stack import TestS3

pytestmark = [pytest.mark.adapter, pytest.mark.real_time]

StoreOptions = Callable[[RoomWithVoices], dict[str, object]]


@pytest.fixture(params=["file", "s3"])
def store_options(request: pytest.FixtureRequest, room: RoomWithVoices) -> dict[str, object]:
    """Options of a recorder that stores to a folder, or to an S3 server."""
    if request.param == "file":
        return {"store_url": f"file://{room.folder}/store"}
    server: TestS3 = request.getfixturevalue("s3_server")
    bucket = server.create_bucket(f"capture-{uuid4().hex[:8]}")
    return {"store_url": f"{bucket}/audio", "store_options": server.options | {"allow_http": "true"}}


async def samples_of(store: ObjectStore, segment: AudioSegment) -> np.ndarray:
    """Decodes a segment's audio file after checking its hash and size against the manifest."""
    audio = bytes(await (await obstore.get_async(store, segment.key)).bytes_async())
    assert (hashlib.sha256(audio).hexdigest(), len(audio)) == (segment.sha256, segment.size)
    with av.open(BytesIO(audio), "r") as container:
        assert container.streams.audio[0].rate == segment.sample_rate
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def blind_for_being_late(reports: Reports) -> list[SessionEvent]:
    """The spans a busy machine causes, in which the recorder stalls, are not meant."""
    return [one for one in reports.events(EventKind.CAPTURE_BLIND) if one.data["reason"] == "late"]


def pitch(pcm: np.ndarray, rate: int) -> float:
    """The strongest frequency in hertz."""
    return float(np.fft.rfftfreq(len(pcm), 1 / rate)[np.argmax(np.abs(np.fft.rfft(pcm)))])


async def test_every_speaker_is_recorded_completely_with_wall_clock_times(
    room: RoomWithVoices, store_options: dict[str, object]
) -> None:
    people = await room.people(3)
    recording = room.record(**store_options)
    await recording.wait_for_segments(3, people=3)
    result = await recording.stop()

    store = open_store(store_options["store_url"], store_options.get("store_options", {}))  # type: ignore[arg-type]
    listed = await list_segments(store, room.organization_id, room.session_id)
    assert (result.reason, result.left_in_spool) == (EndReason.STOPPED, 0)
    assert result.segments == len(listed)
    assert set(listed) == set(recording.reports.segments)
    for person in people:
        segments = [s for s in listed if s.identity == person.identity]
        assert [s.seq for s in segments] == list(range(len(segments)))
        assert {s.track_sid for s in segments} == {person.publication.sid}  # type: ignore[union-attr]
        for earlier, later in itertools.pairwise(segments):
            assert abs((later.started_at - earlier.ended_at).total_seconds()) < 0.05
        pcm = np.concatenate([await samples_of(store, s) for s in segments])
        assert len(pcm) == sum(s.samples for s in segments)
        wall = (segments[-1].ended_at - segments[0].started_at).total_seconds()
        assert len(pcm) / 16_000 == pytest.approx(wall, rel=0.01)
        assert pitch(pcm[16_000:], 16_000) == pytest.approx(person.hertz, abs=3)


async def test_audio_is_stored_before_its_manifest_entry_and_the_spool_is_emptied(
    room: RoomWithVoices,
) -> None:
    await room.people(1)
    recording = room.record()
    await recording.wait_for_segments(1, people=1)
    await recording.stop()

    for segment in recording.reports.segments:
        audio, entry = (room.folder / "store" / k for k in (segment.key, manifest_key(segment.key)))
        assert audio.stat().st_mtime_ns <= entry.stat().st_mtime_ns
    assert not list((room.folder / "spool").rglob("*.*"))


async def test_tracks_muting_hands_chat_and_speech_are_reported(room: RoomWithVoices) -> None:
    speaker, listener = await room.people(2)
    listener.level = 0
    recording = room.record()
    await recording.wait_for_tracks(2)
    reports = recording.reports

    await listener.hand(True)
    await reports.until(lambda r: bool(r.events(EventKind.HAND_RAISED)))
    await listener.hand(False)
    await listener.chat("is it seven?")
    speaker.mute(True)
    await reports.until(lambda r: bool(r.events(EventKind.TRACK_MUTED)))
    speaker.mute(False)
    await reports.until(lambda r: bool(r.events(EventKind.TRACK_UNMUTED) and r.events(EventKind.CHAT)))
    await reports.until(lambda r: bool(r.events(EventKind.AUDIO_CONCEALED)))
    assert speaker.publication is not None
    await speaker.room.local_participant.unpublish_track(speaker.publication.sid)
    await reports.until(lambda r: bool(r.events(EventKind.TRACK_UNPUBLISHED)))
    await recording.stop()

    def sources(kind: EventKind) -> list[tuple[str | None, str | None]]:
        return [(event.identity, event.participant_sid) for event in reports.events(kind)]

    speaker_was = ("person-0", speaker.room.local_participant.sid)
    listener_was = ("person-1", listener.room.local_participant.sid)
    assert sorted(sources(EventKind.TRACK_PUBLISHED)) == sorted([speaker_was, listener_was])
    assert sources(EventKind.HAND_RAISED) == sources(EventKind.HAND_LOWERED) == [listener_was]
    assert sources(EventKind.CHAT) == [listener_was]
    (message,) = reports.events(EventKind.CHAT)
    assert message.data["text"] == "is it seven?"
    assert message.source_id == f"chat:person-1:{message.data['message_id']}"
    assert sources(EventKind.TRACK_MUTED) == sources(EventKind.TRACK_UNMUTED) == [speaker_was]
    assert sources(EventKind.TRACK_UNPUBLISHED) == [speaker_was]
    assert set(sources(EventKind.TALK)) == {speaker_was}
    clearness = reports.events(EventKind.AUDIO_CONCEALED)[0].data
    assert 0 <= clearness["concealed_samples"] < 0.2 * clearness["total_samples"]
    ids = [report.event.source_id for report in reports.of(EventObserved)]
    assert len(ids) == len(set(ids))


async def test_flood_of_one_person_is_limited_told_once_and_ends_in_the_true_state(
    room: RoomWithVoices,
) -> None:
    person, another = await room.people(2)
    recording = room.record()
    await recording.wait_for_tracks(2)
    await person.nested_hand()
    for number in range(100):
        await person.hand(number % 2 == 0)
        await person.chat(f"message {number}")
        person.mute(number % 2 == 0)
    await person.hand(True)
    for _ in range(13):
        await person.silent_track()
    await another.hand(True)
    await recording.reports.until(lambda r: len(hands(r)) > 20 and hands(r)[-1] == EventKind.HAND_RAISED)
    await recording.reports.until(lambda r: len(hands(r, "person-1")) == 1)
    await recording.wait_for_tracks(MOST_TRACKS + 1)
    await recording.stop()
    reports = recording.reports
    assert len(hands(reports)) < 50
    assert hands(reports)[-1] == EventKind.HAND_RAISED
    assert 0 < len(reports.events(EventKind.CHAT)) < 80
    published = [event.identity for event in reports.events(EventKind.TRACK_PUBLISHED)]
    assert (published.count("person-0"), published.count("person-1")) == (12, 1)
    assert len({segment.track_sid for segment in reports.segments}) <= MOST_TRACKS + 1
    cut = [event.data["what"] for event in reports.events(EventKind.REPORTS_CUT)]
    assert {"audio tracks", "chats", "hands", "tracks"} <= set(cut)
    assert len(cut) == len(set(cut))
    assert reports.starts == 1


MOST_TRACKS = 4  # of one person that are recorded at a time


def hands(reports: Reports, identity: str = "person-0") -> list[EventKind]:
    """The reported changes of a person's hand, in order."""
    changes = [*reports.events(EventKind.HAND_RAISED), *reports.events(EventKind.HAND_LOWERED)]
    ordered = sorted(changes, key=lambda change: change.occurred_at)
    return [change.kind for change in ordered if change.identity == identity]


async def test_a_camera_track_is_reported_but_not_recorded(room: RoomWithVoices) -> None:
    (person,) = await room.people(1)
    recording = room.record()
    await recording.wait_for_tracks(1)
    camera = await person.camera()
    await recording.reports.until(lambda r: len(r.events(EventKind.TRACK_PUBLISHED)) == 2)
    camera.mute()
    await recording.reports.until(lambda r: bool(r.events(EventKind.TRACK_MUTED)))
    await recording.wait_for_tracks(1)

    (muted,) = recording.reports.events(EventKind.TRACK_MUTED)
    assert (muted.identity, muted.track_sid, muted.data["source"]) == ("person-0", camera.sid, "camera")
    latest = recording.reports.of(Heartbeat)[-1]
    assert (latest.audio_tracks, latest.recording_tracks) == (1, 1)


async def test_a_participant_who_joins_later_is_recorded(room: RoomWithVoices) -> None:
    recording = room.record()
    await recording.reports.until(lambda r: r.starts == 1)
    await room.people(1)
    await recording.wait_for_segments(1, people=1)

    assert not blind_for_being_late(recording.reports)
    latest = recording.reports.of(Heartbeat)[-1]
    assert (latest.connected, latest.participants, latest.audio_tracks) == (True, 1, 1)


async def test_a_muted_track_is_recorded_without_gaps(room: RoomWithVoices) -> None:
    (person,) = await room.people(1)
    recording = room.record()
    await recording.wait_for_tracks(1)
    person.mute(True)
    await recording.wait_for_segments(3, people=1)
    await recording.stop()

    segments = recording.reports.tracks()["person-0"]
    wall = (segments[-1].ended_at - segments[0].started_at).total_seconds()
    assert sum(s.samples for s in segments) / 16_000 == pytest.approx(wall, rel=0.01)


async def test_a_late_recorder_reports_the_time_it_missed(
    room: RoomWithVoices,
) -> None:
    await room.people(1)
    await asyncio.sleep(2.5)  # a class begins without it
    joined = (await room.rooms.list_participants(room.session_id))[0].joined_at
    recording = room.record()
    await recording.reports.until(lambda r: bool(blind_for_being_late(r)))
    await recording.wait_for_segments(1, people=1)

    (blind,) = blind_for_being_late(recording.reports)
    assert abs(datetime.fromisoformat(blind.data["from"]) - joined) < timedelta(seconds=0.01)
    heard_from = recording.reports.segments[0].started_at
    assert abs(datetime.fromisoformat(blind.data["until"]) - heard_from) < timedelta(seconds=0.1)


async def test_recording_ends_when_the_room_is_deleted(room: RoomWithVoices) -> None:
    await room.people(2)
    recording = room.record(segment_seconds=60)
    await recording.wait_for_tracks(2)
    await room.rooms.close_room(room.session_id)
    result = await recording.wait_for_end()

    assert (result.reason, result.segments) == (EndReason.ROOM_DELETED, 2)


async def test_a_second_recorder_replaces_the_first(room: RoomWithVoices) -> None:
    await room.people(1)
    first = room.record()
    await first.wait_for_tracks(1)
    second = room.record()
    result = await first.wait_for_end()
    await second.wait_for_tracks(1)

    assert result.reason == EndReason.SUPERSEDED


async def test_a_recorder_opens_no_port_but_those_of_its_media(room: RoomWithVoices) -> None:
    """WebRTC's sockets take datagrams that carry the credentials of this call, and drop any other."""
    await room.people(1)
    recording = room.record()
    await recording.wait_for_tracks(1)
    assert recording.process.pid is not None
    kinds = {kind for kind, _, loopback in open_to_others(recording.process.pid) if not loopback}
    assert kinds <= {"udp", "udp6"}
    await recording.stop()
