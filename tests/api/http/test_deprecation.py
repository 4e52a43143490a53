"""Headers and OpenAPI description of a deprecated operation."""

from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from api import openapi
from api.http import problems
from api.http.deprecation import POLICY, deprecated_route
from api.http.middleware import RequestMiddleware
from domain.errors import NotFound

pytestmark = pytest.mark.adapter

LINK = "https://docs.example/v2"


def old_app() -> FastAPI:
    router = APIRouter(prefix="/v1")

    @router.get("/old/{key}", dependencies=[deprecated_route(date(2031, 1, 1), date(2031, 9, 1), LINK)])
    async def old(key: int) -> int:
        if not key:
            raise NotFound
        return key

    @router.get("/present")
    async def present() -> int:
        return 1

    app = FastAPI()
    app.add_middleware(RequestMiddleware)
    problems.install(app)
    app.include_router(router)
    openapi.install(app, [router])
    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(old_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://old.example") as opened:
        yield opened


@pytest.mark.parametrize(("key", "status"), [(1, 200), (0, 404)])
async def test_responses_carry_deprecation_sunset_and_link_headers(
    client: httpx.AsyncClient, key: int, status: int
) -> None:
    answer = await client.get(f"/v1/old/{key}")
    assert answer.status_code == status
    assert answer.headers["deprecation"] == "@1924992000"
    assert answer.headers["sunset"] == "Mon, 01 Sep 2031 00:00:00 GMT"
    assert answer.headers["link"] == f'<{LINK}>; rel="deprecation"; type="text/html"'


async def test_other_operations_have_no_deprecation_headers(client: httpx.AsyncClient) -> None:
    assert not {"deprecation", "sunset", "link"} & set((await client.get("/v1/present")).headers)


async def test_openapi_marks_the_operation_as_deprecated(client: httpx.AsyncClient) -> None:
    schema = (await client.get("/openapi.json")).json()
    old, present = (schema["paths"][path]["get"] for path in ("/v1/old/{key}", "/v1/present"))
    assert (old["deprecated"], old["x-sunset"]) == (True, "2031-09-01")
    assert "deprecated" not in present
    assert schema["info"]["description"] == POLICY


def test_less_than_six_months_of_notice_is_refused() -> None:
    with pytest.raises(ValueError, match="six months"):
        deprecated_route(date(2031, 1, 1), date(2031, 6, 1), LINK)
