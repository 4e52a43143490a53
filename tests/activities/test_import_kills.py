"""A worker is killed while it books a file: each row is booked once, and each person is told in one message."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString

import pytest

from services.digest_mails import DigestMails
from tests.activities.worker_processes import rows, worker_environ, worker_process
from tests.campus import School
from tests.stack import TestTemporal
from wiring.api import ApiParts

pytestmark = pytest.mark.adapter

CLASSES = 60  # more than a batch
QUEUES = ("sessions", "notices")
PATIENCE = 180
LONG_LOST = timedelta(minutes=30)
BOOKED: LiteralString = "select id, starts_at from session where organization_id = %s order by starts_at"
OUTCOMES: LiteralString = """
    select r.outcome, count(*), count(distinct r.class_id) from booking_import_row r
    where r.organization_id = %s group by r.outcome
"""
DIGESTS: LiteralString = """
    select n.id, n.recipient_id from notice n
    where n.organization_id = %s and n.act_id is not null and n.digest_id is null and n.sent_at is null
"""
TOLD: LiteralString = """
    select n.session_id, n.recipient_id, count(*), count(n.digest_id) from notice n
    where n.organization_id = %s and n.session_id is not null and n.kind = 'confirmation' group by 1, 2
"""


async def test_an_import_whose_worker_is_killed_books_each_row_once_and_tells_each_person_once(
    remote: School, temporal_server: TestTemporal, tmp_path: Path
) -> None:
    environ = worker_environ(remote.campus.settings.region, temporal_server, remote.campus.database)
    course = (await remote.get(f"/v1/courses/{remote.ids['course']}"))["title"]
    email = (await remote.get(f"/v1/instructors/{remote.ids['instructor']}"))["email"]
    first = (datetime.now(UTC) + timedelta(days=30)).replace(minute=0)
    starts = [first + timedelta(hours=3 * number) for number in range(CLASSES)]
    lines = [f"{course},{email},{at:%Y-%m-%d %H:%M}" for at in starts]
    content = "\n".join(["course,instructor,starts", *lines])
    parts: ApiParts = remote.campus.app.state.homeroom
    digests = DigestMails(parts.database, parts.links, "school@harbour.example")

    async def incomplete(at: datetime) -> set[bool]:
        """Whether the messages to people wait, at a moment."""
        found = rows(remote, DIGESTS)
        return {await digests.gathers_until(remote.id, key, at) is not None for key, _ in found}

    with worker_process(environ, tmp_path / "first.log", *QUEUES) as worker:
        answer = await remote.api.post(
            "/v1/booking-imports?file_name=term.csv",
            content=content.encode(),
            headers={"content-type": "text/csv"},
        )
        assert answer.status_code == 202, answer.text
        path = f"/v1/booking-imports/{answer.json()['id']}"
        async with asyncio.timeout(PATIENCE):
            while len(rows(remote, DIGESTS)) < 3 or len(rows(remote, BOOKED)) < 4:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        worker.kill()
    found = await remote.get(path)
    assert found["state"] == "running"
    assert found["waiting"] > 0
    assert await incomplete(datetime.now(UTC) + LONG_LOST) == {True}
    with worker_process(environ, tmp_path / "second.log", *QUEUES):
        async with asyncio.timeout(PATIENCE):
            while (found := await remote.get(path))["state"] != "done":  # noqa: ASYNC110
                await asyncio.sleep(0.2)
            while len(rows(remote, TOLD)) < 3 * CLASSES:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
    assert (found["booked"], found["booked_before"], found["refused"]) == (CLASSES, 0, 0)
    assert rows(remote, OUTCOMES) == [("booked", CLASSES, CLASSES)]
    booked = rows(remote, BOOKED)
    assert [at for _, at in booked] == [at.replace(second=0, microsecond=0) for at in starts]
    assert {(count, in_digest) for _, _, count, in_digest in rows(remote, TOLD)} == {(1, 1)}
    people = [person for _, person in rows(remote, DIGESTS)]
    assert len(people) == len(set(people)) == 3
    assert await incomplete(datetime.now(UTC) + LONG_LOST) == {False}
