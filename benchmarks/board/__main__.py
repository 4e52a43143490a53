"""`python -m benchmarks.board`: the delay from LiveKit's webhook to the changed row in the page."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from benchmarks.board.browser import Board, open_board
from benchmarks.board.delays import Sent, delays, percentile
from benchmarks.board.sender import Plan
from benchmarks.report import Report, Verdict, at_most, tell
from benchmarks.usage import cpu_seconds, family
from cli.local.homeroom import api_service
from cli.local.ports import free_ports
from cli.local.postgres import DURABLE
from models.database import Database
from models.migrate import upgrade
from signing.links import DeskLink, LinkSigner
from tests.api.running import RunningClass, RunningSchool, open_school, start_classes
from tests.media_bridge.webhook_signing import KEY, SECRET
from tests.stack import DatabaseUrls, Running, TestPostgres, start_postgres, temporary_folder

AIM = 250  # milliseconds, p99
SESSIONS, PER_SECOND, SECONDS, WARM_UP = 2_000, 1_000, 20, 6
QUIET_PER_SECOND = 50
LINK_SECRET = "a-secret-of-thirty-two-characters-or-more"


@dataclass(frozen=True)
class Stand:
    """All that takes part."""

    port: int
    api: Running
    postgres: TestPostgres
    school: RunningSchool
    classes: Sequence[RunningClass]

    def cpu(self, board_pid: int) -> dict[str, float]:
        parts = {"API": self.api.pid, "Postgres": self.postgres.running.pid, "Chromium": board_pid}
        return {name: sum(map(cpu_seconds, family(pid))) for name, pid in parts.items()}


@dataclass(frozen=True)
class Run:
    name: str
    per_second: float
    delays: Sequence[float]  # seconds
    frames: Sequence[float]  # milliseconds
    cpu: dict[str, float]  # of a core, in percent

    def at(self, share: float) -> float:
        return 1000 * percentile(self.delays, share)

    def row(self) -> list[str]:
        shares = (f"{self.at(share):,.0f}" for share in (0.5, 0.9, 0.99, 1))
        used = (f"{100 * self.cpu[name]:.0f}" for name in ("API", "Postgres", "Chromium"))
        return [self.name, f"{self.per_second:,.0f}", *shares, f"{percentile(self.frames, 0.99):.0f}", *used]


async def measure(seconds: int = SECONDS) -> Report:
    with temporary_folder("benchmark", on_disk=True) as folder:
        server = start_postgres(folder, DURABLE)
        try:
            urls = server.create_database()
            upgrade(urls.owner)
            async with _stand(server, urls, folder) as stand:
                return await _measure(stand, seconds)
        finally:
            server.running.stop()


@asynccontextmanager
async def _stand(server: TestPostgres, urls: DatabaseUrls, folder: Path) -> AsyncIterator[Stand]:
    tell(f"{SESSIONS} classes")
    database = Database(urls.application)
    school = await open_school(database)
    classes = await start_classes(database, school, [f"Class {number}" for number in range(SESSIONS)])
    await database.aclose()
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        connection.execute("analyze")  # as the server does by itself within a minute
    port = free_ports("api")["api"]
    api = Running(api_service(_environment(urls, folder, port), port), folder / "api.log")
    try:
        yield Stand(port, api, server, school, classes)
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


async def _measure(stand: Stand, seconds: int) -> Report:
    links = LinkSigner([LINK_SECRET], f"http://127.0.0.1:{stand.port}")
    url = links.desk_url(DeskLink(stand.school.id), datetime.now(UTC) + timedelta(hours=1))
    async with open_board(url, SESSIONS) as board:
        rounds = 0
        warm_up = _count(WARM_UP * PER_SECOND)
        await _run(stand, board, "warm up", PER_SECOND, warm_up, rounds)
        rounds += warm_up // SESSIONS
        full = _count(seconds * PER_SECOND)
        loaded = await _run(stand, board, "all classes at once", PER_SECOND, full, rounds)
        rounds += full // SESSIONS
        quiet = await _run(stand, board, "few at a time", QUIET_PER_SECOND, SESSIONS // 4, rounds)
    return _report(loaded, quiet)


def _count(events: int) -> int:
    """Whole rounds, in which each class has one event; an even number, so that everybody has come and gone."""
    return -(-events // (2 * SESSIONS)) * 2 * SESSIONS


async def _run(stand: Stand, board: Board, name: str, per_second: int, count: int, rounds: int) -> Run:
    tell(f"{name}: {count} events, {per_second} per second")
    people = [(str(one.id), str(one.students[0])) for one in stand.classes]
    plan = Plan(stand.port, per_second, count, people, rounds)
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
        before = stand.cpu(board.pid)
        sender.stdin.write(b"go\n")
        due = json.loads(await sender.stdout.readline())
        after = stand.cpu(board.pid)
        await asyncio.sleep(2)  # what is on its way arrives, or counts as not seen
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


def _report(loaded: Run, quiet: Run) -> Report:
    columns = [
        "",
        "events/s",
        "p50 ms",
        "p90",
        "p99",
        "most",
        "frames p99 ms",
        "CPU % of API",
        "Postgres",
        "Chromium",
    ]
    p99 = loaded.at(0.99)
    unseen = sum(delay == float("inf") for delay in loaded.delays)
    return Report(
        "benchmarks.board",
        columns,
        [loaded.row(), quiet.row()],
        [
            at_most(f"p99 of {SESSIONS:,} sessions", round(p99, 0), AIM, " ms"),
            Verdict(f"p99 / {AIM} ms", f"{p99 / AIM:.2f}"),
            Verdict("p50", f"{loaded.at(0.5):.0f} ms"),
            Verdict(
                "events that the row did not show before the next", f"{unseen} of {len(loaded.delays):,}"
            ),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    asyncio.run(measure(parser.parse_args().seconds)).show()


if __name__ == "__main__":
    main()
