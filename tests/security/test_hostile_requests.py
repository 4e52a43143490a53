"""Requests as no browser of a user sends them: hosts of others, and forms in odd charsets."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest

from api.http.authentication import cookie_name
from tests.campus import ADMIN, Campus, problem_of
from tests.http_clients import http_client
from tests.security.routes import routes

pytestmark = pytest.mark.adapter

EVIL = "thief.example"
# Of a part of the form, as it is sent: Python's escapes, of which these make a text that is no Unicode.
UNSTORABLE = rb"\ud800\x00"
CHARSETS = ("unicode_escape", "raw_unicode_escape", "utf-7", "utf-16", "punycode", "idna", "hex")


@pytest.fixture(scope="module")
async def stranger(house: Campus) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"origin": house.url, "cookie": f"{cookie_name(house.app.state.homeroom)}=a-guess"}
    async with http_client(house.url, headers) as client:
        yield client


async def test_no_redirect_leads_to_the_host_that_a_request_names(
    house: Campus, stranger: httpx.AsyncClient
) -> None:
    """Nor to another scheme: behind a proxy with TLS, the application itself is asked without."""
    odd, redirected = [], 0
    for route in routes(house.app):
        answer = await stranger.request(route.method, f"{route.path}/", headers={"host": EVIL})
        location = answer.headers.get("location", "")
        redirected += answer.is_redirect
        if EVIL in location or (answer.status_code == 307 and urlsplit(location).netloc):
            odd.append((str(route), location))
    assert odd == []
    assert redirected


async def test_a_slash_too_many_leads_to_the_page(house: Campus) -> None:
    async with house.client() as client:
        answer = await client.get("/sign-in/?note=out")
    assert (answer.status_code, answer.headers["location"]) == (307, "/sign-in?note=out")


def _form(charset: str) -> tuple[dict[str, str], bytes]:
    names = ("address", "token", "t", "next", "key", "name", "code")
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), UNSTORABLE)
        for name in names
    ]
    return {"content-type": f"multipart/form-data; boundary=x; charset={charset}"}, b"".join(
        parts
    ) + b"--x--\r\n"


async def test_no_form_chooses_how_it_is_decoded(house: Campus, stranger: httpx.AsyncClient) -> None:
    headers, form = _form("unicode_escape")
    for route in routes(house.app):
        if route.method == "POST" and route.is_page:
            path = route.path.replace("{", "").replace("}", "")
            problem_of(await stranger.post(path, content=form, headers=headers), 415, "unsupported-media")
    for charset in CHARSETS:
        headers, form = _form(charset)
        problem_of(await stranger.post("/sign-in", content=form, headers=headers), 415, "unsupported-media")


async def test_a_form_that_says_it_is_utf_8_is_read(house: Campus) -> None:
    async with house.client(ADMIN) as client:
        headers, form = _form("UTF-8")
        answer = await client.post("/sign-in", content=form, headers=headers | {"origin": house.url})
    assert answer.status_code == 422, "what it says is no address"
