"""`python -m benchmarks.exceptions`: seconds from a failing recording to its case, and until its owner has the mail.

Among 1, 100 and 1,000 classes that run, one of each of five schools fails, at different moments of the looks; where one
class runs, it fails twice. The worker is a process; its media server and its recorders are simulated. Then
many exceptions are acted on together, and searches for substitutes are simulated.
"""

import argparse
import asyncio
import json
import logging
import math
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlmodel import col, select

from benchmarks.exceptions.bulk import measure_bulk
from benchmarks.exceptions.pool import Search, shares
from benchmarks.exceptions.recorders import KINDS, Failure, Recorders
from benchmarks.report import Report, Verdict, at_most, show_progress
from benchmarks.watch.__main__ import media_server
from benchmarks.watch.classes import RunningClass, begin_classes
from cli.local.mail import project_root
from cli.local.postgres import DURABLE
from cli.local.process import Launch
from cli.local.service import Service
from domain.cases.states import EntryKind
from domain.people.access import AccessRole
from models.access import Member
from models.database import Database
from models.exception_case import CaseEntry, ExceptionCase
from models.migrate import upgrade
from models.notice import Notice
from tests.media_bridge.webhook_signing import KEY, SECRET
from tests.stack import (
    DatabaseUrls,
    Running,
    TestMail,
    TestPostgres,
    TestTemporal,
    start_mail,
    start_postgres,
    start_temporal,
    temporary_folder,
)

SIZES = (1, 100, 1_000)
SCHOOLS = 5
TIMES, TIMES_ALONE = 5, 2  # failures of each kind; where there is only one class
_APART_SECONDS = 0.37  # between two that fail: at other moments of the looks and reports
MOST_SECONDS = 15.0
MINUTES = (1, 2, 5, 10, 15, 30)
_WAIT_SECONDS, _LOOK_SECONDS = 90.0, 0.1
_SEARCHES = 2_000


@dataclass(frozen=True)
class Delays:
    opened: list[float]  # seconds from the cause
    told: list[float]  # until the first mail about the case is sent; of cases that lead an incident


async def measure(sizes: Sequence[int] = SIZES, times: int = TIMES) -> Report:
    with temporary_folder("benchmark", on_disk=True) as folder:
        postgres, temporal = start_postgres(folder, DURABLE), start_temporal(folder)
        mail = start_mail(folder)
        try:
            measured = {size: await _measure(size, times, postgres, temporal, mail, folder) for size in sizes}
            urls = postgres.create_database()
            upgrade(urls.owner)
            in_bulk = await measure_bulk(urls)
        finally:
            mail.running.stop()
            temporal.running.stop()
            postgres.running.stop()
    return _report(measured, in_bulk)


async def _measure(
    count: int, times: int, postgres: TestPostgres, temporal: TestTemporal, mail: TestMail, folder: Path
) -> dict[Failure, Delays]:
    urls = postgres.create_database()
    upgrade(urls.owner)
    own_folder = folder / f"size-{count}"
    own_folder.mkdir()
    show_progress(f"{count} classes begin")
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(aclosing(Database(urls.application)))
        classes = await begin_classes(database, count, min(SCHOOLS, count))
        await _hire(database, classes)
        recorders = Recorders(database, classes)
        await recorders.begin()
        reporting = asyncio.create_task(recorders.report_regularly())
        stack.callback(reporting.cancel)
        url = await stack.enter_async_context(media_server(classes, own_folder / "rooms"))
        await stack.enter_async_context(_worker(urls, temporal, mail, url, own_folder))
        await asyncio.sleep(10)  # the first look of the watch signals every workflow
        found = {}
        for how in Failure:
            show_progress(f"{count} classes: {how}")
            found[how] = await _fail(database, recorders, classes, how, times)
    return found


async def _hire(database: Database, classes: Sequence[RunningClass]) -> None:
    """Somebody of ops in each organization, who is told."""
    for organization_id in {one.organization_id for one in classes}:
        async with database.tenant(organization_id) as db:
            db.add(
                Member(
                    id=uuid4(),
                    organization_id=organization_id,
                    name="Olu",
                    email=f"olu@{organization_id}.example",
                    role=AccessRole.OPS,
                    created_at=datetime.now(UTC),
                )
            )


async def _fail(
    database: Database, recorders: Recorders, classes: Sequence[RunningClass], how: Failure, times: int
) -> Delays:
    """Classes of different schools at about the same time: each school has its own incidents, and is told of them."""
    own = list({one.organization_id: one for one in classes}.values())[:times]
    times = times if len(own) > 1 else min(times, TIMES_ALONE)
    delays = Delays([], [])
    for first in range(0, times, len(own)):
        failing = own[: times - first]
        waits = [_APART_SECONDS * (first + number) for number in range(len(failing))]
        await asyncio.gather(
            *(
                _fail_one(database, recorders, one, how, wait, delays)
                for one, wait in zip(failing, waits, strict=True)
            )
        )
    return delays


async def _fail_one(
    database: Database, recorders: Recorders, one: RunningClass, how: Failure, wait: float, delays: Delays
) -> None:
    await asyncio.sleep(wait)
    at = await recorders.fail(one, how)
    case, opened_at = await _case(database, one, how, at)
    delays.opened.append((opened_at - at).total_seconds())
    if (sent_at := await _told(database, case, at)) is not None:
        delays.told.append((sent_at - at).total_seconds())
    await recorders.heal(one, how)
    await _resolved(database, case)


