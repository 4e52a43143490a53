"""API keys: shown once, listed by prefix, rotated with an overlap, revoked immediately."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.campus import Json, School, problem_of

pytestmark = pytest.mark.adapter


async def works(school: School, key: Json) -> bool:
    async with school.campus.client(key["api_key"]) as client:
        answer = await client.get("/v1/courses")
        if not answer.is_success:
            problem_of(answer, 401, "not-authenticated")
        return answer.is_success


async def test_a_key_is_shown_once_and_only_its_hash_is_kept(harbour: School) -> None:
    made = await harbour.post("/v1/keys", {"name": "billing", "scopes": ["courses:read"]})
    assert made["api_key"].startswith(f"hr_{made['prefix']}_")
    (listed,) = (await harbour.get(f"/v1/keys?prefix={made['prefix']}"))["items"]
    assert listed == {name: value for name, value in made.items() if name != "api_key"}
    with psycopg.connect(harbour.campus.database.superuser) as connection:
        tables = ("api_key", "change_log")
        rows = [connection.execute(f"select * from {table}").fetchall() for table in tables]
    assert made["api_key"].split("_", 2)[2] not in repr(rows)


async def test_rotation_keeps_the_old_secret_for_the_overlap(harbour: School) -> None:
    old = await harbour.post("/v1/keys", {"name": "billing", "scopes": ["courses:read"]})
    new = await harbour.post(f"/v1/keys/{old['id']}/rotate", {"overlap": "PT1H"})
    assert (new["name"], new["role"], new["scopes"]) == (old["name"], old["role"], old["scopes"])
    assert await works(harbour, old)
    assert await works(harbour, new)
    newest = await harbour.post(f"/v1/keys/{new['id']}/rotate", {"overlap": "PT0S"})
    assert not await works(harbour, new)
    assert await works(harbour, newest)
    answer = await harbour.api.post(f"/v1/keys/{new['id']}/rotate", json={})
    problem_of(answer, 409, "transition-refused")


async def test_a_revoked_key_stops_working_immediately(harbour: School) -> None:
    made = await harbour.post("/v1/keys", {"name": "billing"})
    assert await works(harbour, made)
    assert (await harbour.api.delete(f"/v1/keys/{made['id']}")).status_code == 204
    assert not await works(harbour, made)


async def test_an_expired_key_does_not_work(harbour: School) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = await harbour.post("/v1/keys", {"name": "visitor", "expires_at": later})
    assert await works(harbour, made)
    with psycopg.connect(harbour.campus.database.superuser) as connection:
        connection.execute("update api_key set expires_at = now() where id = %s", [made["id"]])
    assert not await works(harbour, made)


async def test_the_last_use_of_a_key_is_recorded(harbour: School) -> None:
    made = await harbour.post("/v1/keys", {"name": "billing"})
    assert made["last_used_at"] is None
    await works(harbour, made)
    (listed,) = (await harbour.get(f"/v1/keys?prefix={made['prefix']}"))["items"]
    assert listed["last_used_at"] is not None


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "role": "guardian"},
        {"name": "x", "role": "instructor"},
        {"name": "x", "role": "integrator", "scopes": ["keys:manage"]},
        {"name": "x", "scopes": ["everything"]},
        {"name": "x", "expires_at": "yesterday"},
        {"name": ""},
    ],
    ids=str,
)
async def test_invalid_keys_are_refused(harbour: School, body: Json) -> None:
    problem_of(await harbour.api.post("/v1/keys", json=body), 422, "invalid-input")


async def test_a_key_cannot_create_a_key_with_more_permissions(harbour: School) -> None:
    narrow = await harbour.post("/v1/keys", {"name": "keeper", "role": "admin", "scopes": ["keys:manage"]})
    async with harbour.campus.client(narrow["api_key"]) as keeper:
        for wider in ({}, {"scopes": ["people:read"]}, {"scopes": ["keys:manage", "people:read"]}):
            answer = await keeper.post("/v1/keys", json={"name": "x", "role": "admin"} | wider)
            problem_of(answer, 403, "not-allowed")
        answer = await keeper.post("/v1/keys", json={"name": "x", "role": "admin", "scopes": ["keys:manage"]})
        assert answer.status_code == 201
        first = next(item for item in (await harbour.get("/v1/keys"))["items"] if not item["scopes"])
        problem_of(await keeper.post(f"/v1/keys/{first['id']}/rotate", json={}), 403, "not-allowed")
