"""The task queue of recorders."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from activities.capture import CaptureActivities, RecorderTargets
from activities.spool_keeper import SpoolKeeper
from media_bridge.recorder.process import SpareRecorder
from media_bridge.tokens import TokenMinter
from storage.object_store import open_store
from wiring.queues.parts import Activities, WorkerParts
from workflows.client import LateAudioClient, SessionClient

MAX_CONCURRENT = 50  # a recorder process needs a tenth of a core
WORKFLOWS: tuple[type, ...] = ()


@asynccontextmanager
async def activities(parts: WorkerParts) -> AsyncIterator[Activities]:
    """Beside them, what earlier recorders left on this machine is stored, and a spare recorder is kept ready."""
    settings = parts.settings
    minter = TokenMinter(settings.livekit_api_key, settings.livekit_api_secret.get_secret_value())
    targets = RecorderTargets(
        livekit_url=settings.livekit_url,
        store_url=settings.object_store_url,
        store_options=settings.object_store_options,
        spool_dir=Path(settings.spool_dir),
    )
    store = open_store(settings.object_store_url, settings.object_store_options)
    sessions = SessionClient(parts.client, settings.region)
    spare = SpareRecorder()
    capture = CaptureActivities(parts.database, sessions, store, targets, minter.mint_capture, spare)
    late_audio = LateAudioClient(parts.client, settings.region)
    keeper = SpoolKeeper(parts.database, store, targets.spool_dir, late_audio)
    keeping = asyncio.create_task(keeper.run())
    spare.prepare()
    try:
        yield [capture.capture]
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await spare.aclose()
