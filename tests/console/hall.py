"""Starts the application with all its workers, and fakes for recorder and speech engine, as a `Hall`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.campus import Campus, serving, settings_for
from tests.console.recording import recording
from tests.console.taught import Hall
from tests.stack import DatabaseUrls, TestLiveKit, TestMail, TestTemporal
from wiring.workers import running_workers
from workflows.queues import Queue


@asynccontextmanager
async def hall_on(
    database: DatabaseUrls, temporal: TestTemporal, livekit: TestLiveKit, mail: TestMail, folder: Path
) -> AsyncIterator[Hall]:
    settings = settings_for(
        database,
        temporal_address=temporal.address,
        temporal_namespace=temporal.namespace,
        livekit_url=livekit.url,
        livekit_public_url=livekit.ws_url,
        livekit_api_key=livekit.api_key,
        livekit_api_secret=livekit.api_secret,
        smtp_url=mail.smtp_url,
        object_store_url=f"file://{folder}/store",
    )
    async with (
        serving(settings) as app,
        running_workers((Queue.SESSIONS, Queue.NOTICES), settings),
        recording(settings),
    ):
        yield Hall(Campus(settings, database, app))
