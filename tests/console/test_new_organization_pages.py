"""The pages of a new organization in Chromium: creating it, its first steps, booking; their accessibility."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from tests.api.mailed import forget_attempts
from tests.campus import ADMIN, Campus, School
from tests.console.conftest import DESKTOP, ZONE, signed_in_page
from tests.console.screens import look_and_check

pytestmark = [pytest.mark.adapter, pytest.mark.timeout(300)]


@pytest.fixture
async def empty(campus: Campus) -> AsyncIterator[School]:
    async with campus.client(ADMIN) as operator:
        made = (await operator.post("/v1/organizations", json={"name": "Harbour Tutoring"})).json()
    async with campus.client(made["api_key"]) as api:
        yield School(campus, UUID(made["id"]), api)


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport=DESKTOP, timezone_id=ZONE, locale="es-ES")
    yield await context.new_page()
    await context.close()


async def test_the_operator_creates_an_organization(campus: Campus, page: Page) -> None:
    """The sign-in page speaks the browser's language; the form begins with its time zone and language."""
    forget_attempts(campus)
    await page.goto(f"{campus.url}/sign-in")
    await page.get_by_role("link", name="Crear una organización").click()
    await look_and_check(page, "operator-sign-in")
    await page.get_by_label("Operator's token").fill(ADMIN)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_label("Time zone")).to_have_value(ZONE)
    await expect(page.get_by_label("Language")).to_have_value("es")
    await look_and_check(page, "operator-organization")
    await page.get_by_label("Name of the organization").fill("Academia del Puerto")
    await page.get_by_label("Name of the first admin").fill("Ada Admin")
    await page.get_by_label("Email of the first admin").fill("ada.admin@puerto.example")
    await page.get_by_role("button", name="Create organization").click()
    await expect(page.get_by_text("Academia del Puerto is created")).to_be_visible()
    await look_and_check(page, "operator-done")


async def test_the_first_class_is_booked_step_by_step(chromium: Browser, empty: School) -> None:
    async with signed_in_page(chromium, empty) as page:
        await page.goto(f"{empty.campus.url}/today")
        steps = page.get_by_role("region", name="First steps")
        await look_and_check(page, "first-steps")
        await steps.get_by_role("link", name="Add an instructor").click()
        await page.get_by_label("Name").fill("Ada Okafor")
        await page.get_by_label("Email").fill("ada@harbour.example")
        await page.get_by_role("button", name="Add").click()
        await steps.get_by_role("link", name="Add a student").click()
        await look_and_check(page, "new-student")
        await page.get_by_label("Name of the student").fill("Noor Haddad")
        await page.get_by_label("Name of the guardian").fill("Samira Haddad")
        await page.get_by_label("Email of the guardian").fill("samira.h@family.example")
        await page.get_by_label("Or a new course").fill("Algebra")
        await page.get_by_role("button", name="Add").click()
        await expect(steps.get_by_text("(done)")).to_have_count(3)
        await steps.get_by_role("link", name="Book a class").click()
        await expect(page.get_by_role("heading", name="Book a class")).to_be_visible()
        await page.get_by_label("Instructor").select_option(label="Ada Okafor")
        await page.get_by_label("Starts at").fill("2030-03-01T10:00")
        await page.get_by_role("button", name="Book class").click()
        await expect(page.get_by_text("Class booked.")).to_be_visible()


async def test_further_new_pages_are_accessible(chromium: Browser, empty: School) -> None:
    made = await empty.post("/v1/members", {"name": "Olu", "email": f"{empty.id}@x.example", "role": "ops"})
    for title in ("Algebra", "Choir"):
        await empty.post("/v1/courses", {"title": title, "subject": title})
    pages = {
        "book-start": "/book",
        "member-invited": f"/people/members/{made['id']}",
        "members-invited": "/people/members",
        "nothing-here": "/nowhere",
    }
    async with signed_in_page(chromium, empty) as page:
        for name, path in pages.items():
            await page.goto(f"{empty.campus.url}{path}")
            await look_and_check(page, name)
