"""Plans of a term for tests: a window is planned until the plan is as wanted."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from tests.api.series import WEEK
from tests.campus import PATIENCE, Json, School


def window(**changes: Any) -> Json:
    today = datetime.now(UTC).date()
    days = {"first_day": today.isoformat(), "last_day": (today + 5 * WEEK).isoformat()}
    return days | {"most_seconds": 5} | changes


async def reached(school: School, plan_id: str, state: str) -> Json:
    found: Json = {}
    async with asyncio.timeout(PATIENCE):
        while (found := await school.get(f"/v1/plans/{plan_id}"))["state"] != state:
            assert found["state"] != "failed", found
            await asyncio.sleep(0.1)
    return found


async def proposed(school: School, **changes: Any) -> tuple[str, list[Json]]:
    """A plan that waits for its publication: its id and assignments."""
    plan_id = (await school.post("/v1/plans", window(**changes)))["id"]
    await reached(school, plan_id, "proposed")
    return plan_id, await school.get(f"/v1/plans/{plan_id}/assignments")
