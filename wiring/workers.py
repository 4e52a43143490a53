"""Builds the workers: the workflows and activities of each task queue, with their dependencies."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from activities.capture import CaptureActivities, RecorderTargets
from activities.cases import CaseActivities
from activities.deliveries import DeliveryActivities
from activities.documentation import DocumentationActivities
from activities.failures import FailureInterceptor
from activities.housekeeping import HousekeepingActivities
from activities.notices import NoticeActivities
from activities.progress import ProgressWriter
from activities.records import RecordActivities
from activities.room_watch import RoomWatchActivities
from activities.rooms import RoomActivities
from activities.sessions import SessionActivities
from activities.spool_keeper import SpoolKeeper
from activities.transcription import TranscriptionActivities
from config.settings import Settings
from drafting.engine import DraftingEngine
from integrations.mail import SmtpMailer
from media_bridge.recorder.process import SpareRecorder
from media_bridge.rooms import LiveKitRooms
from media_bridge.tokens import TokenMinter
from models.database import Database
from services.drafts import Drafts
from services.housekeeping import Housekeeper
from services.notices import ClassNotices
from services.outbox import Outbox
from storage.object_store import open_store
from wiring.signing import link_signer, sealed_content
from wiring.temporal import connect
from workflows.client import DeliveryClient, SessionClient, ensure_housekeeping, ensure_room_watch
from workflows.notice_delivery import NoticeDelivery
from workflows.queues import Queue, task_queue
from workflows.registry import WORKFLOWS

# Workflows that a process keeps in memory; an evicted one is replayed from its history.
CACHED_WORKFLOWS = 1_000


@dataclass(frozen=True)
class WorkerParts:
    """The clients that the activities of one worker share."""

    settings: Settings
    database: Database
    rooms: LiveKitRooms
    client: Client
    spare_recorder: SpareRecorder

    @property
    def sessions(self) -> SessionClient:
        return SessionClient(self.client, self.settings.region)

    @property
    def progress(self) -> ProgressWriter:
        return ProgressWriter(self.database)

    async def aclose(self) -> None:
        await self.spare_recorder.aclose()
        await self.rooms.aclose()
        await self.database.aclose()


async def _make_parts(settings: Settings) -> WorkerParts:
    return WorkerParts(
        settings,
        Database(settings.database_url.get_secret_value(), settings.database_pool_size),
        LiveKitRooms(
            settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret.get_secret_value()
        ),
        await connect(settings.temporal_address, settings.temporal_namespace),
        SpareRecorder(),
    )


@asynccontextmanager
async def running_workers(queues: Collection[Queue], settings: Settings) -> AsyncIterator[None]:
    """Workers on task queues of the region, which run until the block ends."""
    parts = await _make_parts(settings)
    async with AsyncExitStack() as running:
        running.push_async_callback(parts.aclose)
        for queue in queues:
            await running.enter_async_context(_make_worker(queue, parts))
        if Queue.CAPTURE in queues:
            await running.enter_async_context(_kept_spool(parts))
        if Queue.SESSIONS in queues:
            await ensure_room_watch(parts.client, settings.region)
            await ensure_housekeeping(parts.client, settings.region)
        yield


@asynccontextmanager
async def _kept_spool(parts: WorkerParts) -> AsyncIterator[None]:
    """Stores what earlier recorders left on this machine, beside the workers."""
    settings = parts.settings
    store = open_store(settings.object_store_url, settings.object_store_options)
    keeping = asyncio.create_task(SpoolKeeper(parts.database, store, Path(settings.spool_dir)).run())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


def _make_worker(queue: Queue, parts: WorkerParts) -> Worker:
    return Worker(
        parts.client,
        task_queue=task_queue(parts.settings.region, queue),
        workflows=_WORKFLOWS.get(queue, ()),
        activities=_ACTIVITIES[queue](parts),
        interceptors=[FailureInterceptor()],
        max_cached_workflows=CACHED_WORKFLOWS,
        max_concurrent_activities=_MAX_CONCURRENT[queue],
        # A recorder's heartbeat says up to when audio is stored; a throttled one would make stored audio look lost.
        max_heartbeat_throttle_interval=timedelta(seconds=2),
    )


def _session_activities(parts: WorkerParts) -> Sequence[Callable[..., Any]]:
    settings, database, progress, rooms = parts.settings, parts.database, parts.progress, parts.rooms
    housekeeping = HousekeepingActivities(
        Housekeeper(database, DeliveryClient(parts.client, settings.region))
    )
    booking = SessionActivities(database, progress)
    room = RoomActivities(database, progress, rooms)
    watch = RoomWatchActivities(database, rooms, parts.sessions)
    documentation = DocumentationActivities(database, progress, Drafts(database, drafting_engine(settings)))
    record = RecordActivities(database, progress)
    return [
        booking.book,
        booking.move,
        booking.cancel,
        booking.record_progress,
        room.open_room,
        room.close_room,
        watch.watch,
        documentation.draft,
        documentation.approve,
        documentation.request_changes,
        record.file,
        record.prepare_next_briefing,
        record.close,
        CaseActivities(database).open_case,
        housekeeping.start_deliveries,
        housekeeping.forget_expired,
        *_notice_activities(
            parts
        ),  # runs that were started before notices had a queue of their own wait here
    ]


def _notice_activities(parts: WorkerParts) -> Sequence[Callable[..., Any]]:
    settings, database = parts.settings, parts.database
    mailer = SmtpMailer(settings.smtp_url.get_secret_value(), settings.mail_from)
    outbox = Outbox(database, mailer, sealed_content(settings))
    delivery = DeliveryActivities(outbox)
    notices = ClassNotices(database, link_signer(settings), outbox)
    return [NoticeActivities(parts.progress, notices).send, delivery.deliver, delivery.give_up]


def _capture_activities(parts: WorkerParts) -> Sequence[Callable[..., Any]]:
    settings = parts.settings
    minter = TokenMinter(settings.livekit_api_key, settings.livekit_api_secret.get_secret_value())
    targets = RecorderTargets(
        livekit_url=settings.livekit_url,
        store_url=settings.object_store_url,
        store_options=settings.object_store_options,
        spool_dir=Path(settings.spool_dir),
    )
    store = open_store(settings.object_store_url, settings.object_store_options)
    parts.spare_recorder.prepare()
    return [
        CaptureActivities(
            parts.database, parts.sessions, store, targets, minter.mint_capture, parts.spare_recorder
        ).capture
    ]


def _transcription_activities(parts: WorkerParts) -> Sequence[Callable[..., Any]]:
    # Imported here: only this worker loads the speech engine.
    from transcription.model_loading import load_engine

    settings = parts.settings
    engine = load_engine(
        settings.speech_engine,
        settings.speech_model,
        compute_type=settings.speech_compute_type,
        threads=settings.speech_threads,
    )
    store = open_store(settings.object_store_url, settings.object_store_options)
    return [TranscriptionActivities(parts.database, store, engine).transcribe]


def drafting_engine(settings: Settings) -> DraftingEngine:
    """The configured language model, with the extractive engine as fallback; without one, the extractive engine."""
    from drafting.extractive import ExtractiveEngine

    if settings.drafting_url and settings.drafting_model:
        from drafting.fallback import FallbackEngine
        from drafting.openai_compatible import OpenAICompatibleEngine

        key = settings.drafting_api_key.get_secret_value() if settings.drafting_api_key else None
        endpoint = OpenAICompatibleEngine(settings.drafting_url, settings.drafting_model, api_key=key)
        return FallbackEngine(endpoint, ExtractiveEngine())
    return ExtractiveEngine()


_ACTIVITIES = {
    Queue.SESSIONS: _session_activities,
    Queue.NOTICES: _notice_activities,
    Queue.CAPTURE: _capture_activities,
    Queue.TRANSCRIPTION: _transcription_activities,
}
_WORKFLOWS = {Queue.SESSIONS: WORKFLOWS, Queue.NOTICES: (NoticeDelivery,)}
# Concurrent activities. A recorder process needs a tenth of a core; the speech engine uses all cores for one class.
_MAX_CONCURRENT = {Queue.SESSIONS: 100, Queue.NOTICES: 40, Queue.CAPTURE: 50, Queue.TRANSCRIPTION: 20}
