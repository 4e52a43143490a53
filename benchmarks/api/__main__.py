"""`python -m benchmarks.api`: reads and bookings over HTTP, in turns with reads from bare psycopg routes."""

import argparse
import asyncio
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from benchmarks.api.load import get_all
from benchmarks.api.servers import Server, serving
from benchmarks.report import Report, Verdict, at_least, counting, show_progress
from benchmarks.usage import cpu_seconds
from cli.local.postgres import DURABLE
from config.settings import Settings
from models.migrate import upgrade
from tests.stack import DatabaseUrls, start_postgres, start_temporal, temporary_folder
from wiring.workers import running_workers
from workflows.queues import Queue

LEAST_RATIO, LEAST_OF_ONE_ROW = 0.6, 0.65
RUNS = 3  # groups of rounds; the median of their ratios counts
ROUNDS, REQUESTS, AT_ONCE = 9, 600, 8
GUARDIANS, BOOKINGS = 500, 40
ADMIN, SECRET = "the-operator's-token", "a-secret-of-thirty-two-characters-or-more"


@dataclass
class Series:
    """The measurements of one read on one server, a value for each round."""

    per_second: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # seconds of the server for one request
    size: float = 0.0

    @property
    def used(self) -> float:
        """The share of a core that the server used during the reads."""
        return median(one * cpu for one, cpu in zip(self.per_second, self.cpu, strict=True))

    def row(self, name: str) -> list[str]:
        cpu, used = f"{1e6 * median(self.cpu):.0f}", f"{self.used:.2f}"
        return [name, f"{median(self.per_second):,.0f}", cpu, used, f"{self.size:,.0f}"]


async def measure(rounds: int = ROUNDS, requests: int = REQUESTS, bookings: int = BOOKINGS) -> Report:
    with temporary_folder("benchmark", on_disk=True) as folder:
        postgres = start_postgres(folder, DURABLE)
        temporal = start_temporal(folder)
        try:
            urls = postgres.create_database()
            upgrade(urls.owner)
            settings = _settings(urls, folder, temporal.address, temporal.namespace)
            app = serving("server:create_app", _environment(settings), "--factory")
            peer = serving("benchmarks.api.bare:app", _environment(settings))
            async with running_workers((Queue.SESSIONS, Queue.NOTICES), settings):
                with app as api, peer as bare:
                    return await _measure(api, bare, rounds, requests, bookings)
        finally:
            temporal.running.stop()
            postgres.running.stop()


def _settings(urls: DatabaseUrls, folder: Path, temporal: str, namespace: str) -> Settings:
    return Settings.model_validate(
        {
            "region": "benchmark",
            "admin_token": ADMIN,
            "link_secrets": [SECRET],
            "database_url": urls.application,
            "livekit_api_secret": SECRET,
            "livekit_url": "http://127.0.0.1:1",
            "smtp_url": "smtp://127.0.0.1:1",
            "object_store_url": f"file://{folder}",
            "temporal_address": temporal,
            "temporal_namespace": namespace,
            "rate_limit": "100000000/minute",
        }
    )


def _environment(settings: Settings) -> dict[str, str]:
    environment = {
        f"HOMEROOM_{name}".upper(): value if isinstance(value, str) else json.dumps(value)
        for name, value in json.loads(settings.model_dump_json(exclude_none=True)).items()
    }
    return environment | {
        "HOMEROOM_DATABASE_URL": settings.database_url.get_secret_value(),
        "HOMEROOM_ADMIN_TOKEN": ADMIN,
        "HOMEROOM_LINK_SECRETS": json.dumps([SECRET]),
        "HOMEROOM_LIVEKIT_API_SECRET": SECRET,
        "HOMEROOM_SMTP_URL": settings.smtp_url.get_secret_value(),
    }


async def _measure(api: Server, bare: Server, rounds: int, requests: int, bookings: int) -> Report:
    school = await _school(api)
    paths = {
        "one row": itertools.cycle([f"/v1/guardians/{key}" for key in school["guardians"]]),
        "list of 50": itertools.cycle(["/v1/guardians?limit=50"]),
        "change feed, 50": itertools.cycle(["/v1/events?limit=50"]),
    }
    series_by_read = {name: (Series(), Series()) for name in paths}
    count = counting("rounds")
    for number in range(1, rounds + 1):
        for name, paths_of_read in paths.items():
            for series, server in zip(series_by_read[name], (api, bare), strict=True):
                await _time(series, server, paths_of_read, school["key"], requests)
        count(number, rounds)
    show_progress("bookings")
    return _report(series_by_read, await _book(api, school, bookings))


