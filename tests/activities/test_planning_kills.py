"""A worker is killed while a series is booked and while a plan is published: nothing is done twice or left out."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import LiteralString

import pytest

from tests.activities.worker_processes import rows, worker_environ, worker_process
from tests.api.series import weekly
from tests.campus import School
from tests.stack import TestTemporal

pytestmark = pytest.mark.adapter

CLASSES = 24
PATIENCE = 180
BOOKED: LiteralString = "select count(*) from session where organization_id = %s"
PUBLISHED: LiteralString = """
    select count(*) from plan_assignment where organization_id = %s and published_at is not null
"""
TAUGHT: LiteralString = """
    select o.session_id, array_agg(b.person_id::text order by b.person_id) filter (where b.session_id is not null)
    from series_occurrence o left join booked_time b on b.session_id = o.session_id
    where o.organization_id = %s group by o.session_id
"""
TOLD: LiteralString = """
    select n.kind, n.session_id, n.recipient_id, count(*) from notice n
    where n.organization_id = %s and n.session_id is not null group by 1, 2, 3
"""


async def counted(opened: School, query: LiteralString, least: int) -> int:
    """The number that a query finds, once it is so large."""
    async with asyncio.timeout(PATIENCE):
        while (found := int(rows(opened, query)[0][0])) < least:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found


async def test_a_killed_worker_books_and_publishes_nothing_twice_and_leaves_nothing_out(
    remote: School, temporal_server: TestTemporal, tmp_path: Path
) -> None:
    campus, ada = remote.campus, remote.ids["instructor"]
    environ = worker_environ(campus.settings.region, temporal_server, campus.database)
    person = {"name": "Ben Castro", "email": f"ben.{remote.id}@harbour.example"}
    ben = (await remote.post("/v1/instructors", person))["id"]
    for key in (ada, ben):
        await remote.change(f"/v1/instructors/{key}", {"qualifications": [{"subject": "Sums", "level": ""}]})

    with worker_process(environ, tmp_path / "first.log", "sessions") as first:
        series = await remote.post("/v1/series", weekly(remote, recurrence=f"FREQ=DAILY;COUNT={CLASSES}"))
        assert await counted(remote, BOOKED, 3) < CLASSES
        first.kill()
    with worker_process(environ, tmp_path / "second.log", "sessions") as second:
        async with asyncio.timeout(PATIENCE):
            while True:
                classes = await remote.get(f"/v1/series/{series['id']}/classes")
                if all(one["state"] == "booked" for one in classes):
                    break
                await asyncio.sleep(0.2)
        students = [remote.ids["student 0"], remote.ids["student 1"]]
        assert await counted(remote, BOOKED, CLASSES) == CLASSES
        assert {tuple(people) for _, people in rows(remote, TAUGHT)} == {tuple(sorted([ada, *students]))}
        assert len(rows(remote, TAUGHT)) == CLASSES

        last = datetime.fromisoformat(classes[-1]["ends_at"])
        leave = {"starts_at": classes[0]["starts_at"], "ends_at": (last + timedelta(hours=1)).isoformat()}
        await remote.api.put(f"/v1/instructors/{ada}/availability", json={"leave": [leave]})
        days = {"first_day": classes[0]["starts_at"][:10], "last_day": classes[-1]["ends_at"][:10]}
        plan = f"/v1/plans/{(await remote.post('/v1/plans', days | {'scope': 'touched', 'most_seconds': 5}))['id']}"
        async with asyncio.timeout(PATIENCE):
            while (await remote.get(plan))["progress"].get("held") != CLASSES:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await remote.post(f"{plan}/publish")
        assert await counted(remote, PUBLISHED, 3) < CLASSES
        second.kill()
    with worker_process(environ, tmp_path / "third.log", "sessions"):
        async with asyncio.timeout(PATIENCE):
            while (await remote.get(plan))["state"] != "published":  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    assert await counted(remote, PUBLISHED, CLASSES) == CLASSES
    taught = rows(remote, TAUGHT)
    assert len(taught) == CLASSES
    assert {tuple(people) for _, people in taught} == {tuple(sorted([ben, *students]))}
    assert {count for _, _, _, count in rows(remote, TOLD)} == {1}
    assert remote.rows()["time_hold"] == 0
