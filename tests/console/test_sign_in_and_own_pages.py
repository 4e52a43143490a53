"""Sign-in and the pages of instructors and families in Chromium, with their accessibility."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from api.http.authentication import cookie_name
from tests.api.mailed import forget_attempts, links_in_mail, sign_in_mails
from tests.api.openid_provider import CLIENT_ID, CLIENT_SECRET, DOMAIN, PASSWORD, address_of, openid_provider
from tests.api.roles import signed_in
from tests.campus import HOUR, School, school
from tests.console.conftest import DESKTOP
from tests.console.screens import look_and_check
from tests.console.taught import Hall
from tests.e2e.conftest import screenshot
from tests.e2e.room import PHONE
from tests.stack import TestMail
from wiring.api import OPENID_CALLBACK

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def opened(hall: Hall) -> AsyncIterator[School]:
    """With a class that was taught and approved, one that waits for review, and ones to come."""
    async with school(hall.campus) as found:
        approved = await hall.taught_class(found)
        path = f"/v1/sessions/{approved.session_id}/documentation"
        await found.post(f"{path}/approve", {"revision": (await found.get(path))["revision"]})
        await found.run_until(str(approved.session_id), "closed")
        await hall.taught_class(found)
        for hours in (2, 26, 50):
            await found.book(hours * HOUR, time_zone="Europe/Madrid")
        yield found


@pytest.fixture(scope="module")
def provider(hall: Hall) -> Iterator[str]:
    with openid_provider(hall.campus.url + OPENID_CALLBACK) as found:
        yield found.issuer


@pytest.fixture(autouse=True)
def _fresh(hall: Hall) -> None:
    forget_attempts(hall.campus)


@asynccontextmanager
async def signed_out_page(chromium: Browser, own: str) -> AsyncIterator[Page]:
    """A page that nobody is signed in to. Script errors and CSP violations of our own pages fail the test."""
    context = await chromium.new_context(viewport=DESKTOP, timezone_id="America/New_York")
    page = await context.new_page()
    errors: list[str] = []
    page.on(
        "pageerror",
        lambda error: errors.append(f"{page.url}: {error.stack}") if page.url.startswith(own) else None,
    )
    page.on(
        "console", lambda message: errors.append(message.text) if _is_csp_violation(message, own) else None
    )
    yield page
    await context.close()
    assert errors == []


@asynccontextmanager
async def identity_provider(opened: School, described: dict[str, Any]) -> AsyncIterator[None]:
    """Retired at the end, so that its domain can be claimed again."""
    made = await opened.post("/v1/identity-providers", described)
    try:
        yield
    finally:
        await opened.api.delete(f"/v1/identity-providers/{made['id']}")


def _is_csp_violation(message: ConsoleMessage, own: str) -> bool:
    """Of our own policy; the identity provider's pages violate theirs."""
    return "Content Security Policy" in message.text and message.location["url"].startswith(own)


@asynccontextmanager
async def page_of(chromium: Browser, opened: School, kind: str, key: str) -> AsyncIterator[Page]:
    async with await signed_in(opened.campus, opened.id, kind, UUID(key)) as client:
        name = cookie_name(opened.campus.app.state.homeroom)
        cookie = {"name": name, "value": client.cookies[name], "url": opened.campus.url}
    async with signed_out_page(chromium, opened.campus.url) as page:
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        yield page


async def test_sign_in_by_mail_and_sign_out(chromium: Browser, opened: School, mail_sink: TestMail) -> None:
    address = f"{uuid4().hex[:12]}@harbour.example"
    await opened.post("/v1/members", {"name": "Olga Ops", "email": address, "role": "ops"})
    async with signed_out_page(chromium, opened.campus.url) as page:
        await page.goto(f"{opened.campus.url}/today")
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        await look_and_check(page, "sign-in")
        await page.get_by_label("Email").fill(address)
        await page.get_by_role("button", name="Continue").click()
        await expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
        await look_and_check(page, "sign-in-asked")
        (link,) = await links_in_mail(mail_sink, address)
        await page.goto(link)
        await look_and_check(page, "sign-in-link")
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", name="Today")).to_be_visible()
        assert page.url == f"{opened.campus.url}/today"
        await page.get_by_role("link", name="Olga Ops").click()
        await expect(page.get_by_text("Email link")).to_be_visible()
        await look_and_check(page, "account")
        await page.get_by_role("button", name="Sign out everywhere").click()
        await expect(page.get_by_text("You are signed out everywhere.")).to_be_visible()
        await page.goto(link)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", name="This link has already been used")).to_be_visible()
        await look_and_check(page, "sign-in-refused")


async def test_the_sign_in_mail_names_each_account(
    chromium: Browser, opened: School, mail_sink: TestMail
) -> None:
    address = f"{uuid4().hex[:12]}@harbour.example"
    for kind, name in (("members", "Olga"), ("guardians", "Olga")):
        more = {"role": "ops"} if kind == "members" else {}
        await opened.post(f"/v1/{kind}", {"name": name, "email": address, **more})
    async with opened.campus.browser() as browser:
        await browser.post("/sign-in", data={"address": address})
    await links_in_mail(mail_sink, address)
    (message,) = await asyncio.to_thread(sign_in_mails, mail_sink, address)
    async with signed_out_page(chromium, opened.campus.url) as page:
        await page.set_content(message["html"])
        await expect(page.get_by_role("link", name=re.compile("as guardian$"))).to_be_visible()
        for name, size in (("mail-sign-in", DESKTOP), ("mail-sign-in-phone", PHONE)):
            if file := screenshot(name):
                await page.set_viewport_size(size)
                await page.screenshot(path=file, full_page=True)


