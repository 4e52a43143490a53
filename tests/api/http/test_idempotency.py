"""Idempotency-Key: repeated requests have one effect and one response."""

import asyncio
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.campus import ADMIN, Campus, Json, School, problem_of

pytestmark = pytest.mark.adapter

MIA: Json = {"name": "Mia", "guardian_ids": []}


def key(value: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": value or str(uuid4())}


async def test_a_repeated_request_returns_the_same_response_and_has_one_effect(harbour: School) -> None:
    headers = key()
    first = await harbour.api.post("/v1/students", json=MIA, headers=headers)
    before = harbour.rows()
    again = await harbour.api.post("/v1/students", json=MIA, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    for name in ("etag", "location", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert harbour.rows() == before


async def test_concurrent_duplicates_have_one_effect(harbour: School) -> None:
    headers, before = key(), harbour.rows()
    answers = await asyncio.gather(
        *(harbour.api.post("/v1/students", json=MIA, headers=headers) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert harbour.rows()["student"] == before["student"] + 1


async def test_concurrent_duplicate_bookings_make_one_class(harbour: School) -> None:
    headers, body = key(), harbour.booking()
    answers = await asyncio.gather(
        *(harbour.api.post("/v1/sessions", json=body, headers=headers) for _ in range(4))
    )
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await harbour.get("/v1/sessions"))["items"]) == 1


async def test_another_request_under_the_same_key_is_refused(harbour: School) -> None:
    headers = key()
    await harbour.api.post("/v1/students", json=MIA, headers=headers)
    before = harbour.rows()
    for path, body in (
        ("/v1/students", MIA | {"name": "Max"}),
        ("/v1/guardians", MIA),
        ("/v1/students?x=1", MIA),
    ):
        answer = await harbour.api.post(path, json=body, headers=headers)
        problem_of(answer, 422, "idempotency-key-reused")
    assert harbour.rows() == before


async def test_a_refusal_is_repeated_too(harbour: School) -> None:
    headers, body = key(), harbour.booking(student_ids=[str(uuid4())])
    first = await harbour.api.post("/v1/sessions", json=body, headers=headers)
    again = await harbour.api.post("/v1/sessions", json=body, headers=headers)
    problem_of(first, 422, "unknown-reference")
    assert again.content == first.content


async def test_keys_of_other_callers_do_not_collide(harbour: School, other: School) -> None:
    headers = key()
    mine = await harbour.api.post("/v1/students", json=MIA, headers=headers)
    theirs = await other.api.post("/v1/students", json=MIA, headers=headers)
    assert mine.status_code == theirs.status_code == 201
    assert mine.json()["id"] != theirs.json()["id"]
    second = await harbour.post("/v1/keys", {"name": "second"})
    async with harbour.campus.client(second["api_key"]) as colleague:
        another = await colleague.post("/v1/students", json=MIA, headers=headers)
    assert another.json()["id"] != mine.json()["id"]


async def test_repeating_work_that_died_before_its_response_makes_no_second_row(harbour: School) -> None:
    """The row exists and the claim is left behind, but no response was stored."""
    headers = key()
    made = (await harbour.api.post("/v1/students", json=MIA, headers=headers)).json()
    with psycopg.connect(harbour.campus.database.superuser) as connection:
        connection.execute(
            "update idempotency set status = null, answer = '', locked_until = now() - interval '1 second' "
            "where organization_id = %s",
            [harbour.id],
        )
    before = harbour.rows()
    again = await harbour.api.post("/v1/students", json=MIA, headers=headers)
    assert (again.status_code, again.json()["id"]) == (201, made["id"])
    assert harbour.rows() == before


async def test_stored_responses_are_encrypted(harbour: School) -> None:
    headers = key()
    made = (await harbour.api.post("/v1/keys", json={"name": "billing"}, headers=headers)).json()
    with psycopg.connect(harbour.campus.database.superuser) as connection:
        rows = connection.execute(
            "select * from idempotency where organization_id = %s", [harbour.id]
        ).fetchall()
    stored = repr(rows)
    assert len(rows) == 1
    for private in (made["api_key"].split("_", 2)[2], "billing", headers["Idempotency-Key"]):
        assert private not in stored
    again = await harbour.api.post("/v1/keys", json={"name": "billing"}, headers=headers)
    assert again.json() == made


async def test_the_operators_repeated_request_makes_one_organization(campus: Campus) -> None:
    headers = key()
    async with campus.client(ADMIN) as operator:
        answers = [
            await operator.post("/v1/organizations", json={"name": "Once"}, headers=headers) for _ in range(2)
        ]
        assert answers[0].json() == answers[1].json()
    async with campus.client("guessed") as guesser:
        answer = await guesser.post("/v1/organizations", json={"name": "Once"}, headers=headers)
        problem_of(answer, 403, "not-allowed")


@pytest.mark.parametrize("value", ["", "x" * 256, "a\tb"])
async def test_malformed_keys_are_refused(harbour: School, value: str) -> None:
    answer = await harbour.api.post("/v1/students", json=MIA, headers={"Idempotency-Key": value})
    problem_of(answer, 422, "invalid-input")


async def test_a_repeated_command_is_carried_out_once(harbour: School) -> None:
    session_id, headers = await harbour.book(), key()
    body: dict[str, Any] = {"reason": "weather"}
    for _ in range(2):
        answer = await harbour.api.post(f"/v1/sessions/{session_id}/cancel", json=body, headers=headers)
        assert answer.status_code == 204, answer.text
    again = await harbour.api.post(f"/v1/sessions/{session_id}/cancel", json=body, headers=key())
    problem_of(again, 409, "transition-refused")
