"""A class with voices that speak all the time, the workers that record it, and what is stored of it in the end."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import obstore
from obstore.store import ObjectStore

from benchmarks.recording.spoken_time import Pcm, spoken_at
from benchmarks.recording.worker import Assignment, Beat
from domain.people.roles import Role
from domain.record.recording import AudioSegment
from domain.sessions.policies import SessionPolicy
from media_bridge.recorder.config import RecorderConfig
from media_bridge.recorder.manifest import list_segments
from media_bridge.recorder.recovery import store_abandoned
from media_bridge.recorder.reports import Heartbeat
from media_bridge.recorder.spool import Spool
from storage.object_store import open_store
from tests.media_bridge.room_with_voices import RoomWithVoices
from tests.stack import TestLiveKit

VOICES = 3
PATIENCE = 60.0  # seconds for what should come
JOIN_SECONDS = 1.0  # from the moment all tracks are recorded until a voice counts


def now() -> datetime:
    return datetime.now(UTC)


class Worker:
    """A capture worker in a process of its own. It is ready to record before it is told to."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._beat: Beat | None = None
        self._beats = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls) -> "Worker":
        command = (sys.executable, "-m", "benchmarks.recording.worker")
        # A session of its own: its processes can be killed together, as those of a machine.
        return cls(
            await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, start_new_session=True)
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def recorder_pid(self) -> int:
        assert self._beat is not None
        return self._beat.recorder_pid

    def record(self, config: RecorderConfig, token: str) -> None:
        self._write(Assignment(config=config, token=token).model_dump_json())

    async def until(self, holds: Callable[[Heartbeat], bool]) -> None:
        """Waits until the recorder's latest heartbeat meets the condition. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE), self._beats:
            await self._beats.wait_for(lambda: self._beat is not None and holds(self._beat.heartbeat))

    async def stop(self) -> None:
        """Has the recorder store what it has, and waits for the end."""
        self._write("stop")
        async with asyncio.timeout(PATIENCE):
            await self._process.wait()

    async def ended(self) -> None:
        """Waits for the end of the recording. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            await self._process.wait()

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def kill_all(self) -> None:
        """The worker and its recorders, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    async def aclose(self) -> None:
        self.kill_all()
        await self._process.wait()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            async with self._beats:
                self._beat = Beat.model_validate_json(line)
                self._beats.notify_all()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")


@dataclass
class RecordedClass:
    """A room with voices. The faults are in benchmarks/recording/faults.py."""

    room: RoomWithVoices
    folder: Path
    workers: Sequence[Worker]  # they wait for a class to record
    store_url: str
    store_options: Mapping[str, str] = field(default_factory=dict)
    begun: datetime = field(default_factory=now)  # from here on everybody is recorded
    back: list[datetime] = field(default_factory=list)  # when somebody has joined again

    @property
    def server(self) -> TestLiveKit:
        return self.room.server

    def record(self, worker: Worker, spool: Path | None = None) -> None:
        """Has a worker record the class, with segments of the default length."""
        config = RecorderConfig(
            organization_id=self.room.organization_id,
            session_id=self.room.session_id,
            livekit_url=self.server.ws_url,
            store_url=self.store_url,
            store_options=dict(self.store_options),
            spool_dir=spool or self.spool(),
            segment_seconds=SessionPolicy().segment_seconds,
        )
        worker.record(config, self.room.minter.mint_capture(self.room.session_id))

    async def recorded(self, spool: Path | None = None) -> Worker:
        """The first worker, when it records everybody."""
        worker = self.workers[0]
        self.record(worker, spool)
        await worker.until(lambda beat: beat.recording_tracks == VOICES)
        await asyncio.sleep(JOIN_SECONDS)
        self.begun = now()
        return worker

    def spool(self, machine: int = 0) -> Path:
        return self.folder / f"machine-{machine}"

    async def tracks(self) -> list[str]:
        """The sids of the voices' tracks."""
        people = await self.room.rooms.list_participants(self.room.session_id)
        return [track.sid for person in people for track in person.tracks]

    async def recover(self, *spools: Path) -> None:
        """Stores what dead recorders have left, as the worker of each machine does."""
        store = self._store()

        async def note(_segment: AudioSegment) -> None:
            pass

        for root in spools:
            spool = Spool(root, self.room.session_id)
            async with asyncio.timeout(PATIENCE):
                while await asyncio.to_thread(spool.recorders):
                    await store_abandoned(spool, store, note)
                    await asyncio.sleep(0.1)

    async def stored(self) -> dict[str, list[tuple[float, float]]]:
        """By voice, the date of each stored window and when it was spoken: see spoken_time.py."""
        store, windows = self._store(), defaultdict[str, list[tuple[float, float]]](list)
        for segment in await list_segments(store, self.room.organization_id, self.room.session_id):
            audio = bytes(await (await obstore.get_async(store, segment.key)).bytes_async())
            windows[segment.identity] += spoken_at(
                _decoded(audio), segment.sample_rate, segment.started_at.timestamp()
            )
        return {who: windows[who] for who in _names()}

    def _store(self) -> ObjectStore:
        return open_store(self.store_url, dict(self.store_options))


@asynccontextmanager
async def recorded_class(
    server: TestLiveKit,
    folder: Path,
    *,
    workers: int = 1,
    store_url: str = "",
    store_options: Mapping[str, str] | None = None,
) -> AsyncIterator[RecordedClass]:
    """A class whose voices have joined and speak. Without a store of its own it has a folder."""
    url = store_url or f"file://{folder}/store"
    async with AsyncExitStack() as stack:
        started = [await Worker.start() for _ in range(workers)]
        for worker in started:
            stack.push_async_callback(worker.aclose)
        room = await stack.enter_async_context(RoomWithVoices(server, folder))
        recorded = RecordedClass(room, folder, started, url, store_options or {})
        await stack.enter_async_context(_voices(recorded))
        yield recorded


@asynccontextmanager
async def _voices(recorded: RecordedClass) -> AsyncIterator[None]:
    room = recorded.room
    tokens = [room.minter.mint(Role.STUDENT, room.session_id, name) for name in _names()]
    command = (sys.executable, "-m", "benchmarks.recording.voices", room.server.ws_url, *tokens)
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE):
            await process.stdout.readline()
        noting = asyncio.create_task(_note_returns(process.stdout, recorded.back))
        yield
        noting.cancel()
    finally:
        process.kill()
        await process.wait()


async def _note_returns(lines: asyncio.StreamReader, back: list[datetime]) -> None:
    while await lines.readline():
        back.append(now())


def _names() -> list[str]:
    return [f"voice-{number}" for number in range(VOICES)]


def _decoded(audio: bytes) -> Pcm:
    with av.open(BytesIO(audio), "r") as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
