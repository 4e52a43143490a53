from collections.abc import AsyncIterator, Iterator

import pytest

from cli.local.ports import free_ports
from config.settings import Settings
from models.database import Database
from tests.api.campus import ADMIN, LINK_SECRET, Campus, School, school, serving
from tests.api.openid_provider import openid_provider
from tests.stack import DatabaseUrls, TestLiveKit, TestMail, TestPostgres, TestTemporal
from wiring.workers import make_worker


def settings_for(database: DatabaseUrls, **parts: object) -> Settings:
    """With a port of its own; parts that are not given are nowhere."""
    port = free_ports("api")["api"]
    nowhere = {
        "temporal_address": "127.0.0.1:1",
        "livekit_url": "http://127.0.0.1:1",
        "smtp_url": "smtp://127.0.0.1:1",
    }
    return Settings.model_validate(
        {
            "region": f"api-{port}",
            "public_url": f"http://127.0.0.1:{port}",
            "admin_token": ADMIN,
            "link_secrets": [LINK_SECRET],
            "database_url": database.application,
            "livekit_api_secret": LINK_SECRET,
            "object_store_url": "memory:///",
            "rate_limit": "1000000/minute",
        }
        | nowhere
        | parts
    )


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
    async with serving(settings) as app, make_worker("sessions", settings):
        yield Campus(settings, database, app)


@pytest.fixture(scope="session")
def issuer(campus: Campus) -> Iterator[str]:
    """Of a real identity provider."""
    with openid_provider(f"{campus.url}/sign-in/callback") as provider:
        yield provider.issuer


@pytest.fixture(scope="module")
async def house(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[Campus]:
    """The application on a database, with nothing else of the stack."""
    urls = postgres_server.create_database(template=migrated_template)
    settings = settings_for(urls)
    async with serving(settings) as app:
        yield Campus(settings, urls, app)


@pytest.fixture(scope="module")
async def rows(house: Campus) -> AsyncIterator[Database]:
    """Those of the house, as the application sees them."""
    database = Database(house.database.application)
    yield database
    await database.aclose()


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
