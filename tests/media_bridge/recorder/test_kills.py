"""Processes die during a class: the recorder resumes, loses little audio, and reports the gap."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from domain.errors import Unavailable
from domain.presence.events import EventKind, SessionEvent
from domain.record.recording import AudioSegment
from media_bridge.recorder.manifest import list_segments
from media_bridge.recorder.reports import Heartbeat
from media_bridge.recorder.segmenter import GAP_SECONDS
from media_bridge.recorder.upload import upload_leftovers
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


async def test_a_killed_recorder_is_replaced_and_its_gap_reported(room: RoomWithVoices) -> None:
    await room.people(2)
    recording = room.record()
    await recording.wait_for_segments(2, people=2)
    assert recording.process.pid is not None
    os.kill(recording.process.pid, signal.SIGKILL)
    killed = datetime.now(UTC)
    blind_from, blind_until = await blind_span_after(recording, killed)
    await recording.reports.until(
        lambda r: all(segments[-1].started_at > killed for segments in r.tracks().values())
    )
    result = await recording.stop()

    assert result.respawns == 1
    assert len({s.recorder_id for s in recording.reports.segments}) == 2
    assert killed - blind_from <= SEGMENT + timedelta(seconds=0.5)  # the segment that was open
    assert blind_until - killed < timedelta(seconds=15)
    for segments in recording.reports.tracks().values():
        gaps = gaps_between(segments)
        assert sum(gap_from <= killed < gap_until for gap_from, gap_until in gaps) == 1
        assert [gap for gap in gaps if not is_reported(gap, blind_spans(recording.reports))] == []


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


async def test_a_recorder_dies_with_its_worker(room: RoomWithVoices) -> None:
    """A killed worker takes its recorder with it, so that another worker can take over."""
    config = room.config().model_dump_json()
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        WORKER,
        config,
        room.minter.mint_capture(room.session_id),
        stdout=asyncio.subprocess.PIPE,
    )
    assert worker.stdout is not None
    pid = int(await asyncio.wait_for(worker.stdout.readline(), PATIENCE))
    worker.kill()
    await worker.wait()

    async with asyncio.timeout(PATIENCE):
        while _alive(pid):  # noqa: ASYNC110 - only a child's end can be awaited, and this is no child
            await asyncio.sleep(0.05)


WORKER = """
import asyncio, sys
from media_bridge.recorder.config import RecorderConfig
from media_bridge.recorder.process import RecorderProcess
from media_bridge.recorder.reports import Started

async def main():
    process = RecorderProcess(RecorderConfig.model_validate_json(sys.argv[1]), lambda: sys.argv[2])
    async def on_report(report):
        if isinstance(report, Started):
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
    stored = await upload_leftovers(room.folder / "spool", store)

    assert result.left_in_spool == len(stored) >= 2
    assert set(stored) <= set(await list_segments(store, room.organization_id, room.session_id))
    assert await upload_leftovers(room.folder / "spool", store) == []
