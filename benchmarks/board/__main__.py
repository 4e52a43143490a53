"""`python -m benchmarks.board`: the delay from LiveKit's webhook to the changed row in the page."""

import argparse
import asyncio
import itertools
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
from uuid_utils.compat import uuid7

from benchmarks.api.load import get_all
from benchmarks.api.servers import serving
from benchmarks.board.browser import Board, open_board
from benchmarks.board.delays import Sent, delays, percentile
from benchmarks.board.sender import Plan
from benchmarks.report import Report, Verdict, at_most, show_progress
from benchmarks.usage import cpu_seconds, family
from cli.local.homeroom import api_service, webhooks_service
from cli.local.ports import free_ports
from cli.local.postgres import DURABLE
from models.database import Database
from models.migrate import upgrade
from services.inputs.people import NewGuardian
from services.resources.catalogue import GUARDIANS
from signing.links import ConsoleLink, LinkSigner
from tests.api.running import RunningClass, RunningSchool, open_school, start_classes
from tests.media_bridge.webhook_signing import KEY, SECRET
from tests.stack import DatabaseUrls, Running, TestPostgres, start_postgres, temporary_folder

AIM = 250  # milliseconds, p99
CPU_AIM = 450 / 650  # of an event, from the socket to the board's message; the unit is a bare read of one row
SESSIONS, PER_SECOND, SECONDS, WARM_UP = 2_000, 1_000, 20, 6
QUIET_PER_SECOND, TWICE = 50, 2_000
REFERENCE = 650  # CPU microseconds of a bare read on the machine that the latency aim of two processes is for
READS = 2_000
LINK_SECRET = "a-secret-of-thirty-two-characters-or-more"


@dataclass(frozen=True)
class Setup:
    """The processes and the data of the benchmark."""

    port: int  # of the API, which answers webhooks as well
    webhooks_port: int
    api: Running
    webhooks: Running  # the process for webhooks alone
    postgres: TestPostgres
    school: RunningSchool
    classes: Sequence[RunningClass]

    def cpu(self, board_pid: int) -> dict[str, float]:
        """CPU seconds so far, by part."""
        parts = {
            "API": self.api.pid,
            "webhooks": self.webhooks.pid,
            "Postgres": self.postgres.running.pid,
            "Chromium": board_pid,
        }
        return {name: sum(map(cpu_seconds, family(pid))) for name, pid in parts.items()}


@dataclass(frozen=True)
class Run:
    name: str
    per_second: float
    delays: Sequence[float]  # seconds
    frames: Sequence[float]  # milliseconds
    cpu: dict[str, float]  # shares of a core

    def at(self, share: float) -> float:
        return 1000 * percentile(self.delays, share)

    @property
    def cpu_of_event(self) -> float:
        """CPU microseconds of all API processes for one event."""
        return 1e6 * (self.cpu["API"] + self.cpu["webhooks"]) / self.per_second

    @property
    def used(self) -> str:
        """The share of a core of each API process that took part."""
        shares = (self.cpu[name] for name in ("API", "webhooks"))
        return " and ".join(f"{share:.2f}" for share in shares if share > 0.01)

    def row(self) -> list[str]:
        shares = (f"{self.at(share):,.0f}" for share in (0.5, 0.9, 0.99, 1))
        used = (f"{100 * self.cpu[name]:.0f}" for name in ("API", "webhooks", "Postgres", "Chromium"))
        frames = f"{percentile(self.frames, 0.99):.0f}"
        return [self.name, f"{self.per_second:,.0f}", *shares, frames, *used, f"{self.cpu_of_event:.0f}"]


async def measure(seconds: int = SECONDS) -> Report:
    with temporary_folder("benchmark", on_disk=True) as folder:
        server = start_postgres(folder, DURABLE)
        try:
            urls = server.create_database()
            upgrade(urls.owner)
            async with _setup(server, urls, folder) as setup:
                return await _measure(setup, urls, seconds)
        finally:
            server.running.stop()


@asynccontextmanager
async def _setup(server: TestPostgres, urls: DatabaseUrls, folder: Path) -> AsyncIterator[Setup]:
    show_progress(f"{SESSIONS} classes")
    database = Database(urls.application)
    school = await open_school(database)
    classes = await start_classes(database, school, [f"Class {number}" for number in range(SESSIONS)])
    await database.aclose()
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        connection.execute("analyze")  # as the server does by itself within a minute
    ports = free_ports("api", "webhooks")
    environ = _environment(urls, folder, ports["api"])
    api = Running(api_service(environ, ports["api"]), folder / "api.log")
    try:
        webhooks = Running(webhooks_service(environ, ports["webhooks"]), folder / "webhooks.log")
        try:
            yield Setup(ports["api"], ports["webhooks"], api, webhooks, server, school, classes)
        finally:
            webhooks.stop()
    finally:
        api.stop()


def _environment(urls: DatabaseUrls, folder: Path, port: int) -> dict[str, str]:
    return {
        "HOMEROOM_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HOMEROOM_ADMIN_TOKEN": "not used",
        "HOMEROOM_LINK_SECRETS": json.dumps([LINK_SECRET]),
        "HOMEROOM_DATABASE_URL": urls.application,
        "HOMEROOM_LIVEKIT_API_KEY": KEY,
        "HOMEROOM_LIVEKIT_API_SECRET": SECRET,
        "HOMEROOM_OBJECT_STORE_URL": f"file://{folder}",
        "HOMEROOM_TEMPORAL_ADDRESS": "127.0.0.1:1",
        "HOMEROOM_LOG_LEVEL": "WARNING",
    }