async def test_sign_in_with_an_identity_provider(chromium: Browser, opened: School, provider: str) -> None:
    described = {
        "issuer": provider,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "domains": [DOMAIN],
    }
    async with (
        identity_provider(opened, described),
        signed_out_page(chromium, opened.campus.url) as page,
    ):
        await opened.post("/v1/members", {"name": "Ada", "email": address_of("ada"), "role": "admin"})
        await opened.vouch(DOMAIN)
        await page.goto(f"{opened.campus.url}/sign-in")
        await page.get_by_label("Email").fill(address_of("ada"))
        await page.get_by_role("button", name="Continue").click()
        await look_and_check(page, "sign-in-provider")
        await page.get_by_role("link", name="Continue to 127.0.0.1").click()
        await page.locator("input[name=login]").fill("ada")
        await page.locator("form button[type=submit]").first.click()
        await page.locator("input[name=password]").fill(PASSWORD)
        await page.locator("form button[type=submit]").first.click()
        await expect(page.get_by_role("heading", name="Today")).to_be_visible()
        assert page.url == f"{opened.campus.url}/today"


async def test_the_page_of_an_instructor(chromium: Browser, opened: School) -> None:
    async with page_of(chromium, opened, "instructor", opened.ids["instructor"]) as page:
        await page.goto(f"{opened.campus.url}/")
        await expect(page.get_by_role("heading", name="Your classes")).to_be_visible()
        await expect(page.get_by_role("link", name="Teaching")).to_have_attribute("aria-current", "page")
        await expect(page.locator(".own-when .zone").first).to_contain_text("Europe/Madrid")
        await look_and_check(page, "teaching")
        await page.get_by_role("link", name=re.compile("^Review ")).last.click()
        await expect(page).to_have_url(re.compile(r"/sessions/[^/]+/review$"))
        await page.go_back()
        await page.get_by_role("link", name="Join the class").first.click()
        await expect(page).to_have_url(re.compile(r"/join/"))


async def test_a_class_of_a_later_day_is_one_line_that_unfolds(chromium: Browser, opened: School) -> None:
    later = await opened.book(120 * HOUR)
    async with page_of(chromium, opened, "instructor", opened.ids["instructor"]) as page:
        await page.goto(f"{opened.campus.url}/teaching")
        row = page.locator(f"#class-{later}")
        cannot = row.get_by_role("button", name=re.compile("^I can't teach this class"))
        await expect(cannot).to_be_hidden()
        await row.locator("summary").press("Enter")
        await expect(cannot).to_be_visible()
        await look_and_check(page, "teaching-unfolded")
        await row.get_by_role("link", name=re.compile("^Go to the class")).click()
        await expect(page).to_have_url(re.compile(f"/sessions/{later}$"))


async def test_the_page_of_an_instructor_without_classes(chromium: Browser, opened: School) -> None:
    made = await opened.post("/v1/instructors", {"name": "Mei", "email": "mei@harbour.example"})
    async with page_of(chromium, opened, "instructor", made["id"]) as page:
        await page.goto(f"{opened.campus.url}/teaching")
        await expect(page.get_by_text("No classes in the next 24 hours")).to_be_visible()
        await look_and_check(page, "teaching-empty")


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_page_of_a_family(chromium: Browser, opened: School, language: str) -> None:
    guardian = f"/v1/guardians/{opened.ids['guardian']}"
    version = (await opened.api.get(guardian)).headers["etag"]
    zone = {"language": language, "time_zone": "America/New_York"}
    await opened.api.patch(guardian, json=zone, headers={"If-Match": version})
    join, heading = {"en": ("Join the class", "Your family"), "es": ("Entrar en la clase", "Tu familia")}[
        language
    ]
    async with page_of(chromium, opened, "guardian", opened.ids["guardian"]) as page:
        await page.goto(f"{opened.campus.url}/family")
        await expect(page.get_by_role("heading", name=heading)).to_be_visible()
        await expect(page.get_by_text("Europe/Madrid").first).to_be_visible()
        await look_and_check(page, "family" if language == "en" else "family-es")
        await page.get_by_role("link", name=join).first.click()
        await expect(page).to_have_url(re.compile(r"/join/"))


async def test_the_page_of_a_family_without_children(chromium: Browser, opened: School) -> None:
    made = await opened.post("/v1/guardians", {"name": "Nobody's yet", "email": "nobody@family.example"})
    async with page_of(chromium, opened, "guardian", made["id"]) as page:
        await page.goto(f"{opened.campus.url}/family")
        await expect(page.get_by_text("No children yet")).to_be_visible()
        await look_and_check(page, "family-empty")
        await page.goto(f"{opened.campus.url}/today")
        await expect(page.get_by_role("heading", name="You don't have access")).to_be_visible()
        await look_and_check(page, "page-of-another-role")
