"""Drives bare workflows, each with the plan of one session."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker

from benchmarks.lifecycle.bare import Bare, BareActivities, filler
from benchmarks.lifecycle.cues import Cues
from benchmarks.lifecycle.plan import MESSAGES, Kind, Turn
from benchmarks.lifecycle.sessions import PAUSE

_QUEUE = "bare"


class Twins:
    def __init__(self, client: Client, plans: Sequence[list[Turn]]) -> None:
        self._client = client
        self._plans = plans
        self._cues = Cues()

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        activities = [BareActivities(self._cues).work]
        async with Worker(self._client, task_queue=_QUEUE, workflows=[Bare], activities=activities):
            yield

    async def drive(self, number: int) -> Sequence[HistoryEvent]:
        """Run the bare workflow of a plan. Returns its history."""
        plan = self._plans[number]
        first = next(position for position, turn in enumerate(plan) if turn.kind in MESSAGES)
        handle = await self._start(plan, plan[first])
        await self._send_messages(handle, plan[first + 1 :])
        await handle.result()
        return (await handle.fetch_history()).events

    async def _start(self, plan: list[Turn], message: Turn) -> WorkflowHandle[Bare, None]:
        """Start with an update, as a booking does."""
        start: WithStartWorkflowOperation[Bare, None] = WithStartWorkflowOperation(
            Bare.run,
            plan,
            id=f"bare-{uuid4()}",
            task_queue=_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )
        await self._client.execute_update_with_start_workflow(
            Bare.ask, filler(message.sent), start_workflow_operation=start
        )
        return await start.workflow_handle()

    async def _send_messages(self, handle: WorkflowHandle[Bare, None], turns: Sequence[Turn]) -> None:
        cued = False
        for turn in turns:
            cued = cued or turn.cue
            if turn.kind not in MESSAGES:
                continue
            if cued:
                await self._cues.wait(handle.id)
            cued = False
            await asyncio.sleep(PAUSE)
            if turn.kind == Kind.SIGNAL:
                await handle.signal(Bare.tell, filler(turn.sent))
            else:
                await handle.execute_update(Bare.ask, filler(turn.sent))
