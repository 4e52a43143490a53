"""`python -m benchmarks.capture`: two class sizes, recorder and bare subscriber side by side in the same rooms."""

import argparse
import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from livekit import api as livekit_api

from benchmarks.capture.usage import Memory, cpu_seconds, memory
from domain.roles import Role, room_name
from media_bridge.recorder.orders import RecorderConfig
from media_bridge.recorder.process import RecorderProcess
from media_bridge.recorder.reports import Heartbeat, Report, SegmentStored
from media_bridge.rooms import LiveKitRooms
from media_bridge.tokens import CAPTURE_GRANTS, TokenMinter
from tests.stack import TestLiveKit, start_livekit, temporary_folder

WARM_UP_SECONDS = 6.0


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
    """Counts what the recorder reports."""

    def __init__(self) -> None:
        self.segments, self.recording_tracks = 0, 0
        self.heard = asyncio.Event()

    async def receive(self, report: Report) -> None:
        self.segments += isinstance(report, SegmentStored)
        if isinstance(report, Heartbeat):
            self.recording_tracks = report.recording_tracks
            self.heard.set()


@asynccontextmanager
async def child(module: str, *arguments: str) -> AsyncIterator[Process]:
    """A process that has said its first line."""
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
    """The grants of the recorder under another identity, for both to be in the room at once."""
    from dataclasses import replace

    token = livekit_api.AccessToken(server.api_key, server.api_secret).with_identity("bare")
    return token.with_grants(replace(CAPTURE_GRANTS, room=room)).with_kind("agent").to_jwt()


async def measure(server: TestLiveKit, folder: Path, tracks: int, seconds: float) -> Measured:
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
                observer.heard.clear()
                await observer.heard.wait()
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


def report(small: Measured, large: Measured) -> None:
    print(f"{'tracks':>6} {'':>10} {'CPU, % of a core':>18} {'own MB':>8} {'resident MB':>12}")
    for measured in (small, large):
        for name, use in (("recorder", measured.recorder), ("bare", measured.bare)):
            own, resident = use.memory.own, use.memory.resident
            print(f"{measured.tracks:>6} {name:>10} {100 * use.cpu:>18.1f} {own:>8.0f} {resident:>12.0f}")
        ratios = (
            measured.recorder.cpu / measured.bare.cpu,
            measured.recorder.memory.own / measured.bare.memory.own,
        )
        print(f"{measured.tracks:>6} {'ratio':>10} {ratios[0]:>18.2f} {ratios[1]:>8.2f}")
        print(f"{'':>6} {measured.segments} segments stored; supervisor {100 * measured.supervisor:.1f} %")
    more = large.tracks - small.tracks
    per_track = (large.recorder.cpu - small.recorder.cpu) / more
    bare_track = (large.bare.cpu - small.bare.cpu) / more
    megabytes = (large.recorder.memory.own - small.recorder.memory.own) / more
    print(
        f"each further track: {100 * per_track:.2f} % of a core (bare {100 * bare_track:.2f} %), {megabytes:.1f} MB"
    )
    for measured in (small, large):
        cores = measured.recorder.cpu + measured.supervisor
        print(f"sessions of {measured.tracks} tracks per core: {1 / cores:.0f}")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, nargs=2, default=(2, 12), metavar=("SMALL", "LARGE"))
    parser.add_argument("--seconds", type=float, default=25)
    options = parser.parse_args()
    with temporary_folder("benchmark") as folder:
        server = start_livekit(folder)
        try:
            small, large = [
                await measure(server, folder, tracks, options.seconds) for tracks in options.tracks
            ]
        finally:
            server.stop()
    report(small, large)


if __name__ == "__main__":
    asyncio.run(main())
