"""A change of a workflow must not break those that run: saved histories replay, and new commands are noticed."""

import pytest
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from tests.workflows.classroom import commands
from tests.workflows.recording_activities import World
from tests.workflows.save import FINGERPRINTS, HISTORIES
from tests.workflows.scenarios import SCENARIOS
from wiring.temporal import DATA_CONVERTER
from workflows.registry import WORKFLOWS

pytestmark = [pytest.mark.workflow, pytest.mark.check]

_REMEDY = (
    "A new session makes other commands than those that run now. Guard the change with workflow.patched(), keep the "
    "saved histories as they are, then run `python -m tests.workflows.save {name}` and commit what it writes."
)


@pytest.mark.parametrize("name", sorted(path.stem for path in HISTORIES.glob("*.json")))
async def test_a_saved_history_replays(name: str) -> None:
    saved = (HISTORIES / f"{name}.json").read_text()
    replayer = Replayer(workflows=WORKFLOWS, data_converter=DATA_CONVERTER)
    await replayer.replay_workflow(WorkflowHistory.from_json(name, saved))


@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_commands_of_a_story_are_those_on_record(
    environment: WorkflowEnvironment, world: World, name: str
) -> None:
    made = await commands(await SCENARIOS[name](environment, world))
    known = (FINGERPRINTS / f"{name}.txt").read_text().splitlines()
    assert made == known, _REMEDY.format(name=name)


def test_every_workflow_has_a_saved_history() -> None:
    saved = " ".join(path.read_text() for path in HISTORIES.glob("*.json"))
    for workflow in WORKFLOWS:
        assert f'"name": "{workflow.__name__.removesuffix("Workflow")}"' in saved
