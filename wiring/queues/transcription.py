"""The task queue of the speech engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from activities.transcription import TranscriptionActivities
from storage.object_store import open_store
from transcription.model_loading import load_engine
from wiring.queues.parts import Activities, WorkerParts

MAX_CONCURRENT = 20  # the speech engine uses all cores for one class
WORKFLOWS: tuple[type, ...] = ()


@asynccontextmanager
async def activities(parts: WorkerParts) -> AsyncIterator[Activities]:
    settings = parts.settings
    engine = load_engine(
        settings.speech_engine,
        settings.speech_model,
        compute_type=settings.speech_compute_type,
        threads=settings.speech_threads,
    )
    store = open_store(settings.object_store_url, settings.object_store_options)
    transcription = TranscriptionActivities(parts.database, store, engine)
    yield [transcription.transcribe, transcription.transcribe_late]
