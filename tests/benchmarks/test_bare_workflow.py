"""The peer of a session does as much as the session did."""

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.lifecycle.plan import Kind, plan_of
from benchmarks.lifecycle.twins import Twins
from tests.stack import TestTemporal
from tests.workflows.saved_histories import read_history
from wiring.temporal import connect

pytestmark = pytest.mark.workflow


async def test_a_bare_workflow_leaves_the_counts_of_its_plan(temporal_server: TestTemporal) -> None:
    plan = [
        replace(turn, seconds=0.05) if turn.kind == Kind.TIMER else turn
        for turn in plan_of(read_history("2026-11-26/held").events)
    ]
    twins = Twins(await connect(temporal_server.address, temporal_server.namespace), [plan])
    async with twins.served():
        done = plan_of(await twins.drive(0))
    assert Counter(turn.kind for turn in done) == Counter(turn.kind for turn in plan)
