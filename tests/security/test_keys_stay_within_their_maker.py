"""A key creates, rotates and revokes only keys that may do no more than itself, and creates none that outlives it."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.campus import HOUR, Json, School, problem_of

pytestmark = pytest.mark.adapter

WIDE, OWN = ["keys:manage", "people:read"], ["keys:manage"]


async def keeper(harbour: School, ends_at: datetime | None = None) -> tuple[Json, httpx.AsyncClient]:
    """A key that may manage keys and nothing else, and its client."""
    new = {"name": "keeper", "role": "admin", "scopes": OWN, "expires_at": ends_at and ends_at.isoformat()}
    made = await harbour.post("/v1/keys", new)
    return made, harbour.campus.client(made["api_key"])


async def test_a_key_revokes_and_rotates_no_key_with_more_access(harbour: School) -> None:
    wide = await harbour.post("/v1/keys", {"name": "wide", "role": "admin", "scopes": WIDE})
    whole = await harbour.post("/v1/keys", {"name": "whole", "role": "ops"})
    equal = await harbour.post("/v1/keys", {"name": "equal", "role": "admin", "scopes": OWN})
    _, client = await keeper(harbour)
    async with client:
        for key in (wide, whole):
            problem_of(await client.delete(f"/v1/keys/{key['id']}"), 403, "not-allowed")
            problem_of(await client.post(f"/v1/keys/{key['id']}/rotate", json={}), 403, "not-allowed")
        assert (await client.delete(f"/v1/keys/{equal['id']}")).status_code == 204
    kept = {key["id"]: key for key in (await harbour.get("/v1/keys"))["items"]}
    assert [kept[key["id"]]["revoked_at"] for key in (wide, whole)] == [None, None]
    assert [kept[key["id"]]["expires_at"] for key in (wide, whole)] == [None, None]


async def test_a_key_creates_no_key_that_outlives_it(harbour: School) -> None:
    ends_at = datetime.now(UTC) + HOUR
    _, client = await keeper(harbour, ends_at)
    new = {"name": "x", "role": "admin", "scopes": OWN}
    async with client:
        for later in (None, (ends_at + timedelta(seconds=1)).isoformat()):
            refused = await client.post("/v1/keys", json={**new, "expires_at": later})
            problem_of(refused, 403, "not-allowed")
        made = await client.post("/v1/keys", json={**new, "expires_at": ends_at.isoformat()})
        assert made.status_code == 201


async def test_a_key_that_rotates_itself_gains_no_time(harbour: School) -> None:
    ends_at = datetime.now(UTC) + HOUR
    key, client = await keeper(harbour, ends_at)
    async with client:
        rotated = await client.post(f"/v1/keys/{key['id']}/rotate", json={"overlap": "PT1M"})
    assert rotated.status_code == 201, rotated.text
    assert datetime.fromisoformat(rotated.json()["expires_at"]) <= ends_at
