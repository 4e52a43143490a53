"""`python -m benchmarks.lists`: every filter and sort of every list, in a small and in a large school."""

import argparse
import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import uuid4

import httpx
import psycopg

from benchmarks.board.delays import percentile
from benchmarks.lists.cases import Case, api_cases, page_cases
from benchmarks.lists.plans import Plans, log_plans
from benchmarks.lists.school import PEOPLE_PER_CLASS, Size, fill
from benchmarks.report import Report, Verdict, at_most, counting
from cli.local.homeroom import api_service
from cli.local.ports import free_ports
from cli.local.postgres import FAST_AND_UNSAFE
from models.database import Database
from models.migrate import upgrade
from signing.links import ConsoleLink, LinkSigner
from tests.api.running import RunningSchool, open_school
from tests.stack import DatabaseUrls, Running, TestPostgres, start_postgres, temporary_folder

AIM = 20  # milliseconds, p50 of the slowest request of a list
SMALL, LARGE = 2_000, 1_000_000
TIMES = 20  # each request
LOGGED_TIMES = 5  # each request whose statements are logged
FEW_ROWS = 1_000  # a table that Postgres rightly reads whole
SECRET = "a-secret-of-thirty-two-characters-or-more"
_SERVER = {
    **FAST_AND_UNSAFE, "shared_buffers": "1GB", "maintenance_work_mem": "512MB", "max_wal_size": "1GB",
    "wal_level": "minimal", "max_wal_senders": "0",
}  # fmt: skip
# Values of filters that have no fixed ones, by the parameter's name: what many rows have, what few have, what none has.
_SAMPLES = {
    "course_id": "select id::text from course offset 3 limit 1",
    "instructor_id": "select id::text from instructor where retired_at is null order by id desc limit 1",
    "course": "select id::text from course offset 3 limit 1",
    "instructor": "select id::text from instructor where retired_at is null order by id desc limit 1",
    "student": "select student_id::text from participant where student_id is not null limit 1",
    "student_id": "select student_id::text from participant where student_id is not null limit 1",
    "recipient_id": "select recipient_id::text from notice limit 1",
    "session_id": "select session_id::text from exception_case limit 1",
    "subject_id": "select subject_id::text from exception_case limit 1",
    "incident_id": "select id::text from incident limit 1",
    "external_id": "select external_id from session limit 1",
    "email": "select email from guardian limit 1",
    "assignee": "select 'member:7'",
    "actor": "select unnest(array['homeroom', 'member:7'])",
    "address": "select address from notice limit 1",
    "subject": "select unnest(array['mathematics', 'api_key', 'session'])",
    "level": "select 'Level 2'",
    "queue": "select queue from exception_case limit 1",
    "q": "select unnest(array['a', 'Okafor', 'Mathematics', 'Okafor 1777', 'guardian99', 'no such text'])",
    "since": "select (now() - interval '2 years')::date::text",
    "until": "select (now() - interval '2 years')::date::text",
}


@dataclass
class Measured:
    """What the requests of one size have taken, in milliseconds, and the tables that their statements read whole."""

    took: dict[Case, list[float]] = field(default_factory=dict)
    statements: dict[Case, list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )  # of a request, in all
    whole: dict[str, set[Case]] = field(default_factory=lambda: defaultdict(set))
    rows: Mapping[str, int] = field(default_factory=dict)  # by table

    def of(self, path: str) -> dict[Case, list[float]]:
        return {case: took for case, took in self.took.items() if case.path == path}


async def measure(large: int = LARGE) -> Report:
    with temporary_folder("benchmark", on_disk=True) as folder:
        server = start_postgres(folder, _SERVER)
        try:
            small = await _of_size(server, folder, SMALL)
            at_large = await _of_size(server, folder, large)
        finally:
            server.running.stop()
    return _report(small, at_large, large)


async def _of_size(server: TestPostgres, folder: Path, classes: int) -> Measured:
    urls = server.create_database()
    upgrade(urls.owner)
    database = Database(urls.application)
    school = await open_school(database)
    await database.aclose()
    fill(urls.superuser, school.id, Size(classes))
    return await read_all(urls, school, folder, server.running.log)


async def read_all(urls: DatabaseUrls, school: RunningSchool, folder: Path, log: Path) -> Measured:
    """Ask for every list of a filled school: first for the times, then once with the plans in the server's log."""
    measured = Measured(rows=_rows(urls.superuser))
    with _api(urls, folder) as url:
        async with _client(url, school) as client:
            cases = await _all_cases(client, urls)
            progress = counting(f"requests of {len(cases)} lists, filters and sorts")
            for number, case in enumerate(cases, 1):
                measured.took[case] = [await _time(client, case) for _ in range(TIMES + 1)][1:]
                progress(number, len(cases))
    log_plans(urls.superuser, on=True)
    try:
        with _api(urls, folder) as url:
            async with _client(url, school) as client:
                plans = Plans(log)
                _, position = plans.read(0)
                for case in [one for one in cases for _ in range(LOGGED_TIMES)]:
                    await _time(client, case)
                    found, position = plans.read(position)
                    measured.statements[case].append(sum(one.took for one in found))
                    for table in frozenset[str]().union(*(one.whole for one in found)):
                        measured.whole[table].add(case)
    finally:
        log_plans(urls.superuser, on=False)
    return measured


