"""Saved histories replay with the current code, and changed commands of new runs are noticed."""

import pytest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from tests.workflows.recording_activities import World
from tests.workflows.save import FINGERPRINTS
from tests.workflows.saved_histories import read_history, saved_histories
from tests.workflows.scenarios import SCENARIOS
from tests.workflows.session_driver import commands
from wiring.temporal import DATA_CONVERTER
from workflows.registry import WORKFLOWS

pytestmark = [pytest.mark.workflow, pytest.mark.check]

_REMEDY = (
    "New sessions give other commands than the running ones. Guard the edit with a patch of "
    "workflows/patches.py, leave the saved histories as they are, then run "
    "`python -m tests.workflows.save fingerprints {name}` and commit what it writes."
)


@pytest.mark.parametrize("name", saved_histories())
async def test_saved_history_replays(name: str) -> None:
    replayer = Replayer(workflows=WORKFLOWS, data_converter=DATA_CONVERTER)
    await replayer.replay_workflow(read_history(name))


@pytest.mark.parametrize("name", SCENARIOS)
async def test_commands_of_a_scenario_match_its_fingerprint(
    environment: WorkflowEnvironment, world: World, name: str
) -> None:
    made = await commands(await SCENARIOS[name](environment, world))
    saved = (FINGERPRINTS / f"{name}.txt").read_text().splitlines()
    assert made == saved, _REMEDY.format(name=name)


def test_every_workflow_has_a_saved_history() -> None:
    events = [read_history(name).events[0] for name in saved_histories()]
    types = {event.workflow_execution_started_event_attributes.workflow_type.name for event in events}
    assert types == {workflow.__name__.removesuffix("Workflow") for workflow in WORKFLOWS}
