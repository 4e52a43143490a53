"""The API within this process, called without a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from pydantic import SecretStr

from config.settings import Settings
from server import create_app
from tests.media_bridge.webhook_signing import KEY, SECRET


@asynccontextmanager
async def api_client(database_url: str, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    secret = SecretStr("not used")
    settings = Settings(
        admin_token=secret,
        link_secrets=[secret],
        database_url=SecretStr(database_url),
        livekit_api_key=KEY,
        livekit_api_secret=SecretStr(SECRET),
        object_store_url=f"file://{folder}",
        log_level="WARNING",
    )
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client,
    ):
        yield client
