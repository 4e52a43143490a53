"""`python -m benchmarks.ingest`: the recording path of the API and bare inserts, in turns into one durable Postgres."""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import TypeVar
from uuid import UUID

import httpx
from livekit.protocol.webhook import WebhookEvent

from api.live.event_recorder import EventRecorder
from api.live.session_tenants import SessionTenants
from benchmarks.ingest import bare
from benchmarks.ingest.api import api_client
from benchmarks.ingest.webhooks import Webhook, recorded, signed, webhook_events
from benchmarks.report import Report, Verdict, at_least, counting
from cli.local.postgres import DURABLE
from models.database import Database
from models.migrate import upgrade
from tests.api.classes import make_classes
from tests.stack import DatabaseUrls, start_postgres, temporary_folder

LEAST_RATIO = 0.7
ROUNDS, EVENTS, HTTP_EVENTS = 7, 10_000, 1_000
ORGANIZATIONS, SESSIONS_EACH = 4, 8
AT_ONCE, HTTP_AT_ONCE = 1_000, 50  # events that wait for their commit at the same time
T = TypeVar("T")


@dataclass
class Series:
    """The measurements of one path into the table, a value for each round."""

    name: str
    per_second: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # seconds of this process for one event

    async def time(self, events: int, work: Awaitable[object]) -> None:
        started = time.monotonic(), time.process_time()
        await work
        self.per_second.append(events / (time.monotonic() - started[0]))
        self.cpu.append((time.process_time() - started[1]) / events)

    def row(self) -> list[str]:
        return [self.name, f"{median(self.per_second):,.0f}", f"{1e6 * mean(self.cpu):.0f}"]


async def measure(rounds: int = ROUNDS, events: int = EVENTS) -> Report:
    with temporary_folder("benchmark", on_disk=True) as folder:
        server = start_postgres(folder, DURABLE)
        try:
            urls = server.create_database()
            upgrade(urls.owner)
            return await _measure(urls, folder, rounds, events)
        finally:
            server.running.stop()


async def _measure(urls: DatabaseUrls, folder: Path, rounds: int, events: int) -> Report:
    database = Database(urls.application)
    recorder = EventRecorder(database, SessionTenants(database))
    path, http, limit = (
        Series("recording path"),
        Series("the same by HTTP, in process"),
        Series("bare inserts"),
    )
    try:
        tenants = await make_classes(database, ORGANIZATIONS, SESSIONS_EACH)
        source = webhook_events(list(tenants))
        count = counting("rounds")
        async with api_client(urls.application, folder) as client:
            for number in range(1, rounds + 1):
                await _time_path(path, recorder, source, events)
                await _time_bare(limit, urls.owner, source, tenants, events)
                await _time_http(http, client, source)
                count(number, rounds)
        bare.check_rows(urls.owner, rounds * (2 * events + HTTP_EVENTS))
    finally:
        await recorder.aclose()
        await database.aclose()
    return _report(path, http, limit)


async def _time_path(
    series: Series, recorder: EventRecorder, source: Iterator[WebhookEvent], events: int
) -> None:
    await series.time(events, _at_once(AT_ONCE, recorder.record, recorded(source, events)))


async def _time_bare(
    series: Series, owner_url: str, source: Iterator[WebhookEvent], tenants: dict[UUID, UUID], events: int
) -> None:
    rows = bare.as_rows(recorded(source, events), tenants)
    await series.time(events, asyncio.to_thread(bare.insert, owner_url, rows))


async def _time_http(series: Series, client: httpx.AsyncClient, source: Iterator[WebhookEvent]) -> None:
    async def post(webhook: Webhook) -> None:
        headers = {"Authorization": webhook.authorization, "Content-Type": "application/webhook+json"}
        response = await client.post("/v1/livekit/webhooks", content=webhook.body, headers=headers)
        response.raise_for_status()

    await series.time(HTTP_EVENTS, _at_once(HTTP_AT_ONCE, post, signed(source, HTTP_EVENTS)))


async def _at_once(workers: int, take: Callable[[T], Awaitable[None]], items: Iterable[T]) -> None:
    """Work on the items with so many workers; each takes the next item when it is done with one."""
    waiting = iter(items)

    async def worker() -> None:
        for item in waiting:
            await take(item)

    await asyncio.gather(*(worker() for _ in range(workers)))


def _report(path: Series, http: Series, limit: Series) -> Report:
    ratios = _ratios(path, limit)
    return Report(
        "benchmarks.ingest",
        ["", "events/s", "CPU us of the client"],
        [series.row() for series in (path, limit, http)],
        [
            at_least("recording path / bare inserts", median(ratios), LEAST_RATIO),
            Verdict("of the rounds", ", ".join(f"{ratio:.2f}" for ratio in sorted(ratios))),
            Verdict("by HTTP / bare inserts", f"{median(_ratios(http, limit)):.2f}"),
        ],
    )


def _ratios(series: Series, limit: Series) -> Sequence[float]:
    return [one / other for one, other in zip(series.per_second, limit.per_second, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--events", type=int, default=EVENTS, help="of each round, but for HTTP")
    options = parser.parse_args()
    asyncio.run(measure(options.rounds, options.events)).show()


if __name__ == "__main__":
    main()
