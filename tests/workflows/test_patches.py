"""With a patch, an edited workflow continues the runs that began before the edit."""

from collections import Counter
from datetime import date
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker
from temporalio.workflow import NondeterminismError

from tests.workflows.edited_workflow import Before, Deprecated, Patched, Unguarded
from workflows import patches

pytestmark = pytest.mark.workflow


async def test_run_from_before_the_edit_replays_with_the_patch(environment: WorkflowEnvironment) -> None:
    before, after = await _run(environment, Before), await _run(environment, Patched)
    await Replayer(workflows=[Patched]).replay_workflow(before)
    await Replayer(workflows=[Patched]).replay_workflow(after)
    await Replayer(workflows=[Deprecated]).replay_workflow(after)


async def test_edit_without_a_patch_fails_the_replay(environment: WorkflowEnvironment) -> None:
    before = await _run(environment, Before)
    with pytest.raises(NondeterminismError):
        await Replayer(workflows=[Unguarded]).replay_workflow(before)


async def test_old_branch_removed_too_early_fails_the_replay(environment: WorkflowEnvironment) -> None:
    before = await _run(environment, Before)
    with pytest.raises(NondeterminismError):
        await Replayer(workflows=[Deprecated]).replay_workflow(before)


@pytest.mark.check
def test_live_patch_has_a_unique_id_and_a_removal_date() -> None:
    assert all(count == 1 for count in Counter(patch.id for patch in patches.LIVE).values())
    assert all(patch.added < patch.removable for patch in patches.LIVE)
    assert all(isinstance(patch.added, date) for patch in patches.LIVE)


async def _run(environment: WorkflowEnvironment, edition: type) -> WorkflowHistory:
    queue = f"edited-{uuid4()}"
    async with Worker(environment.client, task_queue=queue, workflows=[edition]):
        handle = await environment.client.start_workflow("Edited", id=queue, task_queue=queue)
        await handle.result()
        return await handle.fetch_history()
