"""Authentication: no access without a valid key, and none to another organization's rows."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.api.bodies import BODIES, Booked, address
from tests.campus import ADMIN, Campus, Json, School, problem_of, school

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def booked(campus: Campus) -> AsyncIterator[Booked]:
    async with school(campus) as opened:
        session_id = await opened.book()
        yield Booked(opened, session_id, await opened.join_token(session_id))


@pytest.fixture(scope="module")
async def stranger(campus: Campus) -> AsyncIterator[School]:
    async with school(campus, "Other {}") as opened:
        yield opened


async def operations(campus: Campus) -> list[tuple[str, str]]:
    """Path and method of every operation that needs authentication."""
    async with campus.client() as anybody:
        described: Json = (await anybody.get("/v1/openapi.json")).json()
    return [
        (path, method)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if operation.get("security")
    ]


async def call(client: httpx.AsyncClient, booked: Booked, path: str, method: str) -> httpx.Response:
    url = address(path, booked.session_id)
    body = BODIES[path](booked) if method != "get" and path in BODIES else None
    return await client.request(method, url, json=body)


async def test_every_operation_is_refused_without_a_key(campus: Campus, booked: Booked) -> None:
    before = booked.school.rows()
    async with campus.client() as anybody:
        for path, method in await operations(campus):
            answer = await call(anybody, booked, path, method)
            problem_of(answer, 401, "not-authenticated")
            assert answer.headers["www-authenticate"] == "Bearer"
    assert booked.school.rows() == before


async def test_sessions_of_another_organization_are_not_found(
    campus: Campus, booked: Booked, stranger: School
) -> None:
    before, theirs = booked.school.rows(), stranger.rows()
    seen = await booked.school.get(f"/v1/sessions/{booked.session_id}")
    of_sessions = [operation for operation in await operations(campus) if "{session_id}" in operation[0]]
    assert len(of_sessions) > 12
    for path, method in of_sessions:
        problem_of(await call(stranger.api, booked, path, method), 404, "not-found")
    assert booked.school.rows() == before
    assert stranger.rows() == theirs
    assert await booked.school.get(f"/v1/sessions/{booked.session_id}") == seen
    assert (await stranger.get("/v1/sessions"))["items"] == []


async def test_unknown_sessions_are_not_found(campus: Campus, booked: Booked) -> None:
    unknown = Booked(booked.school, str(uuid4()), booked.link)
    for path, method in await operations(campus):
        if "{session_id}" in path:
            problem_of(await call(booked.school.api, unknown, path, method), 404, "not-found")


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Basic aHI6aHI=",
        "Bearer nonsense",
        "Bearer hr_",
        "Bearer hr__",
        "Bearer hr_000000000000_secret",
        "Bearer hr_%_%",
        "Bearer hr_é_é",
        f"Bearer hr_{'x' * 10_000}_y",
        f"Bearer {ADMIN}",
    ],
    ids=lambda header: header[:24],
)
async def test_malformed_keys_are_refused(campus: Campus, authorization: str) -> None:
    async with campus.client() as anybody:
        answer = await anybody.get(
            "/v1/sessions", headers=[(b"Authorization", authorization.encode("latin-1"))]
        )
    problem_of(answer, 401, "not-authenticated")


async def test_a_wrong_secret_of_an_existing_key_is_refused(campus: Campus, booked: Booked) -> None:
    prefix = booked.school.api.headers["authorization"].removeprefix("Bearer ").rsplit("_", 1)[0]
    async with campus.client(f"{prefix}_guessed") as guesser:
        problem_of(await guesser.get("/v1/sessions"), 401, "not-authenticated")


async def test_a_revoked_key_is_refused(campus: Campus) -> None:
    async with school(campus) as opened:
        await opened.get("/v1/sessions")
        with psycopg.connect(campus.database.superuser) as connection:
            connection.execute(
                "update api_key set revoked_at = now() where organization_id = %s", [opened.id]
            )
        problem_of(await opened.api.get("/v1/sessions"), 401, "not-authenticated")


@pytest.mark.parametrize("token", ["guessed", "é", ADMIN[:-1]])
async def test_only_the_operator_can_create_organizations(campus: Campus, token: str) -> None:
    headers = [(b"Authorization", f"Bearer {token}".encode("latin-1"))]
    async with campus.client() as anybody:
        answer = await anybody.post("/v1/organizations", json={"name": "Mine"}, headers=headers)
    problem_of(answer, 403, "not-allowed")


async def test_an_api_key_cannot_create_organizations(booked: Booked) -> None:
    answer = await booked.school.api.post("/v1/organizations", json={"name": "Mine"})
    problem_of(answer, 403, "not-allowed")


async def test_references_to_another_organizations_rows_are_refused(booked: Booked, stranger: School) -> None:
    ids, theirs = stranger.ids, booked.school.ids
    before = stranger.rows()
    for path, body in (
        ("/v1/students", {"name": "Mia", "guardian_ids": [theirs["guardian"]]}),
        ("/v1/enrollments", {"course_id": theirs["course"], "student_id": ids["student 0"]}),
        ("/v1/enrollments", {"course_id": ids["course"], "student_id": theirs["student 0"]}),
    ):
        problem_of(await stranger.api.post(path, json=body), 422, "unknown-reference")
    assert stranger.rows() == before