@contextmanager
def _api(urls: DatabaseUrls, folder: Path) -> Iterator[str]:
    port = free_ports("api")["api"]
    url = f"http://127.0.0.1:{port}"
    environ = {
        "HOMEROOM_PUBLIC_URL": url,
        "HOMEROOM_ADMIN_TOKEN": "not used",
        "HOMEROOM_LINK_SECRETS": json.dumps([SECRET]),
        "HOMEROOM_DATABASE_URL": urls.application,
        "HOMEROOM_LIVEKIT_API_SECRET": SECRET,
        "HOMEROOM_OBJECT_STORE_URL": f"file://{folder}",
        "HOMEROOM_TEMPORAL_ADDRESS": "127.0.0.1:1",
        "HOMEROOM_LOG_LEVEL": "WARNING",
        "HOMEROOM_RATE_LIMIT": "1000000/minute",
    }
    api = Running(api_service(environ, port), folder / "api.log")
    try:
        yield url
    finally:
        api.stop()


@asynccontextmanager
async def _client(url: str, school: RunningSchool) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in to the console as the operator; requests of the API send the key."""
    now = datetime.now(UTC)
    link = LinkSigner([SECRET], url).console_url(
        ConsoleLink(school.id, uuid4(), now), now + timedelta(hours=1)
    )
    async with httpx.AsyncClient(base_url=url, timeout=120) as client:
        token = httpx.URL(link).params["token"]
        signed_in = await client.post("/sign-in/operator", data={"token": token}, headers={"Origin": url})
        assert signed_in.status_code == 303, signed_in.text
        client.headers["Authorization"] = f"Bearer {school.key}"
        yield client


async def _all_cases(client: httpx.AsyncClient, urls: DatabaseUrls) -> list[Case]:
    description = (await client.get("/v1/openapi.json")).json()
    samples = _samples(urls.superuser)
    first = [*api_cases(description, samples), *page_cases(samples)]
    return [*first, *[case async for case in _second_pages(client, first)]]


async def _second_pages(client: httpx.AsyncClient, cases: Sequence[Case]) -> AsyncIterator[Case]:
    """The page after the first, of every sort of the API's lists."""
    for case in cases:
        if case.path.startswith("/v1/") and ("sort" in dict(case.parameters) or not case.parameters):
            answer = await client.get(case.url)
            if cursor := answer.json().get("next_cursor"):
                yield Case(case.path, (*case.parameters, ("cursor", cursor)))


async def _time(client: httpx.AsyncClient, case: Case) -> float:
    """Milliseconds until the answer is there."""
    began = time.perf_counter()
    answer = await client.get(case.url)
    took = (time.perf_counter() - began) * 1_000
    assert answer.status_code == 200, f"{case.url}: {answer.text[:500]}"
    return took


def _samples(url: str) -> dict[str, list[str]]:
    with psycopg.connect(url) as connection:
        return {name: [row[0] for row in connection.execute(query)] for name, query in _SAMPLES.items()}


def _rows(url: str) -> dict[str, int]:
    query = """
        select relname, reltuples::bigint from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace
    """
    with psycopg.connect(url) as connection:
        return dict(connection.execute(query).fetchall())


def _report(small: Measured, large: Measured, classes: int) -> Report:
    paths = list(dict.fromkeys(case.path for case in large.took))
    rows = [_row(path, small.of(path), large.of(path)) for path in paths]
    verdicts = [
        *_verdicts(f"{SMALL:,}", small),
        *_verdicts(f"{classes:,}", large),
        *_whole_tables(large),
        Verdict("participants", f"{PEOPLE_PER_CLASS * classes:,}"),
    ]
    columns = ("list", "requests", "p50 small", "p99 small", "p50", "p99", "slowest p50", "of")
    return Report("benchmarks.lists", columns, rows, verdicts)


def _row(path: str, small: Mapping[Case, list[float]], large: Mapping[Case, list[float]]) -> list[str]:
    slowest = max(large, key=lambda case: median(large[case]))
    figures = [f"{share:.1f}" for size in (small, large) for share in (_at(size, 0.5), _at(size, 0.99))]
    return [
        path,
        str(len(large)),
        *figures,
        f"{median(large[slowest]):.1f}",
        slowest.name.replace("|", " ")[:60],
    ]


def _at(took: Mapping[Case, list[float]], share: float) -> float:
    return percentile([one for each in took.values() for one in each], share)


def _verdicts(size: str, measured: Measured) -> Iterator[Verdict]:
    for name, ours in (("API", True), ("console", False)):
        took = {case: each for case, each in measured.took.items() if case.path.startswith("/v1/") is ours}
        slowest = max(took, key=lambda case: median(took[case]))
        yield at_most(
            f"{name} at {size}: p50 of the slowest request", round(median(took[slowest]), 1), AIM, " ms"
        )
        yield Verdict("which is", f"{slowest.path} ({slowest.name})")
        yield Verdict(f"{name} at {size}: p50, p99", f"{_at(took, 0.5):.1f} ms, {_at(took, 0.99):.1f} ms")
        sent = max(took, key=lambda case: median(measured.statements[case]))
        figure = round(median(measured.statements[sent]), 1)
        yield at_most(f"{name} at {size}: p50 of the slowest request's statements", figure, AIM, " ms")
        yield Verdict("which is", f"{sent.path} ({sent.name})")


def _whole_tables(measured: Measured) -> Iterator[Verdict]:
    large = {table: cases for table, cases in measured.whole.items() if measured.rows[table] > FEW_ROWS}
    yield at_most(f"tables of more than {FEW_ROWS:,} rows that are read whole", len(large), 0)
    for table, cases in sorted(large.items()):
        asking = sorted({f"{case.path} ({case.name})" for case in cases})
        yield Verdict(f"{table} is read whole by", "; ".join(asking))
    small = sorted(set(measured.whole) - set(large))
    yield Verdict("small tables that are read whole", ", ".join(small) or "none")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", type=int, default=LARGE)
    options = parser.parse_args()
    asyncio.run(measure(options.classes)).show()


if __name__ == "__main__":
    main()
