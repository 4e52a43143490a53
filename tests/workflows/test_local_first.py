"""A step whose local attempt hangs is repeated as a regular activity, now and when its history is replayed."""

import asyncio
from dataclasses import dataclass
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.worker import Replayer, Worker

from tests.stack import TestTemporal
from wiring.temporal import DATA_CONVERTER, connect
from workflows import options
from workflows.local_first import execute_local_first

pytestmark = pytest.mark.workflow
QUEUE = "local-first"


@dataclass
class Steps:
    hanging: bool = True

    @activity.defn(name="hang_once")
    async def hang_once(self, _: str) -> str:
        if self.hanging:
            self.hanging = False
            await asyncio.Event().wait()
        return "done"


@workflow.defn(name="HangsOnce", sandboxed=False)
class HangsOnce:
    @workflow.run
    async def run(self, what: str) -> str:
        return await execute_local_first(Steps.hang_once, what, summary="hang", fallback=options.DATABASE)


async def test_a_local_attempt_that_hangs_replays(temporal_server: TestTemporal) -> None:
    client = await connect(temporal_server.address, temporal_server.namespace)
    async with Worker(client, task_queue=QUEUE, workflows=[HangsOnce], activities=[Steps().hang_once]):
        handle = await client.start_workflow(HangsOnce.run, "it", id=f"hangs-{uuid4()}", task_queue=QUEUE)
        assert await handle.result() == "done"
    replayer = Replayer(workflows=[HangsOnce], data_converter=DATA_CONVERTER)
    await replayer.replay_workflow(await handle.fetch_history())