async def _case(
    database: Database, one: RunningClass, how: Failure, at: datetime
) -> tuple[ExceptionCase, datetime]:
    """The case of a failure, and when it was opened, for the first time or again."""
    query = (
        select(ExceptionCase, CaseEntry.happened_at)
        .join(CaseEntry, col(CaseEntry.case_id) == col(ExceptionCase.id))
        .where(
            col(ExceptionCase.session_id) == one.session_id,
            col(ExceptionCase.kind) == KINDS[how],
            col(ExceptionCase.resolved_at).is_(None),
            col(CaseEntry.kind).in_((EntryKind.OPENED, EntryKind.REOPENED)),
            col(CaseEntry.happened_at) >= at - timedelta(seconds=1),
        )
        .order_by(col(CaseEntry.happened_at).desc())  # it may have been opened for the failure before
    )
    async with asyncio.timeout(_WAIT_SECONDS):
        while True:
            async with database.tenant(one.organization_id) as db:
                if found := (await db.execute(query)).first():
                    db.expunge_all()
                    return found[0], found[1]
            await asyncio.sleep(_LOOK_SECONDS)


async def _told(database: Database, case: ExceptionCase, at: datetime) -> datetime | None:
    """When the first mail about the case was sent since then; None: its incident has been told of."""
    async with asyncio.timeout(_WAIT_SECONDS):
        while True:
            async with database.tenant(case.organization_id) as db:
                now = (await db.scalars(select(ExceptionCase).where(col(ExceptionCase.id) == case.id))).one()
                level = now.level
                query = select(Notice).where(
                    col(Notice.key).contains(str(case.id)), col(Notice.created_at) >= at
                )
                rows = list(await db.scalars(query))
            if level and not rows:
                return None
            if sent := [row.sent_at for row in rows if row.sent_at]:
                return min(sent)
            await asyncio.sleep(_LOOK_SECONDS)


async def _resolved(database: Database, case: ExceptionCase) -> None:
    async with asyncio.timeout(_WAIT_SECONDS):
        while True:
            async with database.tenant(case.organization_id) as db:
                query = select(ExceptionCase).where(col(ExceptionCase.id) == case.id)
                if (await db.scalars(query)).one().resolved_at is not None:
                    return
            await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def _worker(
    urls: DatabaseUrls, temporal: TestTemporal, mail: TestMail, livekit_url: str, folder: Path
) -> AsyncIterator[None]:
    ready = folder / "ready"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HOMEROOM_")} | {
        "HOMEROOM_ADMIN_TOKEN": "unused",
        "HOMEROOM_LINK_SECRETS": json.dumps([SECRET]),
        "HOMEROOM_DATABASE_URL": urls.application,
        "HOMEROOM_TEMPORAL_ADDRESS": temporal.address,
        "HOMEROOM_TEMPORAL_NAMESPACE": temporal.namespace,
        "HOMEROOM_LIVEKIT_URL": livekit_url,
        "HOMEROOM_LIVEKIT_API_KEY": KEY,
        "HOMEROOM_LIVEKIT_API_SECRET": SECRET,
        "HOMEROOM_SMTP_URL": mail.smtp_url,
        "HOMEROOM_OBJECT_STORE_URL": "memory:///",
    }
    argv = [sys.executable, "-m", "worker", "--queue", "sessions", "--queue", "notices"]
    argv += ["--ready-file", str(ready)]
    service = Service(
        "worker",
        lambda: Launch(argv, environ, project_root()),
        healthy=lambda _: ready.exists(),
        start_seconds=60,
    )
    running = await asyncio.to_thread(Running, service, folder / "worker.log")
    try:
        yield
    finally:
        running.kill()


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def _report(measured: dict[int, dict[Failure, Delays]], in_bulk: Sequence[Verdict]) -> Report:
    rows, verdicts = [], list[Verdict]()
    for size, ways in measured.items():
        for how, delays in ways.items():
            figures = [
                f"{percentile(values, share):.1f}" if values else ""
                for values in (delays.opened, delays.told)
                for share in (0.5, 0.99)
            ]
            rows.append([f"{size:,}, {how}", *figures])
        name = f"at {size:,} running sessions"
        for what, values in (
            ("case open", [one for delays in ways.values() for one in delays.opened]),
            ("owner told", [one for delays in ways.values() for one in delays.told]),
        ):
            verdicts.append(Verdict(f"{what}, p50 {name}", f"{percentile(values, 0.5):.1f} s"))
            verdicts.append(
                at_most(f"{what}, p99 {name}", round(percentile(values, 0.99), 1), MOST_SECONDS, " s")
            )
    verdicts += [*in_bulk, *_substitutes()]
    columns = ["sessions, failure", "case open p50 s", "p99 s", "owner told p50 s", "p99 s"]
    return Report("benchmarks.exceptions", columns, rows, verdicts)


def _substitutes() -> list[Verdict]:
    """Of instructors who are missed five minutes after the start, and of those who say so two hours ahead."""
    found = []
    for name, ahead in (("missed 5 min after the start", -5), ("reported 2 h ahead", 120)):
        for pool in (4, 12):
            searches = [Search(timedelta(minutes=ahead), pool)] * _SEARCHES
            by_minute = shares(searches, MINUTES)
            told = ", ".join(
                f"{share:.0%} by {minute} min" for share, minute in zip(by_minute, MINUTES, strict=True)
            )
            found.append(Verdict(f"classes with an accepted substitute, {name}, pool of {pool}", told))
    return found


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--times", type=int, default=TIMES)
    options = parser.parse_args()
    asyncio.run(measure(options.sessions, options.times)).show()


if __name__ == "__main__":
    main()