async def _time(series: Series, server: Server, paths: Iterator[str], key: str, requests: int) -> None:
    before = cpu_seconds(server.pid)
    responses = await get_all(server.url, paths, key, requests, AT_ONCE)
    series.per_second.append(responses.per_second)
    series.cpu.append((cpu_seconds(server.pid) - before) / requests)
    series.size = responses.bytes_each


async def _school(api: Server) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=api.url, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {ADMIN}"
        key = (await _post(client, "/v1/organizations", {"name": "Harbour"}))["api_key"]
        client.headers["Authorization"] = f"Bearer {key}"
        guardians = [
            (await _post(client, "/v1/guardians", {"name": f"Guardian {n}", "email": f"g{n}@f.example"}))[
                "id"
            ]
            for n in range(GUARDIANS)
        ]
        person = {"name": "Ada Okafor", "email": "ada@harbour.example"}
        instructor = await _post(client, "/v1/instructors", person)
        student = await _post(client, "/v1/students", {"name": "Noor", "guardian_ids": guardians[:1]})
        course = await _post(client, "/v1/courses", {"title": "Mathematics", "subject": "Mathematics"})
    return {
        "key": key,
        "guardians": guardians,
        "booking": {
            "course_id": course["id"],
            "instructor_id": instructor["id"],
            "student_ids": [student["id"]],
        },
    }


async def _post(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> Any:
    answer = await client.post(path, json=body)
    answer.raise_for_status()
    return answer.json()


async def _book(api: Server, school: dict[str, Any], bookings: int) -> list[float]:
    """The seconds that each booking took: a row, a workflow and the response."""
    durations = []
    first = datetime.now(UTC) + timedelta(days=2)
    async with httpx.AsyncClient(base_url=api.url, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {school['key']}"
        for number in range(bookings):
            start = first + timedelta(hours=number)
            times = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(minutes=50)).isoformat()}
            started = time.monotonic()
            await _post(client, "/v1/sessions", school["booking"] | times)
            durations.append(time.monotonic() - started)
    return durations


def _report(series_by_read: dict[str, tuple[Series, Series]], booked: list[float]) -> Report:
    rows = [
        series.row(f"{name}, {who}")
        for name, pair in series_by_read.items()
        for who, series in zip(("API", "bare"), pair, strict=True)
    ]
    cuts = [1000 * cut for cut in quantiles(booked, n=100)]
    verdicts = [verdict for name, pair in series_by_read.items() for verdict in _verdicts(name, *pair)]
    return Report(
        "benchmarks.api",
        ["", "requests/s", "CPU us of the server", "of a core", "bytes"],
        rows,
        [
            *verdicts,
            Verdict("booking, one after the other, p50", f"{cuts[49]:.0f} ms"),
            Verdict("booking, p95", f"{cuts[94]:.0f} ms"),
        ],
    )


def _verdicts(name: str, api: Series, bare: Series) -> Iterator[Verdict]:
    aim = LEAST_OF_ONE_ROW if name == "one row" else LEAST_RATIO
    runs = _ratios_of_runs(api, bare)
    yield at_least(
        f"{name}: API / bare, median of {len(runs)} runs at {api.used:.2f} of a core", median(runs), aim
    )
    yield Verdict(f"{name}: of the runs", ", ".join(f"{ratio:.2f}" for ratio in runs))
    yield Verdict(f"{name}: CPU", f"{1e6 * median(api.cpu):.0f} us, bare {1e6 * median(bare.cpu):.0f} us")


def _ratios_of_runs(api: Series, bare: Series) -> list[float]:
    """The ratio of each run; a run is a third of the rounds, in which both servers took turns."""
    ratios = [one / other for one, other in zip(api.per_second, bare.per_second, strict=True)]
    length = max(1, len(ratios) // RUNS)
    return [
        median(ratios[at : at + length]) for at in range(0, length * RUNS, length) if ratios[at : at + length]
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each kind in a round")
    options = parser.parse_args()
    asyncio.run(measure(options.rounds, options.requests)).show()


if __name__ == "__main__":
    main()
