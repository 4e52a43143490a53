"""`python -m benchmarks.watch`: a look of the room watch at 10, 100 and 1,000 running sessions."""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from temporalio.client import Client

from activities.room_watch import RoomWatcher
from benchmarks.report import Report, Verdict, at_most, show_progress
from benchmarks.usage import cpu_seconds, family
from benchmarks.watch.classes import (
    RunningClass,
    begin_classes,
    everybody_leaves,
    rooms_of,
    start_workflows,
)
from cli.local.postgres import DURABLE
from media_bridge.rooms import LiveKitRooms
from models.database import Database
from models.migrate import upgrade
from services.case_following import CaseFollower
from services.substitution_start import SubstitutionByCommand
from tests.activities.statements import COUNTING, counted_statements
from tests.media_bridge.webhook_signing import KEY, SECRET
from tests.stack import TestPostgres, start_postgres, start_temporal, temporary_folder
from wiring.temporal import connect
from workflows.client import CaseClient, SessionClient
from workflows.contracts.rooms import WatchInput

SIZES = (10, 100, 1_000)
LOOKS = 5
MOST_SECONDS = 3.0


@dataclass(frozen=True)
class Cost:
    seconds: float
    cpu: float  # of the watch
    postgres_cpu: float
    statements: int


@dataclass(frozen=True)
class Size:
    sessions: int
    first: Cost  # the watch has just started: its memory is empty, and every workflow is signalled
    quiet: Cost  # nothing has happened since the look before
    busy: Cost  # everybody has left every class: all events are read, every workflow is signalled


async def measure(sizes: Sequence[int] = SIZES, looks: int = LOOKS) -> Report:
    with temporary_folder("benchmark", on_disk=True) as folder:
        postgres = start_postgres(folder, {**DURABLE, **COUNTING})
        temporal = start_temporal(folder)
        try:
            client = await connect(temporal.address, temporal.namespace)
            measured = [await _measure(size, looks, postgres, client, folder) for size in sizes]
        finally:
            temporal.running.stop()
            postgres.running.stop()
    return _report(measured)


async def _measure(count: int, looks: int, postgres: TestPostgres, temporal: Client, folder: Path) -> Size:
    urls = postgres.create_database()
    upgrade(urls.owner)
    database = Database(urls.application)
    show_progress(f"{count} sessions begin")
    classes = await begin_classes(database, count)
    await start_workflows(temporal, classes)
    await database.ping()
    async with media_server(classes, folder / f"rooms-{count}") as url:
        rooms = LiveKitRooms(url, KEY, SECRET)
        sessions = SessionClient(temporal, "local")
        follower = CaseFollower(database, CaseClient(temporal, "local"))
        watcher = RoomWatcher(
            database, rooms, sessions, follower, SubstitutionByCommand(sessions), WatchInput("local")
        )

        async def cost() -> Cost:
            with counted_statements(urls) as counted:
                seconds, cpu, postgres_cpu = await _timed(lambda: _look(watcher), postgres.running.pid)
            return Cost(seconds, cpu, postgres_cpu, counted.statements)

        try:
            first = await cost()
            quiet = [await cost() for _ in range(looks)]
            await everybody_leaves(database, classes)
            busy = await cost()
        finally:
            await rooms.aclose()
            await database.aclose()
    return Size(count, first, _median(quiet), busy)


async def _look(watcher: RoomWatcher) -> None:
    await watcher.reconcile()
    await watcher.report()


async def _timed(work: Callable[[], Awaitable[None]], postgres: int) -> tuple[float, float, float]:
    before = time.monotonic(), time.process_time(), _postgres_cpu(postgres)
    await work()
    return (
        time.monotonic() - before[0],
        time.process_time() - before[1],
        _postgres_cpu(postgres) - before[2],
    )


def _postgres_cpu(pid: int) -> float:
    return sum(cpu_seconds(one) for one in family(pid))


def _median(costs: Sequence[Cost]) -> Cost:
    statements = {cost.statements for cost in costs}
    assert len(statements) == 1, f"looks at the same sessions took {statements} statements"
    return Cost(
        median(cost.seconds for cost in costs),
        median(cost.cpu for cost in costs),
        median(cost.postgres_cpu for cost in costs),
        statements.pop(),
    )


@asynccontextmanager
async def media_server(classes: Sequence[RunningClass], folder: Path) -> AsyncIterator[str]:
    """A server, with its URL, that lists the people of these classes; `folder` is made."""
    _write_rooms(folder, classes)
    command = (sys.executable, "-m", "benchmarks.watch.media_server", str(folder))
    process = await asyncio.create_subprocess_exec(*command)
    try:
        yield f"http://127.0.0.1:{await _port(folder)}"
    finally:
        process.terminate()
        await process.wait()


def _write_rooms(folder: Path, classes: Sequence[RunningClass]) -> None:
    folder.mkdir()
    (folder / "rooms.json").write_text(json.dumps(rooms_of(classes)))


async def _port(folder: Path) -> int:
    async with asyncio.timeout(60):
        while True:
            try:
                port = int((folder / "port").read_text())
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except (OSError, ValueError):
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return port


def _report(sizes: Sequence[Size]) -> Report:
    kinds = ("first", "quiet", "busy")
    rows = [
        [f"{size.sessions:,}, {kind}", *_figures(getattr(size, kind), size.sessions)]
        for size in sizes
        for kind in kinds
    ]
    largest = sizes[-1]
    growth = [len({getattr(size, kind).statements for size in sizes}) - 1 for kind in kinds]
    name = f"at {largest.sessions:,} sessions"
    return Report(
        "benchmarks.watch",
        ["sessions, look", "s", "CPU s of the watch", "of Postgres", "CPU us a session", "statements"],
        rows,
        [
            at_most(f"a look {name}", round(largest.quiet.seconds, 2), MOST_SECONDS, " s"),
            at_most("growth of statements with sessions", sum(growth), 0),
            Verdict(f"a look with as many signals {name}", f"{largest.busy.seconds:.2f} s"),
            Verdict(f"core that a look uses {name}", f"{largest.quiet.cpu / largest.quiet.seconds:.2f}"),
        ],
    )


def _figures(cost: Cost, sessions: int) -> list[str]:
    return [
        f"{cost.seconds:.2f}",
        f"{cost.cpu:.2f}",
        f"{cost.postgres_cpu:.2f}",
        f"{1e6 * cost.cpu / sessions:,.0f}",
        str(cost.statements),
    ]


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--looks", type=int, default=LOOKS)
    options = parser.parse_args()
    asyncio.run(measure(options.sessions, options.looks)).show()


if __name__ == "__main__":
    main()
