"""Processes die during a class: the recorder resumes, loses little audio, and reports the gap."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from domain.errors import Unavailable
from domain.people.roles import capture_identity
from domain.presence.events import EventKind, SessionEvent
from domain.record.capture_coverage import NO_PACKETS
from domain.record.recording import AudioSegment
from media_bridge.recorder.manifest import list_segments
from media_bridge.recorder.process import SILENCE_SECONDS
from media_bridge.recorder.recovery import store_abandoned
from media_bridge.recorder.reports import EndReason, Heartbeat
from media_bridge.recorder.segmenter import GAP_SECONDS
from media_bridge.recorder.spool import Spool
from storage.object_store import open_store
from tests.media_bridge.room_with_voices import PATIENCE, Recording, Reports, RoomWithVoices
from tests.stack import TestS3, start_s3

pytestmark = [pytest.mark.adapter, pytest.mark.real_time]

SEGMENT = timedelta(seconds=2)

Span = tuple[datetime, datetime]


def span(event: SessionEvent) -> Span:
    return datetime.fromisoformat(event.data["from"]), datetime.fromisoformat(event.data["until"])


def gaps_between(segments: list[AudioSegment]) -> list[Span]:
    """The parts of a track that are in none of its segments, as long as the recorder itself takes for a gap."""
    gaps, ordered = [], sorted(segments, key=lambda s: s.started_at)
    at = ordered[0].ended_at
    for segment in ordered[1:]:
        gaps.append((at, segment.started_at))
        at = max(at, segment.ended_at)
    return [(a, b) for a, b in gaps if b - a > timedelta(seconds=GAP_SECONDS)]


def blind_spans(reports: Reports) -> list[Span]:
    return [span(event) for event in reports.events(EventKind.CAPTURE_BLIND)]


async def blind_span_after(recording: Recording, moment: datetime) -> Span:
    """The first reported span that lasts beyond the moment. One that a busy machine caused before is not meant."""
    await recording.reports.until(lambda r: any(until > moment for _, until in blind_spans(r)))
    return min(span for span in blind_spans(recording.reports) if span[1] > moment)


def is_reported(gap: Span, blind: list[Span]) -> bool:
    return any(
        since - timedelta(seconds=0.1) <= gap[0] and gap[1] <= until + timedelta(seconds=0.5)
        for since, until in blind
    )


async def test_a_killed_recorder_is_replaced_and_loses_less_than_a_second(room: RoomWithVoices) -> None:
    """With the default length of segments, none of which is finished when the recorder is killed."""
    await room.people(2)
    recording = room.record(segment_seconds=30)
    await recording.wait_for_tracks(2)
    await asyncio.sleep(4)
    assert recording.process.pid is not None
    os.kill(recording.process.pid, signal.SIGKILL)
    killed = datetime.now(UTC)
    _, blind_until = await blind_span_after(recording, killed)
    await recording.wait_for_tracks(2)
    await recording.reports.until(lambda r: len(r.tracks()) == 2)  # what the dead recorder has written ahead
    result = await recording.stop()

    assert result.respawns == 1
    assert len({s.recorder_id for s in recording.reports.segments}) == 2
    assert blind_until - killed < timedelta(seconds=15)
    for segments in recording.reports.tracks().values():
        ((gap_from, gap_until),) = gaps_between(segments)
        assert gap_from > killed - timedelta(seconds=1)
        assert gap_until < killed + timedelta(seconds=15)
        assert is_reported((gap_from, gap_until), blind_spans(recording.reports))


async def test_a_suspended_recorder_reports_the_gap(room: RoomWithVoices) -> None:
    """SIGSTOP stands for a paused machine."""
    await room.people(1)
    recording = room.record()
    await recording.wait_for_segments(1, people=1)
    assert recording.process.pid is not None
    os.kill(recording.process.pid, signal.SIGSTOP)
    stopped = datetime.now(UTC)
    await asyncio.sleep(7)
    os.kill(recording.process.pid, signal.SIGCONT)
    resumed = datetime.now(UTC)
    blind_from, blind_until = await blind_span_after(recording, stopped)
    await recording.reports.until(lambda r: r.tracks()["person-0"][-1].started_at > resumed)
    result = await recording.stop()

    assert result.respawns == 0
    assert blind_from <= stopped + timedelta(seconds=0.1)
    assert blind_until >= resumed - timedelta(seconds=0.1)
    last = recording.reports.tracks()["person-0"][-1]
    assert abs(datetime.now(UTC) - last.ended_at) < timedelta(seconds=3)  # the time base has held


async def test_the_recorder_rejoins_after_livekit_was_killed(own_room: RoomWithVoices) -> None:
    await own_room.people(2)
    recording = own_room.record()
    await recording.wait_for_segments(1, people=2)
    own_room.server.kill()
    killed = datetime.now(UTC)
    await asyncio.to_thread(own_room.server.start)
    await own_room.make_room()
    blind_from, blind_until = await blind_span_after(recording, killed)
    await recording.wait_for_tracks(2)
    result = await recording.stop()

    assert result.respawns == 0
    assert abs(blind_from - killed) < timedelta(seconds=2)
    assert blind_until > killed


async def test_the_recorder_rejoins_with_a_fresh_token_after_a_long_outage(own_room: RoomWithVoices) -> None:
    """The outage lasts until LiveKit's SDK has given up."""
    await own_room.people(1)
    recording = own_room.record()
    await recording.wait_for_segments(1, people=1)
    own_room.server.kill()
    killed = datetime.now(UTC)
    requests = own_room.token_requests
    async with asyncio.timeout(PATIENCE):
        await own_room.wait_for_token_requests(requests + 1)
    await asyncio.to_thread(own_room.server.start)
    back = datetime.now(UTC)
    await own_room.make_room()
    await recording.reports.until(lambda r: r.starts == 2)
    blind_from, blind_until = await blind_span_after(recording, killed)
    await own_room.person("late", 700.0)
    await recording.reports.until(lambda r: "late" in r.tracks())
    result = await recording.stop()

    assert result.respawns == 0
    assert abs(blind_from - killed) < timedelta(seconds=2)
    assert blind_until - back < timedelta(seconds=15)


