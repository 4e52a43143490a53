"""`python -m benchmarks.capture`: two class sizes, recorder and bare subscriber side by side in the same rooms."""

import argparse
import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from livekit import api as livekit_api

from benchmarks.report import Report, Verdict, show_progress
from benchmarks.usage import Memory, cpu_seconds, memory
from domain.people.roles import Role, room_name
from media_bridge.recorder import reports
from media_bridge.recorder.config import RecorderConfig
from media_bridge.recorder.process import RecorderProcess
from media_bridge.rooms import LiveKitRooms
from media_bridge.tokens import CAPTURE_GRANTS, TokenMinter
from tests.stack import TestLiveKit, start_livekit, temporary_folder

WARM_UP_SECONDS = 6.0
TRACKS, SECONDS = (2, 12), 25.0


@dataclass(frozen=True)
class Use:
    cpu: float  # cores
    memory: Memory


@dataclass(frozen=True)
class Measured:
    tracks: int
    recorder: Use
    supervisor: float  # cores; the part of the worker process that reads the reports
    bare: Use
    segments: int


class Observer:
    """Counts the recorder's reports."""

    def __init__(self) -> None:
        self.segments, self.recording_tracks = 0, 0
        self.heartbeat = asyncio.Event()

    async def receive(self, report: reports.Report) -> None:
        self.segments += isinstance(report, reports.SegmentStored)
        if isinstance(report, reports.Heartbeat):
            self.recording_tracks = report.recording_tracks
            self.heartbeat.set()


@asynccontextmanager
async def child(module: str, *arguments: str) -> AsyncIterator[Process]:
    """A process that has printed its first line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"benchmarks.capture.{module}", *arguments, stdout=PIPE, limit=1 << 20
    )
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        yield process
    finally:
        process.kill()
        await process.wait()


def bare_token(server: TestLiveKit, room: str) -> str:
    """A token with the recorder's grants and another identity, so that both can be in the room at once."""
    from dataclasses import replace

    token = livekit_api.AccessToken(server.api_key, server.api_secret).with_identity("bare")
    return token.with_grants(replace(CAPTURE_GRANTS, room=room)).with_kind("agent").to_jwt()


async def measure_class(server: TestLiveKit, folder: Path, tracks: int, seconds: float) -> Measured:
    show_progress(f"{tracks} participants join and talk")
    session_id, minter = uuid4(), TokenMinter(server.api_key, server.api_secret)
    rooms = LiveKitRooms(server.url, server.api_key, server.api_secret)
    patience = timedelta(minutes=10)
    await rooms.ensure_room(session_id, empty_timeout=patience, departure_timeout=patience)
    tokens = [minter.mint(Role.STUDENT, session_id, f"person-{n}") for n in range(tracks)]
    config = RecorderConfig(
        organization_id=uuid4(),
        session_id=session_id,
        livekit_url=server.ws_url,
        store_url=f"file://{folder}/store",
        spool_dir=folder / "spool",
        segment_seconds=10,
    )
    observer = Observer()
    recorder = RecorderProcess(config, lambda: minter.mint_capture(session_id))
    recording = asyncio.create_task(recorder.run(observer.receive))
    try:
        async with (
            child("bare", server.ws_url, bare_token(server, room_name(session_id))) as bare,
            child("publishers", server.ws_url, *tokens),
        ):
            while observer.recording_tracks < tracks:
                observer.heartbeat.clear()
                await observer.heartbeat.wait()
            await asyncio.sleep(WARM_UP_SECONDS)
            return await _window(recorder, bare, observer, tracks, seconds)
    finally:
        await recorder.stop()
        await recording
        await rooms.close_room(session_id)
        await rooms.aclose()


async def _window(
    recorder: RecorderProcess, bare: Process, observer: Observer, tracks: int, seconds: float
) -> Measured:
    show_progress(f"measuring for {seconds:.0f} s")
    assert recorder.pid is not None
    pids = (recorder.pid, os.getpid(), bare.pid)
    segments, started = observer.segments, time.monotonic()
    before = [cpu_seconds(pid) for pid in pids]
    await asyncio.sleep(seconds)
    spent = [cpu_seconds(pid) - was for pid, was in zip(pids, before, strict=True)]
    recorder_cpu, supervisor_cpu, bare_cpu = (s / (time.monotonic() - started) for s in spent)
    return Measured(
        tracks,
        Use(recorder_cpu, memory(recorder.pid)),
        supervisor_cpu,
        Use(bare_cpu, memory(bare.pid)),
        observer.segments - segments,
    )


def report(small: Measured, large: Measured) -> Report:
    more = large.tracks - small.tracks
    each = [(large.recorder.cpu - small.recorder.cpu) / more, (large.bare.cpu - small.bare.cpu) / more]
    megabytes = (large.recorder.memory.own - small.recorder.memory.own) / more
    return Report(
        "benchmarks.capture",
        ["", "CPU, % of a core", "own MB", "resident MB"],
        [row for measured in (small, large) for row in _rows(measured)],
        [
            *(verdict for measured in (small, large) for verdict in _verdicts(measured)),
            Verdict(
                "CPU of each further track, % of a core", f"{100 * each[0]:.2f} (bare {100 * each[1]:.2f})"
            ),
            Verdict("memory of each further track, MB", f"{megabytes:.1f}"),
        ],
    )


def _rows(measured: Measured) -> list[list[str]]:
    return [
        [
            f"{name}, {measured.tracks} tracks",
            f"{100 * use.cpu:.1f}",
            f"{use.memory.own:.0f}",
            f"{use.memory.resident:.0f}",
        ]
        for name, use in (("recorder", measured.recorder), ("bare subscriber", measured.bare))
    ]


def _verdicts(measured: Measured) -> list[Verdict]:
    recorder, bare, of = measured.recorder, measured.bare, f"with {measured.tracks} tracks"
    cores = recorder.cpu + measured.supervisor
    return [
        Verdict(f"CPU of a recorder / bare subscriber {of}", f"{recorder.cpu / bare.cpu:.2f}"),
        Verdict(
            f"memory of a recorder / bare subscriber {of}", f"{recorder.memory.own / bare.memory.own:.2f}"
        ),
        Verdict(f"CPU of its supervisor {of}, % of a core", f"{100 * measured.supervisor:.1f}"),
        Verdict(f"segments stored {of}", str(measured.segments)),
        Verdict(f"sessions {of} per core", f"{1 / cores:.0f}"),
    ]


async def measure(tracks: Sequence[int] = TRACKS, seconds: float = SECONDS) -> Report:
    with temporary_folder("benchmark") as folder:
        server = start_livekit(folder)
        try:
            small, large = [await measure_class(server, folder, count, seconds) for count in tracks]
        finally:
            server.stop()
    return report(small, large)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, nargs=2, default=TRACKS, metavar=("SMALL", "LARGE"))
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args()
    asyncio.run(measure(options.tracks, options.seconds)).show()


if __name__ == "__main__":
    main()
