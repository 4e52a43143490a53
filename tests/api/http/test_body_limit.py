"""Bodies that are too large, ways that do not exist, and faults."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.campus import Campus, School, application, problem_of

pytestmark = pytest.mark.adapter

TEN_MEGABYTES = 10_000_000
BIG = [
    "/v1/guardians",
    "/v1/sessions",
    "/v1/livekit/webhooks",
    "/v1/join/00000000-0000-0000-0000-000000000000/quality",
    "/sessions/00000000-0000-0000-0000-000000000000/approve",
]


async def chunks() -> AsyncIterator[bytes]:
    for _ in range(TEN_MEGABYTES // 100_000):
        yield b" " * 100_000


@pytest.mark.parametrize("path", BIG)
async def test_a_large_body_is_refused(harbour: School, path: str) -> None:
    before = harbour.rows()
    answer = await harbour.api.post(
        path, content=b" " * TEN_MEGABYTES, headers={"content-type": "application/json"}
    )
    problem_of(answer, 413, "payload-too-large")
    assert harbour.rows() == before


@pytest.mark.parametrize("path", BIG[:4])
async def test_a_large_body_of_undeclared_length_is_refused(harbour: School, path: str) -> None:
    before = harbour.rows()
    headers = {"content-type": "application/json", "authorization": harbour.api.headers["authorization"]}
    answer = await harbour.api.post(path, content=chunks(), headers=headers)
    problem_of(answer, 413, "payload-too-large")
    assert harbour.rows() == before


async def test_a_body_of_the_greatest_size_is_read(harbour: School) -> None:
    body = b'{"name": "Mia"}'
    answer = await harbour.api.post(
        "/v1/students", content=body.ljust(1_000_000), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "path", ["/v1/nothing", "/nothing", "/v1/sessions/x/y/z", "/static/console/none.css"]
)
async def test_a_way_that_does_not_exist(harbour: School, path: str) -> None:
    problem_of(await harbour.api.get(path), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/v1/sessions"), ("PUT", "/today"), ("PUT", "/v1/guardians")]
)
async def test_a_method_that_does_not_exist(harbour: School, method: str, path: str) -> None:
    answer = await harbour.api.request(method, path)
    problem_of(answer, 405, "method-not-allowed")
    assert answer.headers["allow"]


@pytest.mark.parametrize("key", ["nonsense", "x" * 20_000, "%00", "1' or '1'='1", "0" * 31 + "g"])
async def test_an_id_that_is_none(harbour: School, key: str) -> None:
    for path in (f"/v1/sessions/{key}", f"/v1/sessions/{key}/timeline", f"/v1/join/{key}/people?t=x"):
        problem_of(await harbour.api.get(path), 422, "invalid-input")


async def test_a_fault_is_a_problem_that_tells_nothing(campus: Campus) -> None:
    app = application(campus.settings)

    @app.get("/v1/fault")
    async def fault() -> None:
        raise ZeroDivisionError("Noor Haddad")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/v1/fault")
    problem_of(answer, 500, "internal-error")
    assert "Noor" not in answer.text
    assert "Zero" not in answer.text


async def test_every_answer_carries_the_headers_browsers_need(harbour: School) -> None:
    for path in ("/v1/sessions", "/v1/nothing", "/healthz", "/static/console/console.css", "/v1/policy"):
        answer = await harbour.api.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["referrer-policy"] == "same-origin", path
        assert (answer.headers.get("cache-control") == "no-store") == path.startswith("/v1/")


async def test_healthz_says_that_all_is_well(campus: Campus) -> None:
    async with campus.client() as anybody:
        assert (await anybody.get("/healthz")).json() == {"status": "ok"}
