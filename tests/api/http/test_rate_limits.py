"""Rate limits per key and their headers, and the request id of every response."""

import re

import pytest

from models.database import Database
from tests.campus import ADMIN, Campus, problem_of, serving, settings_for
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter


async def test_a_key_over_its_limit_is_refused_with_retry_after(
    database_urls: DatabaseUrls, database: Database
) -> None:
    settings = settings_for(database_urls, rate_limit="3/hour")
    async with serving(settings) as app:
        campus = Campus(settings, database_urls, app)
        async with campus.client(ADMIN) as operator:
            keys = [
                (await operator.post("/v1/organizations", json={"name": "School"})).json()["api_key"]
                for _ in range(2)
            ]
        async with campus.client(keys[0]) as busy, campus.client(keys[1]) as calm:
            for left in (2, 1, 0):
                answer = await busy.get("/v1/policy")
                assert answer.status_code == 200
                assert re.fullmatch(rf'"default";r={left};t=\d+', answer.headers["ratelimit"])
                assert answer.headers["ratelimit-policy"] == '"default";q=3;w=3600'
            refused = await busy.get("/v1/policy")
            problem_of(refused, 429, "rate-limited")
            assert 0 < int(refused.headers["retry-after"]) <= 3600, "the windows are those of the clock"
            assert (await calm.get("/v1/policy")).status_code == 200, "each has its own"


async def test_every_response_has_a_request_id(campus: Campus) -> None:
    async with campus.client() as anybody:
        refused = await anybody.get("/v1/policy")
        assert refused.json()["request_id"] == refused.headers["x-request-id"]
        named = await anybody.get("/v1/policy", headers={"X-Request-Id": "my-own.id_1"})
        assert named.headers["x-request-id"] == "my-own.id_1"
        for odd in ("", "x" * 200, "a b", "a\tb"):
            answer = await anybody.get("/v1/policy", headers={"X-Request-Id": odd})
            assert answer.headers["x-request-id"] != odd
