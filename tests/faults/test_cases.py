"""Exceptions keep their promises over a wire to Postgres that fails."""

import pytest
from temporalio.client import Client

from models.database import Database
from tests.activities.school_rows import SchoolRows
from tests.faults.case_story import play, violations
from tests.faults.wire import Wire

pytestmark = pytest.mark.adapter
ACTS = 12


async def test_no_case_is_lost_doubled_or_told_twice(
    school: SchoolRows, wire: Wire, faulty: Database, temporal: Client
) -> None:
    story = await play(school, wire, faulty, temporal, 1, ACTS)

    assert await violations(school, story) == [], str(story)
