"""The change feed and the audit log: every change exactly once, in commit order."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.campus import PATIENCE, Campus, Json, School, problem_of

pytestmark = pytest.mark.adapter


async def feed(school: School, cursor: str | None = None, **query: str) -> tuple[list[Json], str]:
    params = query | ({"cursor": cursor} if cursor else {})
    answer = await school.api.get("/v1/events", params=params)
    assert answer.is_success, answer.text
    return answer.json()["items"], answer.json()["next_cursor"]


async def test_changes_come_once_and_in_order(harbour: School) -> None:
    events, cursor = await feed(harbour)
    kinds = [event["kind"] for event in events]
    assert kinds[:2] == ["organization.created", "api_key.created"]
    assert kinds.index("instructor.created") < kinds.index("enrollment.created")
    assert await feed(harbour, cursor) == ([], cursor)
    made = await harbour.post("/v1/students", {"name": "Mia"})
    path = f"/v1/students/{made['id']}"
    await harbour.api.patch(path, json={"name": "Maria"}, headers={"If-Match": "*"})
    await harbour.api.patch(path, json={"name": "Maria"}, headers={"If-Match": "*"})
    await harbour.api.delete(path)
    events, _ = await feed(harbour, cursor)
    assert [(event["kind"], event["subject_id"]) for event in events] == [
        ("student.created", made["id"]),
        ("student.changed", made["id"]),
        ("student.retired", made["id"]),
    ]
    assert events[1]["changed"] == ["name"]
    assert events[0]["actor"].startswith("key:")
    assert "Maria" not in json.dumps(events)


async def test_session_events_name_the_state_and_the_actor(harbour: School) -> None:
    _, cursor = await feed(harbour)
    session_id = await harbour.book()
    await harbour.post(f"/v1/sessions/{session_id}/cancel", {})
    await harbour.run_until(session_id, "cancelled")
    events, _ = await feed(harbour, cursor, session_id=session_id)
    kinds = [event["kind"] for event in events]
    assert kinds[0] == "session.created"
    assert "session.cancelled" in kinds
    by_whom = {event["actor"].partition(":")[0] for event in events}
    assert by_whom == {"homeroom", "key"}, "workflows did it, at the key's command"
    only, _ = await feed(harbour, cursor, kind="session.*")
    assert {event["subject"] for event in only} == {"session"}


async def test_small_pages_add_up_to_the_whole_feed(harbour: School) -> None:
    whole, _ = await feed(harbour)
    seen: list[Json] = []
    cursor = "0-0"
    while (page := await feed(harbour, cursor, limit="3"))[0]:
        seen, cursor = seen + page[0], page[1]
    assert seen == whole


async def test_another_organizations_changes_are_not_in_the_feed(harbour: School, other: School) -> None:
    await other.post("/v1/students", {"name": "Max"})
    theirs = {event["id"] for event in (await feed(other))[0]}
    assert not theirs & {event["id"] for event in (await feed(harbour))[0]}


async def test_a_late_commit_is_not_skipped(harbour: School) -> None:
    """A transaction that starts before another and commits after it still comes in its place."""
    _, cursor = await feed(harbour)
    with psycopg.connect(harbour.campus.database.superuser) as slow:
        slow.execute("select set_config('app.organization_id', %s, true)", [str(harbour.id)])
        student = str(uuid4())
        slow.execute(
            "insert into student (organization_id, id, name, language, time_zone, version, created_at) "
            "values (%s, %s, 'Slow', 'en', 'UTC', 1, now())",
            [harbour.id, student],
        )
        quick = await harbour.post("/v1/students", {"name": "Quick"})
        assert await feed(harbour, cursor) == ([], cursor), "changes behind the open transaction wait"
    events, _ = await feed(harbour, cursor)
    assert [event["subject_id"] for event in events] == [student, quick["id"]]


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=1", "cursor=9e9-1", "kind=all", "limit=0", "cursor=-1-1"]
)
async def test_invalid_queries_are_refused(harbour: School, query: str) -> None:
    answer = await harbour.api.get(f"/v1/events?{query}")
    problem_of(answer, 422, answer.json()["code"])


@asynccontextmanager
async def live(school: School, last: str | None = None) -> AsyncIterator[AsyncIterator[Json]]:
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
    async with school.api.stream("GET", "/v1/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer)


async def _events(answer: httpx.Response) -> AsyncIterator[Json]:
    async for line in answer.aiter_lines():
        if line.startswith("retry:"):
            yield {}
        if line.startswith("data:"):
            yield json.loads(line.removeprefix("data:"))


async def test_the_stream_sends_new_changes_and_resumes_after_the_last_event(harbour: School) -> None:
    async with asyncio.timeout(PATIENCE):
        async with live(harbour) as events:
            assert await anext(events) == {}
            first = await harbour.post("/v1/students", {"name": "Mia"})
            event = await anext(events)
            assert (event["kind"], event["subject_id"]) == ("student.created", first["id"])
        missed = await harbour.post("/v1/students", {"name": "Max"})
        async with live(harbour, event["id"]) as events:
            await anext(events)
            assert (await anext(events))["subject_id"] == missed["id"]


async def test_disconnected_listeners_are_removed(campus: Campus, harbour: School) -> None:
    hub = campus.app.state.homeroom.feed
    async with live(harbour) as events:
        await anext(events)
        assert hub.listeners(harbour.id) == 1
    async with asyncio.timeout(PATIENCE):
        while hub.listeners(harbour.id):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_audit_log_has_actor_request_and_values(harbour: School) -> None:
    made = await harbour.post("/v1/students", {"name": "Mia"})
    headers = {"If-Match": "*", "X-Request-Id": "the-request-of-the-test"}
    await harbour.api.patch(f"/v1/students/{made['id']}", json={"name": "Maria"}, headers=headers)
    changed, created = (await harbour.get(f"/v1/audit?subject_id={made['id']}"))["items"]
    assert changed["changes"] == {"name": ["Mia", "Maria"]}
    assert changed["request_id"] == "the-request-of-the-test"
    assert created["changes"]["name"] == [None, "Mia"]
    keys = (await harbour.get("/v1/keys"))["items"]
    assert changed["actor"] in {f"key:{key['id']}" for key in keys}
    only = (await harbour.get(f"/v1/audit?actor={changed['actor']}&kind=student.changed"))["items"]
    assert [entry["id"] for entry in only] == [changed["id"]]


async def test_the_audit_log_is_paged_by_cursor(harbour: School) -> None:
    whole = (await harbour.get("/v1/audit?limit=200"))["items"]
    seen: list[Json] = []
    page = await harbour.get("/v1/audit?limit=4")
    while page["next_cursor"]:
        seen += page["items"]
        page = await harbour.get(f"/v1/audit?limit=4&cursor={page['next_cursor']}")
    assert seen + page["items"] == whole
