"""Runs the workers of a process: one for each of its task queues."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta
from importlib import import_module
from typing import cast

from temporalio.worker import Worker

from activities.failures import FailureInterceptor
from config.settings import Settings
from models.database import Database
from wiring.build_id import build_id
from wiring.queues.parts import QueueModule, WorkerParts
from wiring.temporal import connect
from workflows.client import DeliveryClient, ensure_calendar_imports, ensure_housekeeping, ensure_room_watch
from workflows.contracts.deliveries import DeliveryInput
from workflows.queues import Queue, task_queue

# Workflows that a process keeps in memory; an evicted one is replayed from its history.
CACHED_WORKFLOWS = 1_000


@asynccontextmanager
async def running_workers(queues: Collection[Queue], settings: Settings) -> AsyncIterator[None]:
    """Workers on task queues of the region, which run until the block ends."""
    async with AsyncExitStack() as running:
        database = Database(settings.database_url.get_secret_value(), settings.database_pool_size)
        await running.enter_async_context(aclosing(database))
        client = await connect(settings.temporal_address, settings.temporal_namespace)
        deliveries = DeliveryClient(client, settings.region)
        database.deliver_with(
            lambda due: deliveries.start_or_leave(
                DeliveryInput(due.organization_id, due.id, due.deliver_by), due.after
            )
        )
        parts = WorkerParts(settings, database, client)
        for queue in queues:
            await running.enter_async_context(_running_worker(queue, parts))
        if Queue.SESSIONS in queues:
            await ensure_room_watch(client, settings.region)
            await ensure_housekeeping(client, settings.region)
            await ensure_calendar_imports(client, settings.region)
        yield


@asynccontextmanager
async def _running_worker(queue: Queue, parts: WorkerParts) -> AsyncIterator[None]:
    module = cast("QueueModule", import_module(f"wiring.queues.{queue}"))
    async with module.activities(parts) as activities:
        worker = Worker(
            parts.client,
            task_queue=task_queue(parts.settings.region, queue),
            workflows=module.WORKFLOWS,
            activities=activities,
            interceptors=[FailureInterceptor()],
            build_id=build_id(),
            max_cached_workflows=CACHED_WORKFLOWS,
            max_concurrent_activities=module.MAX_CONCURRENT,
            # A recorder's heartbeat says up to when audio is stored; a throttled one would make stored audio look lost.
            max_heartbeat_throttle_interval=timedelta(seconds=2),
        )
        async with worker:
            yield
