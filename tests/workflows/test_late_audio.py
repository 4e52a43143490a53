"""Audio that came late is transcribed once its class is documented, and counted after it."""

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.workflows.late_audio import scripted_late_audio
from workflows.contracts.late_audio import LateAudioResult

pytestmark = pytest.mark.workflow


async def test_it_waits_for_the_draft_of_the_class(environment: WorkflowEnvironment) -> None:
    async with scripted_late_audio(environment, waits=2) as late:
        assert await late.until_over() == LateAudioResult(12.0, 3, 2)
        assert late.calls == ["transcribe", "transcribe", "transcribe", "count"]


async def test_what_comes_while_it_works_is_transcribed_too(environment: WorkflowEnvironment) -> None:
    async with scripted_late_audio(environment, comes=1) as late:
        await late.until_over()
        assert late.calls == ["transcribe", "count"] * 2


async def test_the_next_late_audio_starts_it_again(environment: WorkflowEnvironment) -> None:
    async with scripted_late_audio(environment) as late:
        await late.until_over()
        await late.came()
        await late.until_over()
        assert late.calls == ["transcribe", "count"] * 2
