"""Body size limits, unknown paths and methods, and unexpected errors."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api.events import PATH
from tests.campus import Campus, School, application, problem_of

pytestmark = pytest.mark.adapter

TEN_MEGABYTES = 10_000_000
PATHS = [
    "/v1/guardians",
    "/v1/sessions",
    "/v1/livekit/webhooks",
    "/v1/join/00000000-0000-0000-0000-000000000000/quality",
    "/sessions/00000000-0000-0000-0000-000000000000/approve",
]


async def chunks() -> AsyncIterator[bytes]:
    for _ in range(TEN_MEGABYTES // 100_000):
        yield b" " * 100_000


@pytest.mark.parametrize("path", PATHS)
async def test_a_large_body_is_refused(harbour: School, path: str) -> None:
    before = harbour.rows()
    answer = await harbour.api.post(
        path, content=b" " * TEN_MEGABYTES, headers={"content-type": "application/json"}
    )
    problem_of(answer, 413, "payload-too-large")
    assert harbour.rows() == before


@pytest.mark.parametrize("path", PATHS[:4])
async def test_a_large_body_of_undeclared_length_is_refused(harbour: School, path: str) -> None:
    before = harbour.rows()
    headers = {"content-type": "application/json", "authorization": harbour.api.headers["authorization"]}
    answer = await harbour.api.post(path, content=chunks(), headers=headers)
    problem_of(answer, 413, "payload-too-large")
    assert harbour.rows() == before


async def test_a_body_of_the_maximum_size_is_accepted(harbour: School) -> None:
    body = b'{"name": "Mia"}'
    answer = await harbour.api.post(
        "/v1/students", content=body.ljust(1_000_000), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "path", ["/v1/nothing", "/nothing", "/v1/sessions/x/y/z", "/static/console/none.css"]
)
async def test_an_unknown_path_is_not_found(harbour: School, path: str) -> None:
    problem_of(await harbour.api.get(path), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/v1/sessions"), ("PUT", "/today"), ("PUT", "/v1/guardians")]
)
async def test_an_unsupported_method_is_refused(harbour: School, method: str, path: str) -> None:
    answer = await harbour.api.request(method, path)
    problem_of(answer, 405, "method-not-allowed")
    assert answer.headers["allow"]


@pytest.mark.parametrize("key", ["nonsense", "x" * 20_000, "%00", "1' or '1'='1", "0" * 31 + "g"])
async def test_a_malformed_id_is_refused(harbour: School, key: str) -> None:
    for path in (f"/v1/sessions/{key}", f"/v1/sessions/{key}/timeline", f"/v1/join/{key}/people?t=x"):
        problem_of(await harbour.api.get(path), 422, "invalid-input")


async def test_an_unexpected_error_is_a_problem_without_details(campus: Campus) -> None:
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
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_unexpected_error_of_a_webhook_is_a_problem(campus: Campus) -> None:
    app = application(campus.settings)  # without its state, which is made when it starts
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post(PATH, content=b"{}", headers={"authorization": "x"})
    problem_of(answer, 500, "internal-error")
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_every_response_has_the_security_headers(harbour: School) -> None:
    for path in ("/v1/sessions", "/v1/nothing", "/healthz", "/static/console/console.css", "/v1/policy"):
        answer = await harbour.api.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["referrer-policy"] == "same-origin", path
        assert (answer.headers.get("cache-control") == "no-store") == path.startswith("/v1/")


async def test_healthz_reports_ok(campus: Campus) -> None:
    async with campus.client() as anybody:
        assert (await anybody.get("/healthz")).json() == {"status": "ok"}
