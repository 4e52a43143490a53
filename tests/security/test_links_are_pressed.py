"""Opening a link signs nobody in or out; the operator's link works once, and ends with signing out everywhere."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from signing.links import FamilyLink
from tests.api.roles import signed_in
from tests.campus import HOUR, School
from tests.links import open_link, token_of

pytestmark = pytest.mark.adapter


@pytest.fixture
async def browser(harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    async with harbour.campus.browser() as client:
        yield client


async def family_link(school: School) -> str:
    guardian = await school.get(f"/v1/guardians/{school.ids['guardian']}")
    link = FamilyLink(school.id, UUID(guardian["id"]), guardian["email"])
    return school.campus.links.family_url(link, datetime.now(UTC) + HOUR)


async def test_opening_a_link_changes_no_cookie(harbour: School, browser: httpx.AsyncClient) -> None:
    instructor = UUID(harbour.ids["instructor"])
    async with await signed_in(harbour.campus, harbour.id, "instructor", instructor) as ada:
        ada.headers["accept"] = "text/html"
        for url in (await family_link(harbour), harbour.campus.console_url(harbour.id)):
            for reader in (ada, browser):
                shown = await reader.get(url)
                assert shown.status_code == 200
                assert "set-cookie" not in shown.headers
            elsewhere = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
            form = {"t": token_of(url, "t")} if "/family" in url else {"token": token_of(url, "token")}
            path = "/family" if "/family" in url else "/sign-in/operator"
            refused = await ada.post(path, data=form, headers=elsewhere)
            assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
        assert (await ada.get("/teaching")).status_code == 200


async def test_an_operator_link_signs_in_once(harbour: School, browser: httpx.AsyncClient) -> None:
    url = harbour.campus.console_url(harbour.id)
    form = {"token": token_of(url, "token")}
    async with harbour.campus.browser() as second:
        second.follow_redirects = browser.follow_redirects = False
        answers = await asyncio.gather(
            *(one.post("/sign-in/operator", data=form) for one in (browser, second))
        )
    assert sorted(answer.status_code for answer in answers) == [303, 403]
    async with harbour.campus.browser() as later:
        assert (await later.get(url)).status_code == 403


async def test_a_used_operator_link_leads_its_own_browser_on(
    harbour: School, browser: httpx.AsyncClient
) -> None:
    url = harbour.campus.console_url(harbour.id)
    assert (await open_link(browser, url)).url.path == "/today"
    assert (await browser.get(url)).url.path == "/today"


async def test_signing_out_everywhere_ends_operator_links(
    harbour: School, other: School, browser: httpx.AsyncClient
) -> None:
    unused, elsewhere = harbour.campus.console_url(harbour.id), harbour.campus.console_url(other.id)
    await open_link(browser, harbour.campus.console_url(harbour.id))
    await browser.post("/sign-out", data={"everywhere": "true"})
    assert (await open_link(browser, unused)).status_code == 403
    assert (await open_link(browser, harbour.campus.console_url(harbour.id))).url.path == "/today"
    async with harbour.campus.browser() as second:
        assert (await open_link(second, elsewhere)).url.path == "/today", "another organization's goes on"


async def test_signing_out_alone_ends_no_operator_link(harbour: School, browser: httpx.AsyncClient) -> None:
    unused = harbour.campus.console_url(harbour.id)
    await open_link(browser, harbour.campus.console_url(harbour.id))
    await browser.post("/sign-out")
    assert (await open_link(browser, unused)).url.path == "/today"