async def start_worker(room: RoomWithVoices) -> tuple[asyncio.subprocess.Process, int]:
    """A worker process whose recorder records somebody, and the process id of that recorder."""
    config = room.config(segment_seconds=30).model_dump_json()
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WORKER, config, room.minter.mint_capture(room.session_id)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert worker.stdout is not None
    return worker, int(await asyncio.wait_for(worker.stdout.readline(), PATIENCE))


async def test_the_recorder_of_a_killed_worker_goes_on_until_the_next_one_joins(room: RoomWithVoices) -> None:
    await room.people(1)
    worker, pid = await start_worker(room)
    worker.kill()
    await worker.wait()
    killed = datetime.now(UTC)
    await asyncio.sleep(5)
    following = room.record(segment_seconds=30)
    await following.wait_for_tracks(1)
    async with asyncio.timeout(PATIENCE):
        while _alive(pid):  # noqa: ASYNC110 - only a child's end can be awaited, and this is no child
            await asyncio.sleep(0.05)
    await following.stop()

    store = open_store(f"file://{room.folder}/store", {})
    segments = await list_segments(store, room.organization_id, room.session_id)
    assert len({s.recorder_id for s in segments}) == 2
    assert segments[0].started_at < killed < segments[0].ended_at
    assert all(until - since < timedelta(seconds=1) for since, until in gaps_between(segments))


