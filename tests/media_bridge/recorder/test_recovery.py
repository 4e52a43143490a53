"""What a dead recorder has left in the spool is found, finished and stored, once."""

import os
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import av
import numpy as np
import obstore
import pytest
from obstore.store import LocalStore

from domain.record.recording import AudioSegment
from media_bridge.recorder.clock import SteadyClock, steady_seconds
from media_bridge.recorder.manifest import list_segments
from media_bridge.recorder.open_segment import OpenSegment
from media_bridge.recorder.recovery import store_abandoned
from media_bridge.recorder.spool import Spool, session_spools
from media_bridge.recorder.write_ahead import WriteAhead, read_frames
from tests.media_bridge.dead_recorder import FRAME, RATE, frames, write_ahead

pytestmark = pytest.mark.adapter

ORGANIZATION, SESSION = uuid4(), uuid4()


def open_segment(seq: int = 0, recorder: str = "dead") -> OpenSegment:
    return OpenSegment(
        organization_id=ORGANIZATION,
        session_id=SESSION,
        identity="ada",
        participant_sid="PA_1",
        track_sid="TR_1",
        recorder_id=recorder,
        seq=seq,
        sample_rate=RATE,
    )


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", SESSION)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store", mkdir=True)


async def recovered(spool: Spool, store: LocalStore) -> list[AudioSegment]:
    stored: list[AudioSegment] = []

    async def note(segment: AudioSegment) -> None:
        stored.append(segment)

    await store_abandoned(spool, store, note)
    return stored


async def samples(store: LocalStore, segment: AudioSegment) -> list[int]:
    """The number of each stored frame."""
    audio = bytes(await (await obstore.get_async(store, segment.key)).bytes_async())
    with av.open(BytesIO(audio), "r") as container:
        pcm = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    return [int(n) for n in pcm[::FRAME]]


async def test_an_open_segment_is_finished_with_its_samples_and_times(
    spool: Spool, store: LocalStore
) -> None:
    now = datetime.now(UTC)
    write_ahead(spool, {open_segment(): frames(25)})
    (segment,) = await recovered(spool, store)

    assert await list_segments(store, ORGANIZATION, SESSION) == [segment]
    assert await samples(store, segment) == list(range(25))
    assert abs(segment.started_at - now) < timedelta(seconds=1)
    assert (segment.identity, segment.seq, segment.samples) == ("ada", 0, 25 * FRAME)
    assert await recovered(spool, store) == []
    assert not spool.folder.exists()


async def test_a_frame_that_was_half_written_is_left_out(spool: Spool, store: LocalStore) -> None:
    write_ahead(spool, {open_segment(): frames(5)})
    (path,) = spool.unfinished("dead")
    os.truncate(path, path.stat().st_size - 100)
    (segment,) = await recovered(spool, store)

    assert await samples(store, segment) == [0, 1, 2, 3]


@pytest.mark.parametrize("content", [b"", b'{"organization', b"no json\n"])
async def test_a_file_without_a_segment_keeps_nobody_waiting(
    spool: Spool, store: LocalStore, content: bytes
) -> None:
    write_ahead(spool, {open_segment(1): frames(5)})
    (spool.folder / "dead.TR_0.000000.pcm").write_bytes(content)

    assert [one.seq for one in await recovered(spool, store)] == [1]
    assert await recovered(spool, store) == []


async def test_missing_samples_make_two_segments(spool: Spool, store: LocalStore) -> None:
    start = steady_seconds()
    both = frames(20, start=start) + frames(20, first=20, start=start + 7)
    write_ahead(spool, {open_segment(): both})
    first, second = await recovered(spool, store)

    assert (first.seq, second.seq) == (0, 1)
    assert (second.started_at - first.started_at).total_seconds() == pytest.approx(7, abs=0.05)
    assert await samples(store, first) + await samples(store, second) == list(range(40))


async def test_frames_that_are_in_two_files_are_stored_once(spool: Spool, store: LocalStore) -> None:
    """The recorder was killed as it had begun the next segment with the frames that came late."""
    start = steady_seconds()
    late = frames(12, first=20, start=start + 7)
    write_ahead(spool, {open_segment(): frames(20, start=start) + late, open_segment(1): late})
    segments = await recovered(spool, store)

    assert [one.seq for one in segments] == [0, 1]
    assert [await samples(store, one) for one in segments] == [list(range(20)), list(range(20, 32))]


async def test_a_stored_segment_stays_as_it_is(spool: Spool, store: LocalStore) -> None:
    """The recorder was killed between storing a segment and deleting what it had written ahead."""
    write_ahead(spool, {open_segment(): frames(10)})
    (whole,) = await recovered(spool, store)
    write_ahead(spool, {open_segment(): frames(7)})

    assert await recovered(spool, store) == [whole]
    assert await samples(store, whole) == list(range(10))


async def test_the_files_of_a_living_recorder_are_left_alone(spool: Spool, store: LocalStore) -> None:
    claim = spool.claim("dead")
    assert claim is not None
    write_ahead(spool, {open_segment(): frames(5)})

    assert spool.claim("dead") is None
    assert await recovered(spool, store) == []
    claim.release()
    assert len(await recovered(spool, store)) == 1


async def test_what_nobody_could_index_stays_in_the_spool(spool: Spool, store: LocalStore) -> None:
    write_ahead(spool, {open_segment(): frames(5)})

    async def fail(_segment: AudioSegment) -> None:
        raise RuntimeError("the database is away")

    with pytest.raises(RuntimeError, match="away"):
        await store_abandoned(spool, store, fail)
    assert len(await recovered(spool, store)) == 1


def test_a_disk_that_refuses_is_tried_again_without_a_loss(spool: Spool) -> None:
    """A file stands where the folder should be, for a while."""
    spool.folder.parent.mkdir()
    spool.folder.write_text("in the way")
    ahead = WriteAhead(spool.folder, SteadyClock())
    ahead.add(open_segment(), frames(5))
    ahead.write()
    assert ahead.error is not None
    spool.folder.unlink()
    ahead.add(open_segment(), frames(5, first=5))
    ahead.write()
    ahead.close()

    segment, kept = read_frames(spool.unfinished("dead")[0])
    assert segment == open_segment()
    assert [int(frame.pcm[0]) for frame in kept] == list(range(10))


def test_other_folders_in_the_spool_are_not_sessions(tmp_path: Path) -> None:
    (tmp_path / str(SESSION)).mkdir()
    (tmp_path / "lost+found").mkdir()

    assert [spool.session_id for spool in session_spools(tmp_path)] == [SESSION]
