"""HEAD answers as GET does, without a body and without effects, for every route that answers GET."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

import api.routes
from console.install import OWN_RULES, PERMITTED
from domain.notices.kinds import NoticeKind
from signing.links import FamilyLink, UnsubscribeLink, address_fingerprint
from tests.api.roles import signed_in
from tests.campus import HOUR, School
from wiring.api import OPENID_CALLBACK

pytestmark = pytest.mark.adapter

# A GET signs in; see the last test.
SIGN_IN = {OPENID_CALLBACK}


def paths(*modules: object) -> list[str]:
    return sorted(
        {
            route.path
            for module in modules
            for route in getattr(module, "router", APIRouter()).routes
            if isinstance(route, APIRoute) and "GET" in (route.methods or ())
        }
    )


PAGES = paths(*OWN_RULES, *PERMITTED)
OF_API = paths(*(import_module(f"api.routes.{module.name}") for module in iter_modules(api.routes.__path__)))


async def start_of(client: httpx.AsyncClient, method: str, path: str) -> tuple[int, str | None, str | None]:
    """Status, content type and length of an answer; the body of a GET, which may have no end, is not read."""
    async with client.stream(method, path) as answer:
        if method == "HEAD":
            async with asyncio.timeout(10):
                assert await answer.aread() == b"", path
        return answer.status_code, answer.headers.get("content-type"), answer.headers.get("content-length")


@pytest.fixture
async def ops(harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    made = await harbour.post("/v1/members", {"name": "Olu", "email": "olu@harbour.example", "role": "admin"})
    async with await signed_in(harbour.campus, harbour.id, "member", UUID(made["id"])) as browser:
        browser.headers["Accept"] = "text/html"
        yield browser


async def test_every_page_and_resource_answers_head_as_get(harbour: School, ops: httpx.AsyncClient) -> None:
    session_id = await harbour.book()
    values = {"session_id": session_id, "course_id": harbour.ids["course"]}
    answered: set[int] = set()
    for client, served in ((ops, [*PAGES, "/", "/healthz", "/nowhere"]), (harbour.api, OF_API)):
        for pattern in served:
            if pattern in SIGN_IN:
                continue
            names = [part.split("}")[0].split(":")[0] for part in pattern.split("{")[1:]]
            path = pattern
            for name in names:
                path = path.replace(f"{{{name}}}", values.get(name) or str(uuid4()))
            got, head = await start_of(client, "GET", path), await start_of(client, "HEAD", path)
            assert head[:2] == got[:2], path
            answered.add(head[0])
    assert 200 in answered


async def test_a_file_link_has_its_length_and_kind_without_the_file(harbour: School) -> None:
    session_id = await harbour.book()
    made = await harbour.api.post(
        f"/v1/sessions/{session_id}/files", files={"file": ("a.txt", b"one half", "text/plain")}
    )
    link = (await harbour.get(f"/v1/sessions/{session_id}/files/{made.json()['id']}/link"))["url"]
    async with harbour.campus.client() as anybody:
        head, got = await anybody.head(link), await anybody.get(link)
    assert (got.content, head.content) == (b"one half", b"")
    for name in ("content-type", "content-length", "etag", "content-disposition", "accept-ranges"):
        assert head.headers[name] == got.headers[name]


async def test_head_of_a_link_neither_signs_in_nor_unsubscribes(harbour: School) -> None:
    """Mail programs and scanners look at the links of a mail so."""
    guardian = UUID(harbour.ids["guardian"])
    address = f"guardian1.{harbour.id}@family.example"
    expires, links = datetime.now(UTC) + HOUR, harbour.campus.links
    family = links.family_url(FamilyLink(harbour.id, guardian, address), expires)
    fingerprint = address_fingerprint(address)
    unsubscribing = links.unsubscribe_url(
        UnsubscribeLink(harbour.id, "guardian", guardian, fingerprint, NoticeKind.REMINDER), expires
    )
    before = harbour.rows()
    async with harbour.campus.client() as scanner:
        assert (await scanner.head(family)).status_code == 200
        assert (await scanner.head(unsubscribing)).status_code == 200
        assert (await scanner.head(f"{OPENID_CALLBACK}?state=a&code=b")).status_code == 303
        assert not scanner.cookies
    assert harbour.rows() == before
    assert (await harbour.get(f"/v1/guardians/{guardian}"))["unsubscribed"] == []
