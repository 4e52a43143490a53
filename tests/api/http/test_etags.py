"""Conditional reads with If-None-Match."""

import pytest

from tests.campus import HOUR, School

pytestmark = pytest.mark.adapter


@pytest.mark.parametrize(
    "path",
    [
        "/v1/sessions/{session}",
        "/v1/sessions",
        "/v1/sessions/{session}/attendance",
        "/v1/guardians",
        "/v1/board",
        "/v1/events?kind=session.*",
        "/v1/policy",
    ],
)
async def test_a_matching_etag_gets_304_without_a_body(harbour: School, path: str) -> None:
    session_id = await harbour.book(20 * HOUR)
    await harbour.run_until(session_id, "scheduled")
    path = path.format(session=session_id)
    first = await harbour.api.get(path)
    assert first.status_code == 200
    tag = first.headers["etag"]
    unchanged = await harbour.api.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    assert "x-request-id" in unchanged.headers
    assert (await harbour.api.get(path, headers={"If-None-Match": 'W/"other"'})).json() == first.json()


async def test_changed_content_is_sent_with_a_new_etag(harbour: School) -> None:
    tag = (await harbour.api.get("/v1/guardians")).headers["etag"]
    await harbour.post("/v1/guardians", {"name": "Mia", "email": "mia@family.example"})
    again = await harbour.api.get("/v1/guardians", headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert again.headers["etag"] != tag


async def test_refusals_have_no_etag(harbour: School) -> None:
    refused = await harbour.api.get("/v1/sessions/none", headers={"If-None-Match": "*"})
    assert refused.status_code == 422
    assert "etag" not in refused.headers
