"""Fixtures of the whole suite: the real servers, each started when first asked for."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from models.database import Database
from models.migrate import upgrade
from tests.stack import (
    DatabaseUrls,
    TestLiveKit,
    TestMail,
    TestPostgres,
    TestS3,
    TestTemporal,
    start_livekit,
    start_mail,
    start_postgres,
    start_s3,
    start_temporal,
    temporary_folder,
)

if TYPE_CHECKING:
    from tests.console.taught import Hall

pytest_plugins = ["tests.campus_fixtures"]

# Property tests on a machine that is busy with other things: no example is timed.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put pure tests last, whose files are short, so that the workers of a shared run end together."""
    items.sort(key=lambda item: item.get_closest_marker("unit") is not None)


def pytest_collection_finish() -> None:
    """Exclude modules and collected tests, which live as long as the process, from garbage collection pauses."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[TestPostgres]:
    """A real PostgreSQL without durability; make databases with `create_database()`."""
    with temporary_folder("pg") as folder:
        server = start_postgres(folder)
        yield server
        server.running.stop()


@pytest.fixture(scope="session")
def migrated_template(postgres_server: TestPostgres) -> str:
    """The name of a database with the newest schema, to copy."""
    urls = postgres_server.create_database("migrated")
    upgrade(urls.owner)
    return urls.name


@pytest.fixture
async def database_urls(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[DatabaseUrls]:
    """An empty database of the newest schema for one test. What else runs in the test's process goes on meanwhile."""
    urls = await asyncio.to_thread(postgres_server.create_database, template=migrated_template)
    yield urls
    await asyncio.to_thread(postgres_server.drop_database, urls.name)


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """As the application sees it: under row-level security."""
    async with aclosing(Database(database_urls.application)) as opened:
        yield opened


@pytest.fixture(scope="session")
def temporal_server() -> Iterator[TestTemporal]:
    """A real Temporal dev server: `address`, `namespace`."""
    with temporary_folder("temporal") as folder:
        server = start_temporal(folder)
        yield server
        server.running.stop()


@pytest.fixture
def livekit_factory() -> Iterator[Callable[..., TestLiveKit]]:
    """Starts LiveKit servers of a test's own: `livekit_factory(webhook_urls=("http://…",))`."""
    started: list[TestLiveKit] = []
    with temporary_folder("livekit") as folder:

        def start(**options: Any) -> TestLiveKit:
            own = folder / str(len(started))
            own.mkdir()
            started.append(start_livekit(own, **options))
            return started[-1]

        yield start
        for server in started:
            server.stop()


@pytest.fixture(scope="session")
def livekit_server() -> Iterator[TestLiveKit]:
    """A real LiveKit server without webhooks: `url`, `api_key`, `api_secret`, `kill()`, `restart()`."""
    with temporary_folder("livekit") as folder:
        server = start_livekit(folder)
        yield server
        server.stop()


@pytest.fixture(scope="session")
def mail_sink() -> Iterator[TestMail]:
    """A real SMTP server that keeps the mails: `smtp_url`, `messages(to=…)`, `wait_for(…)`, `clear()`."""
    with temporary_folder("mail") as folder:
        server = start_mail(folder)
        yield server
        server.running.stop()


@pytest.fixture(scope="session")
async def hall(
    postgres_server: TestPostgres,
    migrated_template: str,
    temporal_server: TestTemporal,
    mail_sink: TestMail,
) -> "AsyncIterator[Hall]":
    """The application with all its workers; what is said and recorded, `Hall` writes.

    It has a LiveKit server of its own, whose rooms no other watch closes as rooms without a session.
    """
    from tests.console.hall import hall_on

    database = postgres_server.create_database(template=migrated_template)
    with temporary_folder("livekit") as servers, temporary_folder("hall") as folder:
        livekit = start_livekit(servers)
        async with hall_on(database, temporal_server, livekit, mail_sink, folder) as opened:
            yield opened
        livekit.stop()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[TestS3]:
    """A real S3 server: `create_bucket(name)`, `options` for obstore."""
    with temporary_folder("s3") as folder:
        server = start_s3(folder)
        yield server
        server.running.stop()
