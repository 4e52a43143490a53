"""An edit of a workflow must not break the runs that are open: saved histories replay, new commands are noticed."""

import pytest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from tests.workflows.classroom import commands
from tests.workflows.recording_activities import World
from tests.workflows.save import FINGERPRINTS
from tests.workflows.saved_histories import read_history, saved_histories
from tests.workflows.scenarios import SCENARIOS
from wiring.temporal import DATA_CONVERTER
from workflows.registry import WORKFLOWS

pytestmark = [pytest.mark.workflow, pytest.mark.check]

_REMEDY = (
    "A new session gives other commands than the sessions that are running. Guard the edit with a patch of "
    "workflows/patches.py, leave the saved histories as they are, then run "
    "`python -m tests.workflows.save fingerprints {name}` and commit what it writes."
)


@pytest.mark.parametrize("name", saved_histories())
async def test_a_history_of_every_release_replays(name: str) -> None:
    replayer = Replayer(workflows=WORKFLOWS, data_converter=DATA_CONVERTER)
    await replayer.replay_workflow(read_history(name))


@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_commands_of_a_story_are_those_on_record(
    environment: WorkflowEnvironment, world: World, name: str
) -> None:
    made = await commands(await SCENARIOS[name](environment, world))
    known = (FINGERPRINTS / f"{name}.txt").read_text().splitlines()
    assert made == known, _REMEDY.format(name=name)


def test_every_workflow_has_a_saved_history() -> None:
    events = [read_history(name).events[0] for name in saved_histories()]
    types = {event.workflow_execution_started_event_attributes.workflow_type.name for event in events}
    assert types == {workflow.__name__.removesuffix("Workflow") for workflow in WORKFLOWS}