async def _measure(setup: Setup, urls: DatabaseUrls, seconds: int) -> Report:
    show_progress("a bare read of one row")
    unit = await _bare_read(urls, setup.school)
    links = LinkSigner([LINK_SECRET], f"http://127.0.0.1:{setup.port}")
    now = datetime.now(UTC)
    url = links.console_url(ConsoleLink(setup.school.id, uuid4(), now), now + timedelta(hours=1))
    async with open_board(url, SESSIONS) as board:
        rounds = 0

        async def run(name: str, port: int, per_second: int, events: int) -> Run:
            nonlocal rounds
            result = await _run(setup, board, name, port, per_second, events, rounds)
            rounds += events // SESSIONS
            return result

        await run("warm up", setup.port, PER_SECOND, _count(WARM_UP * PER_SECOND))
        loaded = await run("one process", setup.port, PER_SECOND, _count(seconds * PER_SECOND))
        twice = await run("two processes", setup.webhooks_port, TWICE, _count(seconds * TWICE))
        scaled = min(TWICE, round(TWICE * REFERENCE / unit))
        share = await run("two, same load", setup.webhooks_port, scaled, _count(seconds * scaled))
        quiet = await run("few at a time", setup.port, QUIET_PER_SECOND, SESSIONS // 4)
    return _report(loaded, twice, share, quiet, unit)


async def _bare_read(urls: DatabaseUrls, school: RunningSchool) -> float:
    """CPU microseconds of a one-row read with psycopg on this machine, as in `benchmarks.api`."""
    database = Database(urls.application)
    async with database.tenant(school.id) as db:
        guardian = NewGuardian(name="Samira Haddad", email="samira@family.example")
        row = await GUARDIANS.create(db, school.id, uuid7(), guardian, datetime.now(UTC))
    await database.aclose()
    paths = itertools.repeat(f"/v1/guardians/{row.id}")
    with serving("benchmarks.api.bare:app", {"HOMEROOM_DATABASE_URL": urls.application}) as bare:
        await get_all(bare.url, paths, school.key, READS // 4, 8)
        before = cpu_seconds(bare.pid)
        await get_all(bare.url, paths, school.key, READS, 8)
        return 1e6 * (cpu_seconds(bare.pid) - before) / READS


def _count(events: int) -> int:
    """The events of an even number of rounds. In a round each class has one event: somebody joins, or leaves again."""
    return -(-events // (2 * SESSIONS)) * 2 * SESSIONS


async def _run(
    setup: Setup, board: Board, name: str, port: int, per_second: int, count: int, rounds: int
) -> Run:
    show_progress(f"{name}: {count} events, {per_second} per second")
    people = [(str(one.id), str(one.students[0])) for one in setup.classes]
    plan = Plan(port, per_second, count, people, rounds)
    sender = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.board.sender"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**26,
    )
    assert sender.stdin is not None
    assert sender.stdout is not None
    try:
        sender.stdin.write(json.dumps(asdict(plan)).encode() + b"\n")
        assert await sender.stdout.readline() == b"ready\n"
        await board.forget()
        before = setup.cpu(board.pid)
        sender.stdin.write(b"go\n")
        due = json.loads(await sender.stdout.readline())
        after = setup.cpu(board.pid)
        await asyncio.sleep(2)  # events under way arrive, or count as not seen
    finally:
        if sender.returncode is None:
            sender.kill()
        await sender.wait()
    sent = [
        Sent(people[number % SESSIONS][0], at, f"{(rounds + number // SESSIONS + 1) % 2} of 3")
        for number, at in enumerate(due)
    ]
    took = due[-1] - due[0]
    return Run(
        name,
        count / took,
        delays(sent, await board.seen()),
        await board.frames(),
        {part: (after[part] - before[part]) / took for part in after},
    )


def _report(loaded: Run, twice: Run, scaled: Run, quiet: Run, unit: float) -> Report:
    """Reports the runs; `scaled` loads this machine as `twice` does one on which a bare read costs REFERENCE."""
    columns = [
        *("", "events/s", "p50 ms", "p90", "p99", "most", "frames p99 ms"),
        *("CPU % of API", "webhooks", "Postgres", "Chromium", "API CPU us per event"),
    ]
    share = round(loaded.cpu_of_event / unit, 2)
    return Report(
        "benchmarks.board",
        columns,
        [run.row() for run in (loaded, twice, scaled, quiet)],
        [
            *(_p99(run) for run in (loaded, twice, scaled)),
            at_most("API CPU per event / CPU of a bare read of one row", share, round(CPU_AIM, 2)),
            Verdict("API CPU per event", f"{loaded.cpu_of_event:.0f} us"),
            Verdict("API CPU per event, two processes", f"{twice.cpu_of_event:.0f} us"),
            Verdict("CPU of a bare read of one row", f"{unit:.0f} us"),
            *(_unseen(run) for run in (loaded, twice, scaled)),
        ],
    )


def _p99(run: Run) -> Verdict:
    what = (
        f"p99 of {SESSIONS:,} sessions at {run.per_second:,.0f} events/s, {run.name} at {run.used} of a core"
    )
    return at_most(what, round(run.at(0.99), 0), AIM, " ms")


def _unseen(run: Run) -> Verdict:
    unseen = sum(delay == float("inf") for delay in run.delays)
    what = f"events that the row did not show before the next, {run.name}"
    return Verdict(what, f"{unseen} of {len(run.delays):,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    asyncio.run(measure(parser.parse_args().seconds)).show()


if __name__ == "__main__":
    main()
