"""The faults whose loss is measured. Each function makes one happen in a class of its own and tells what is stored.

A class is recorded with segments of the default length. Voices count from the moment all are recorded; BEFORE seconds
later the fault happens, and AFTER seconds later the recording is stopped, where nothing else is said.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from benchmarks.recording.disks import fill, may_mount, small_disk, synced_disk
from benchmarks.recording.losses import Fault
from benchmarks.recording.recorded_class import RecordedClass, Worker, now, recorded_class
from domain.people.roles import capture_identity
from domain.sessions.policies import SessionPolicy
from tests.stack import TestLiveKit, TestS3, start_s3
from workflows.options import CAPTURE

BEFORE, AFTER = 8.0, 14.0
FROZEN_SECONDS = 5.0
LONG_FROZEN_SECONDS = 10.0  # longer than Temporal waits for a heartbeat
# Without the store or the disk: long enough for a segment of every voice to be finished meanwhile.
AWAY_SECONDS = SessionPolicy().segment_seconds + 4.0
BACK_SECONDS = 14.0  # after the store or the disk has come back
DISK_MEGABYTES = 8  # the open segments of three voices need 3
_MARGIN_SECONDS = 1.0  # from the last moment that counts until the recording is stopped


@dataclass(frozen=True)
class Stage:
    """Where a fault happens: a media server and an empty folder."""

    server: TestLiveKit
    folder: Path


@dataclass(frozen=True)
class Observed:
    fault: Fault
    stored: Mapping[str, list[tuple[float, float]]]  # by voice: see RecordedClass.stored
    speakers_back: datetime | None = (
        None  # when the last speaker has joined again, after the media server's death
    )


class Group(StrEnum):
    """Faults with the same aim."""

    PROCESS = "processes"
    STORAGE = "store and disk"
    TRACK = "unsubscribed"
    MEDIA = "media server"
    END = "end of the class"


@dataclass(frozen=True)
class FaultKind:
    name: str
    group: Group
    inflict: Callable[[Stage], Awaitable[Observed]]
    own_server: bool = False
    mounts: bool = False

    @property
    def possible(self) -> bool:
        return may_mount() or not self.mounts


async def no_fault(stage: Stage) -> Observed:
    """The room is deleted at the end of the class, as the workflow does."""
    async with recorded_class(stage.server, stage.folder) as recorded:
        worker = await recorded.recorded()
        await asyncio.sleep(BEFORE + AFTER)
        deleted = now()
        await recorded.room.rooms.close_room(recorded.room.session_id)
        await worker.ended()
        return await _observed(recorded, Fault(recorded.begun, deleted, deleted, deleted), recorded.spool())


async def recorder_killed(stage: Stage) -> Observed:
    async with recorded_class(stage.server, stage.folder) as recorded:
        worker = await recorded.recorded()
        await asyncio.sleep(BEFORE)
        failed = now()
        os.kill(worker.recorder_pid, signal.SIGKILL)
        return await _go_on(recorded, worker, failed)


async def recorder_frozen(stage: Stage) -> Observed:
    async with recorded_class(stage.server, stage.folder) as recorded:
        worker = await recorded.recorded()
        await asyncio.sleep(BEFORE)
        failed = now()
        await _freeze(worker.recorder_pid, FROZEN_SECONDS)
        return await _go_on(recorded, worker, failed)


async def worker_killed(stage: Stage) -> Observed:
    """Another worker of the same machine goes on when Temporal has missed the heartbeat and retries the activity."""
    async with recorded_class(stage.server, stage.folder, workers=2) as recorded:
        worker, standby = await recorded.recorded(), recorded.workers[1]
        await asyncio.sleep(BEFORE)
        failed = now()
        worker.kill()
        await asyncio.sleep(_retried_after())
        recorded.record(standby)
        return await _go_on(recorded, standby, failed)


async def worker_frozen(stage: Stage) -> Observed:
    """As a killed one, and then it comes back: its recorder has been superseded."""
    async with recorded_class(stage.server, stage.folder, workers=2) as recorded:
        worker, standby = await recorded.recorded(), recorded.workers[1]
        await asyncio.sleep(BEFORE)
        failed = now()
        freezing = asyncio.create_task(_freeze(worker.pid, LONG_FROZEN_SECONDS))
        await asyncio.sleep(_retried_after())
        recorded.record(standby)
        await freezing
        await worker.ended()
        return await _go_on(recorded, standby, failed)


async def machine_killed(stage: Stage) -> Observed:
    """Worker and recorder die at once, a worker of another machine goes on; the first machine's spool comes back."""
    async with recorded_class(stage.server, stage.folder, workers=2) as recorded:
        worker, standby = await recorded.recorded(), recorded.workers[1]
        await asyncio.sleep(BEFORE)
        failed = now()
        worker.kill_all()
        await asyncio.sleep(_retried_after())
        recorded.record(standby, recorded.spool(1))
        return await _go_on(recorded, standby, failed, recorded.spool(1), recorded.spool())


async def machine_without_power(stage: Stage) -> Observed:
    """As a killed machine, and of its spool there is what its disk had been told to sync."""
    with synced_disk(stage.folder / "disk", stage.folder / "spool", 64) as disk:
        async with recorded_class(stage.server, stage.folder / "class", workers=2) as recorded:
            worker, standby = await recorded.recorded(disk.folder), recorded.workers[1]
            await asyncio.sleep(BEFORE)
            failed = now()
            worker.kill_all()
            with disk.after_power_loss(stage.folder / "disk-after", stage.folder / "spool-after") as left:
                await asyncio.sleep(_retried_after())
                recorded.record(standby, recorded.spool(1))
                return await _go_on(recorded, standby, failed, recorded.spool(1), left)


