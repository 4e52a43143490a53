"""Fixtures of the application as it is deployed: `campus` with the whole stack, `house` with a database alone."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from models.database import Database
from tests.api.openid_provider import openid_provider
from tests.campus import Campus, School, house_on, school, serving, settings_for
from tests.stack import TestLiveKit, TestMail, TestPostgres, TestTemporal
from wiring.workers import running_workers
from workflows.queues import Queue


@pytest.fixture(scope="session")
async def campus(
    postgres_server: TestPostgres,
    migrated_template: str,
    temporal_server: TestTemporal,
    livekit_server: TestLiveKit,
    mail_sink: TestMail,
) -> AsyncIterator[Campus]:
    """The application with a worker that books; nobody records."""
    database = postgres_server.create_database(template=migrated_template)
    settings = settings_for(
        database,
        temporal_address=temporal_server.address,
        temporal_namespace=temporal_server.namespace,
        livekit_url=livekit_server.url,
        livekit_public_url=livekit_server.ws_url,
        livekit_api_key=livekit_server.api_key,
        livekit_api_secret=livekit_server.api_secret,
        smtp_url=mail_sink.smtp_url,
    )
    async with serving(settings) as app, running_workers((Queue.SESSIONS, Queue.NOTICES), settings):
        yield Campus(settings, database, app)


@pytest.fixture
async def remote(
    postgres_server: TestPostgres, migrated_template: str, temporal_server: TestTemporal
) -> AsyncIterator[School]:
    """A school whose workers are processes of their own."""
    urls = postgres_server.create_database(template=migrated_template)
    settings = settings_for(
        urls, temporal_address=temporal_server.address, temporal_namespace=temporal_server.namespace
    )
    async with serving(settings) as app, school(Campus(settings, urls, app)) as opened:
        yield opened


@pytest.fixture(scope="session")
def issuer(campus: Campus) -> Iterator[str]:
    """Of a real identity provider."""
    with openid_provider(f"{campus.url}/sign-in/callback") as provider:
        yield provider.issuer


@pytest.fixture(scope="module")
async def house(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[Campus]:
    """The application on a database, with nothing else of the stack."""
    async with house_on(postgres_server, migrated_template) as campus:
        yield campus


@pytest.fixture(scope="module")
async def rows(house: Campus) -> AsyncIterator[Database]:
    """Those of the house, as the application sees them."""
    async with aclosing(Database(house.database.application)) as database:
        yield database


@pytest.fixture
async def harbour(campus: Campus) -> AsyncIterator[School]:
    """A school of one test."""
    async with school(campus) as opened:
        yield opened


@pytest.fixture
async def other(campus: Campus) -> AsyncIterator[School]:
    """Another organization."""
    async with school(campus, "Other {}") as opened:
        yield opened