async def test_a_worker_that_stood_still_leaves_the_room_to_the_next_one(room: RoomWithVoices) -> None:
    """It stands still for longer than a silent recorder may take, which its own recorder never was."""
    await room.people(1)
    worker, _ = await start_worker(room)
    os.kill(worker.pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(SILENCE_SECONDS / 2)
        following = room.record(segment_seconds=30)
        await following.wait_for_tracks(1)
        await asyncio.sleep(SILENCE_SECONDS / 2 + 1)
    finally:
        os.kill(worker.pid, signal.SIGCONT)
    async with asyncio.timeout(PATIENCE):
        await worker.wait()
    await following.wait_for_tracks(1)
    result = await following.stop()

    assert result.reason == EndReason.STOPPED
    assert following.reports.starts == 1


WORKER = """
import asyncio, sys
from media_bridge.recorder.config import RecorderConfig
from media_bridge.recorder.process import RecorderProcess
from media_bridge.recorder.reports import Heartbeat

async def main():
    process = RecorderProcess(RecorderConfig.model_validate_json(sys.argv[1]), lambda: sys.argv[2])
    async def on_report(report):
        if isinstance(report, Heartbeat) and report.recording_tracks:
            print(process.pid, flush=True)
    await process.run(on_report)

asyncio.run(main())
"""


def _alive(pid: int) -> bool:
    """Whether the process runs; a zombie counts as dead."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


async def test_cancelling_stores_the_open_segments(room: RoomWithVoices) -> None:
    await room.people(1)
    recording = room.record(segment_seconds=60)
    await recording.wait_for_tracks(1)
    await recording.cancel()

    assert [s.identity for s in recording.reports.segments] == ["person-0"]
    assert recording.process.pid is None


async def test_a_process_that_cannot_start_is_not_restarted_for_ever(room: RoomWithVoices) -> None:
    recording = room.record(store_url="nowhere://")

    with pytest.raises(Unavailable):
        await recording.wait_for_end()


async def test_a_failing_report_handler_ends_the_recording(room: RoomWithVoices) -> None:
    recording = room.record()
    await recording.reports.until(lambda r: r.starts == 1)
    recording.reports.fail_with = RuntimeError("the record is out of reach")

    with pytest.raises(RuntimeError, match="out of reach"):
        await recording.wait_for_end()
    assert recording.process.pid is None


@pytest.fixture
def own_s3(tmp_path: Path) -> Iterator[TestS3]:
    """An S3 server that the test may stop."""
    folder = tmp_path / "s3"
    folder.mkdir()
    server = start_s3(folder)
    yield server
    server.running.stop()


async def test_segments_wait_while_the_object_store_is_down(room: RoomWithVoices, own_s3: TestS3) -> None:
    bucket = own_s3.create_bucket(f"away-{uuid4().hex[:8]}")
    options = own_s3.options | {"allow_http": "true"}
    await room.people(1)
    recording = room.record(store_url=bucket, store_options=options)
    await recording.wait_for_segments(1, people=1)
    own_s3.running.kill()
    await recording.reports.until(lambda r: r.of(Heartbeat)[-1].pending_uploads >= 2)
    waiting = len(recording.reports.segments)
    await asyncio.to_thread(own_s3.running.start)
    await recording.wait_for_segments(waiting + 3, people=1)
    await recording.stop()

    segments = recording.reports.segments
    assert [s.seq for s in sorted(segments, key=lambda s: s.seq)] == list(range(len(segments)))


async def test_segments_left_in_the_spool_are_uploaded_later(room: RoomWithVoices, own_s3: TestS3) -> None:
    bucket = own_s3.create_bucket(f"spool-{uuid4().hex[:8]}")
    options = own_s3.options | {"allow_http": "true"}
    await room.people(1)
    recording = room.record(store_url=bucket, store_options=options)
    await recording.wait_for_tracks(1)
    own_s3.running.kill()
    await recording.reports.until(lambda r: r.of(Heartbeat)[-1].pending_uploads >= 2)
    result = await recording.stop()
    await asyncio.to_thread(own_s3.running.start)
    store = open_store(bucket, options)
    spool = Spool(room.folder / "spool", room.session_id)
    stored: list[AudioSegment] = []

    async def note(segment: AudioSegment) -> None:
        stored.append(segment)

    await store_abandoned(spool, store, note)

    assert result.left_in_spool == len(stored) >= 2
    assert set(stored) <= set(await list_segments(store, room.organization_id, room.session_id))
    assert await store_abandoned(spool, store, note) == 0
    assert not spool.folder.exists()


async def test_a_recorder_that_the_server_unsubscribed_subscribes_again(room: RoomWithVoices) -> None:
    first, second = await room.people(2)
    recording = room.record()
    await recording.wait_for_tracks(2)
    assert first.publication is not None
    await room.unsubscribe(capture_identity(room.session_id), first.publication.sid)
    unsubscribed = datetime.now(UTC)
    await recording.wait_for_tracks(1)
    await recording.wait_for_tracks(2)
    heard_again = datetime.now(UTC)
    await recording.reports.until(lambda r: r.tracks()["person-0"][-1].started_at > heard_again)
    result = await recording.stop()

    tracks = recording.reports.tracks()
    ((gap_from, gap_until),) = gaps_between(tracks["person-0"])
    assert unsubscribed - timedelta(seconds=1) < gap_from < gap_until < unsubscribed + timedelta(seconds=10)
    assert gaps_between(tracks["person-1"]) == []
    assert result.respawns == 0
    assert recording.reports.starts == 1
    assert second.publication is not None


async def test_frames_without_packets_are_reported_as_not_heard(own_room: RoomWithVoices) -> None:
    """A media server that stands still: the native library makes up silence."""
    await own_room.people(1)
    recording = own_room.record()
    await recording.wait_for_segments(1, people=1)
    os.kill(own_room.server.running.pid, signal.SIGSTOP)
    frozen = datetime.now(UTC)
    await recording.reports.until(lambda r: not r.of(Heartbeat)[-1].hears)
    await asyncio.sleep(3)
    os.kill(own_room.server.running.pid, signal.SIGCONT)
    thawed = datetime.now(UTC)
    blind_from, blind_until = await blind_span_after(recording, thawed - timedelta(seconds=1))
    await recording.reports.until(lambda r: r.of(Heartbeat)[-1].hears)
    await recording.stop()

    assert recording.reports.events(EventKind.CAPTURE_BLIND)[-1].data["reason"] == NO_PACKETS
    assert abs(blind_from - frozen) < timedelta(seconds=3)
    assert blind_until >= thawed - timedelta(seconds=1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a megabyte."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


async def test_a_full_disk_loses_nothing(room: RoomWithVoices, small_disk: Path, own_s3: TestS3) -> None:
    """The disk is full, then the store goes away as well, then both are back."""
    bucket = own_s3.create_bucket(f"full-{uuid4().hex[:8]}")
    options = own_s3.options | {"allow_http": "true"}
    await room.people(1)
    recording = room.record(store_url=bucket, store_options=options, spool_dir=small_disk)
    await recording.wait_for_segments(1, people=1)
    ballast = small_disk / "ballast"
    fill(ballast)
    await recording.reports.until(lambda r: r.of(Heartbeat)[-1].disk_refuses)
    stored = len(recording.reports.segments)
    await recording.wait_for_segments(stored + 2, people=1)  # from memory
    own_s3.running.kill()
    await recording.reports.until(lambda r: r.of(Heartbeat)[-1].pending_uploads >= 2)
    await asyncio.to_thread(own_s3.running.start)
    ballast.unlink()
    await recording.reports.until(
        lambda r: not r.of(Heartbeat)[-1].disk_refuses and r.of(Heartbeat)[-1].pending_uploads == 0
    )
    await recording.stop()

    segments = recording.reports.tracks()["person-0"]
    assert [s.seq for s in segments] == list(range(len(segments)))
    assert gaps_between(segments) == []


def fill(path: Path) -> None:
    """Writes zeros until the disk takes no more."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1024))


async def test_the_last_words_before_the_room_is_deleted_are_stored(room: RoomWithVoices) -> None:
    await room.people(1)
    recording = room.record(segment_seconds=60)
    await recording.wait_for_tracks(1)
    await asyncio.sleep(2)
    deleted = datetime.now(UTC)
    await room.rooms.close_room(room.session_id)
    result = await recording.wait_for_end()

    (segment,) = recording.reports.segments
    assert result.reason == EndReason.ROOM_DELETED
    assert segment.ended_at > deleted - timedelta(seconds=0.5)
