"""An organization with a full record, served over HTTP, for tests of exports."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

import httpx
import psycopg

from models.database import Database
from signing.hashing import hash_secret
from tests.campus import serving, settings_for
from tests.http_clients import http_client
from tests.models.full_record import make_record
from tests.models.rows import Tenant
from tests.stack import DatabaseUrls


@dataclass(frozen=True)
class Archive:
    urls: DatabaseUrls
    url: str
    tenant: Tenant
    key: str

    def client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.key}"}
        return http_client(self.url, headers)


@asynccontextmanager
async def archive(urls: DatabaseUrls) -> AsyncIterator[Archive]:
    """Serves the record. The database also holds a second organization with as much data."""
    async with aclosing(Database(urls.application)) as database:
        tenant, _ = await make_record(database, urls), await make_record(database, urls)
    settings = settings_for(urls)
    async with serving(settings):
        yield Archive(urls, settings.public_url, tenant, make_key(urls, tenant))


def make_key(urls: DatabaseUrls, tenant: Tenant) -> str:
    """An API key of the organization: gives its key row a known secret."""
    change = "update api_key set secret_hash = %s, revoked_at = null, expires_at = null where id = %s"
    with psycopg.connect(urls.superuser) as connection:
        connection.execute(change, [hash_secret("secret"), tenant["api_key"]["id"]])
    return f"hr_{tenant['api_key']['prefix']}_secret"
