"""A recorder and a speech engine that do nothing, for tests that write recording and transcript themselves."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

from temporalio import activity
from temporalio.worker import Worker

from activities.transcription import TranscriptionActivities
from config.settings import Settings
from models.database import Database
from storage.object_store import open_store
from transcription.engine import DecodedUtterance, Sound, SpeechSpan
from wiring.temporal import connect
from workflows.contracts.record import Capture, CaptureInput, CaptureResult
from workflows.queues import Queue, task_queue


class Recorder(Capture):
    @activity.defn(name="capture_class")
    async def capture(self, capture: CaptureInput) -> CaptureResult:
        return CaptureResult(segments=14, seconds=50.0, blind_seconds=0.0)


class Engine:
    name = "none"

    def decode(
        self,
        sound: Sound,
        spans: Sequence[SpeechSpan],
        languages: Sequence[str],
        hints: Sequence[str] = (),
        *,
        again: bool = False,
    ) -> list[DecodedUtterance]:
        return []


@asynccontextmanager
async def recording(settings: Settings) -> AsyncIterator[None]:
    """Workers for the recorder and the transcription."""
    client = await connect(settings.temporal_address, settings.temporal_namespace)
    store = open_store(settings.object_store_url, settings.object_store_options)
    capture, transcription = (
        task_queue(settings.region, one) for one in (Queue.CAPTURE, Queue.TRANSCRIPTION)
    )
    async with aclosing(Database(settings.database_url.get_secret_value())) as database:
        engine = TranscriptionActivities(database, store, Engine())
        async with (
            Worker(client, task_queue=capture, activities=[Recorder().capture]),
            Worker(client, task_queue=transcription, activities=[engine.transcribe, engine.transcribe_late]),
        ):
            yield
