"""Security headers of pages, the room page and the API."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from api.http.middleware import RequestMiddleware
from api.http.state import State
from console.frame.viewers import set_cookie, signed_in
from tests.campus import HOUR, Campus, School, school
from tests.links import open_link

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def opened(campus: Campus) -> AsyncIterator[School]:
    async with school(campus) as school_:
        await school_.book(2 * HOUR)
        yield school_


@pytest.fixture(scope="module")
async def console(opened: School) -> AsyncIterator[httpx.AsyncClient]:
    async with opened.campus.browser() as browser:
        await open_link(browser, opened.campus.console_url(opened.id))
        yield browser


def directives(answer: httpx.Response) -> dict[str, str]:
    policy = answer.headers["content-security-policy"]
    return dict(part.strip().partition(" ")[::2] for part in policy.split(";"))


@pytest.mark.parametrize("path", ["/today", "/account", "/sign-in", "/sign-in/link", "/nowhere"])
async def test_pages_have_strict_security_headers(
    console: httpx.AsyncClient, campus: Campus, path: str
) -> None:
    async with campus.browser() as nobody:
        answer = await (nobody if path.startswith("/sign-in") else console).get(path)
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers
    if answer.status_code == 200:
        policy = directives(answer)
        assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
        for name in ("object-src", "base-uri", "frame-ancestors"):
            assert policy[name] == "'none'"
        assert policy["form-action"] == "'self'"
        assert headers["cache-control"] == "no-store"


async def test_the_room_page_may_use_camera_and_microphone(campus: Campus) -> None:
    async with campus.browser() as browser:
        answer = await browser.get("/join/00000000-0000-0000-0000-000000000000")
    assert answer.status_code == 200, "the room page is built by `homeroom setup`"
    for name in ("camera", "microphone", "display-capture"):
        assert f"{name}=(self)" in answer.headers["permissions-policy"]
    assert "geolocation=()" in answer.headers["permissions-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    policy = directives(answer)
    assert policy["script-src"] == "'self'"
    assert policy["object-src"] == policy["frame-ancestors"] == "'none'"


async def test_api_responses_may_load_nothing(opened: School) -> None:
    answer = await opened.api.get("/v1/guardians")
    assert directives(answer)["default-src"] == "'none'"
    assert answer.headers["cache-control"] == "no-store"


async def test_over_tls_strict_transport_security_is_sent() -> None:
    app = FastAPI()
    app.add_middleware(RequestMiddleware, over_tls=True)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://school.example") as client:
        answer = await client.get("/")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_over_tls_the_cookie_has_the_host_prefix(campus: Campus) -> None:
    shared: State = campus.app.state.homeroom
    public = shared.settings.model_copy(update={"public_url": "https://school.example"})
    answer = signed_in(replace(shared, settings=public), "token", "/today")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-homeroom=token;")
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    set_cookie(replace(shared, settings=public), answer, "__Host-homeroom", "", 0)
    assert "Max-Age=0" in answer.headers.getlist("set-cookie")[-1]
