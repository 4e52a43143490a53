"""The workflow of late audio with scripted steps, and the worker that runs it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from temporalio import activity
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from workflows.client import LateAudioClient
from workflows.contracts.common import SessionRef
from workflows.contracts.late_audio import (
    LateAudioResult,
    LateAudioSteps,
    LateTranscript,
    LateTranscription,
)
from workflows.ids import late_audio_workflow_id
from workflows.late_audio import LateAudio
from workflows.queues import Queue, task_queue

REGION = "late-audio"


@dataclass
class ScriptedLateAudio(LateTranscription, LateAudioSteps):
    """The class is documented after `waits` looks; more audio comes while the record is counted, `comes` times."""

    environment: WorkflowEnvironment
    waits: int = 0
    comes: int = 0
    ref: SessionRef = field(default_factory=lambda: SessionRef(uuid4(), uuid4()))
    calls: list[str] = field(default_factory=list)

    @activity.defn(name="transcribe_late_audio")
    async def transcribe_late(self, session: SessionRef) -> LateTranscript:
        self.calls.append("transcribe")
        self.waits -= 1
        return LateTranscript(waits=self.waits >= 0)

    @activity.defn(name="count_late_audio")
    async def count(self, session: SessionRef) -> LateAudioResult:
        self.calls.append("count")
        self.comes -= 1
        if self.comes >= 0:
            await self.came()
        return LateAudioResult(12.0, 3, 2)

    async def came(self) -> None:
        await LateAudioClient(self.environment.client, REGION).came(self.ref)

    @property
    def handle(self) -> WorkflowHandle[LateAudio, LateAudioResult]:
        return self.environment.client.get_workflow_handle_for(
            LateAudio.run, late_audio_workflow_id(self.ref.session_id)
        )

    async def until_over(self) -> LateAudioResult:
        while (await self.handle.describe()).status == WorkflowExecutionStatus.RUNNING:
            await self.environment.sleep(timedelta(seconds=10))
        return await self.handle.result()


@asynccontextmanager
async def scripted_late_audio(
    environment: WorkflowEnvironment, *, waits: int = 0, comes: int = 0
) -> AsyncIterator[ScriptedLateAudio]:
    """Audio of a class has come, and its workflow runs."""
    steps = ScriptedLateAudio(environment, waits, comes)
    client = environment.client
    async with AsyncExitStack() as running:
        await running.enter_async_context(
            Worker(
                client,
                task_queue=task_queue(REGION, Queue.SESSIONS),
                workflows=[LateAudio],
                activities=[steps.count],
            )
        )
        await running.enter_async_context(
            Worker(
                client,
                task_queue=task_queue(REGION, Queue.TRANSCRIPTION),
                activities=[steps.transcribe_late],
            )
        )
        await steps.came()
        yield steps