async def store_away(stage: Stage) -> Observed:
    async with _class_with_s3(stage) as (recorded, s3):
        worker = await recorded.recorded()
        await asyncio.sleep(BEFORE)
        failed = now()
        s3.running.kill()
        await asyncio.sleep(AWAY_SECONDS)
        await asyncio.to_thread(s3.running.start)
        return await _go_on(recorded, worker, failed, seconds=BACK_SECONDS)


async def store_away_until_after_the_class(stage: Stage) -> Observed:
    """The recorder ends without the store; a worker finds what is in the spool when the store is back."""
    async with _class_with_s3(stage) as (recorded, s3):
        worker = await recorded.recorded()
        await asyncio.sleep(BEFORE)
        failed = now()
        s3.running.kill()
        await asyncio.sleep(AWAY_SECONDS)
        ended = now()
        await asyncio.sleep(_MARGIN_SECONDS)
        await worker.stop()
        await asyncio.to_thread(s3.running.start)
        return await _observed(recorded, Fault(recorded.begun, failed, failed, ended), recorded.spool())


async def disk_full(stage: Stage) -> Observed:
    with small_disk(stage.folder / "spool", DISK_MEGABYTES) as disk:
        async with recorded_class(stage.server, stage.folder / "class") as recorded:
            worker = await recorded.recorded(disk)
            await asyncio.sleep(BEFORE)
            failed = now()
            await asyncio.to_thread(fill, disk / "ballast")
            await worker.until(lambda beat: beat.disk_refuses)
            await asyncio.sleep(AWAY_SECONDS)
            (disk / "ballast").unlink()
            return await _go_on(recorded, worker, failed, disk, seconds=BACK_SECONDS)


async def unsubscribed(stage: Stage) -> Observed:
    """The media server takes one voice away from the recorder."""
    async with recorded_class(stage.server, stage.folder) as recorded:
        worker = await recorded.recorded()
        await asyncio.sleep(BEFORE)
        failed = now()
        room = recorded.room
        (track, *_) = await recorded.tracks()
        await room.unsubscribe(capture_identity(room.session_id), track)
        return await _go_on(recorded, worker, failed)


async def media_server_killed(stage: Stage) -> Observed:
    """It is started again at once and knows no room; the room is made again at once, as the room watch does."""
    async with recorded_class(stage.server, stage.folder) as recorded:
        worker = await recorded.recorded()
        await asyncio.sleep(BEFORE)
        failed = now()
        stage.server.kill()
        await asyncio.to_thread(stage.server.start)
        await recorded.room.make_room()
        return await _go_on(recorded, worker, failed, over=now())


async def media_server_frozen(stage: Stage) -> Observed:
    async with recorded_class(stage.server, stage.folder) as recorded:
        worker = await recorded.recorded()
        await asyncio.sleep(BEFORE)
        failed = now()
        await _freeze(stage.server.running.pid, FROZEN_SECONDS)
        return await _go_on(recorded, worker, failed, over=now())


FAULTS = (
    FaultKind("none, the room is deleted", Group.END, no_fault),
    FaultKind("recorder killed", Group.PROCESS, recorder_killed),
    FaultKind("recorder frozen for 5 s", Group.PROCESS, recorder_frozen),
    FaultKind("worker killed", Group.PROCESS, worker_killed),
    FaultKind("worker frozen for 10 s", Group.PROCESS, worker_frozen),
    FaultKind("machine killed", Group.PROCESS, machine_killed),
    FaultKind("machine without power", Group.PROCESS, machine_without_power, mounts=True),
    FaultKind("store away for 34 s", Group.STORAGE, store_away),
    FaultKind("store away until after the class", Group.STORAGE, store_away_until_after_the_class),
    FaultKind("disk full for 34 s", Group.STORAGE, disk_full, mounts=True),
    FaultKind("unsubscribed from one voice", Group.TRACK, unsubscribed),
    FaultKind("media server killed", Group.MEDIA, media_server_killed, own_server=True),
    FaultKind("media server frozen for 5 s", Group.MEDIA, media_server_frozen, own_server=True),
)


async def _go_on(
    recorded: RecordedClass,
    worker: Worker,
    failed: datetime,
    *spools: Path,
    over: datetime | None = None,
    seconds: float = AFTER,
) -> Observed:
    """Let the class go on for a while after the fault, and end the recording."""
    await asyncio.sleep(seconds)
    ended = now()
    await asyncio.sleep(_MARGIN_SECONDS)
    await worker.stop()
    fault = Fault(recorded.begun, failed, over or failed, ended)
    return await _observed(recorded, fault, *(spools or [recorded.spool()]))


async def _observed(recorded: RecordedClass, fault: Fault, *spools: Path) -> Observed:
    await recorded.recover(*spools)
    return Observed(fault, await recorded.stored(), max(recorded.back, default=None))


async def _freeze(pid: int, seconds: float) -> None:
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        os.kill(pid, signal.SIGCONT)


def _retried_after() -> float:
    """Seconds from a worker's death until Temporal gives its activity to another, if it had just sent a heartbeat."""
    retry = CAPTURE["retry_policy"].initial_interval
    return (CAPTURE["heartbeat_timeout"] + retry).total_seconds()


@asynccontextmanager
async def _class_with_s3(stage: Stage) -> AsyncIterator[tuple[RecordedClass, TestS3]]:
    s3 = await asyncio.to_thread(start_s3, stage.folder)
    try:
        bucket, options = s3.create_bucket("recordings"), s3.options | {"allow_http": "true"}
        async with recorded_class(
            stage.server, stage.folder / "class", store_url=bucket, store_options=options
        ) as recorded:
            yield recorded, s3
    finally:
        s3.running.stop()
