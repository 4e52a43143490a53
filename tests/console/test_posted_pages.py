"""Pages that answer a form are not in the history: Back and Reload ask nothing, and what was entered is there."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.campus import School
from tests.console.conftest import signed_in_page

pytestmark = pytest.mark.adapter


@pytest.fixture
async def page(chromium: Browser, harbour: School) -> AsyncIterator[Page]:
    async with signed_in_page(chromium, harbour) as opened:
        yield opened


async def leave_and_go_back(page: Page) -> None:
    """By a link. Chromium answers Back with an error page where it would have to send a form again."""
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Today").click()
    await expect(page).to_have_title("Today · Homeroom")
    await page.go_back()


async def test_a_preview_of_acts_on_classes(page: Page, harbour: School) -> None:
    await harbour.book()
    await page.goto(f"{harbour.campus.url}/classes?when=coming")
    await page.locator(".case-check").check()
    await page.get_by_label("Move by").fill("+30 min")
    await page.get_by_role("button", name="Open to volunteers…").click()
    await page.get_by_label("Note for them").fill("The heating is broken.")
    await leave_and_go_back(page)
    assert page.url == f"{harbour.campus.url}/classes?when=coming"
    await expect(page.locator(".case-check")).to_be_checked()
    await expect(page.get_by_text("1 selected")).to_be_visible()
    await expect(page.get_by_label("Move by")).to_have_value("+30 min")
    await page.get_by_role("button", name="Open to volunteers…").click()
    await expect(page.get_by_label("Note for them")).to_have_value("The heating is broken.")


async def test_the_check_of_a_file_has_its_rows_again(page: Page, harbour: School) -> None:
    rows = "course,instructor,starts\nMathematics,Ada Okafor,2030-03-04 16:00\n"
    await page.goto(f"{harbour.campus.url}/classes/import")
    file = FilePayload(name="term.csv", mimeType="text/csv", buffer=rows.encode())
    await page.get_by_label("File").set_input_files(files=file)
    await page.get_by_role("button", name="Check").click()
    await expect(page.get_by_text("1 to book")).to_be_visible()
    await leave_and_go_back(page)
    await expect(page.get_by_label("Or paste the rows")).to_have_value(rows)
    await page.reload()
    await expect(page.get_by_label("Or paste the rows")).to_have_value(rows)
    await page.get_by_role("button", name="Check").click()
    await expect(page.get_by_text("1 to book")).to_be_visible()
    await page.get_by_label("The rows").fill(rows.replace("16:00", "17:00"))
    await leave_and_go_back(page)
    await expect(page.get_by_label("Or paste the rows")).to_have_value(rows.replace("16:00", "17:00"))


async def test_a_refused_form_and_the_days_of_a_closure(page: Page, harbour: School) -> None:
    await page.goto(f"{harbour.campus.url}/people/students/new")
    await page.get_by_label("Name").fill("Iris Meyer")
    await page.get_by_label("Email").fill("nowhere")
    await page.get_by_role("button", name="Add").click()
    await expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    await page.get_by_label("Email").fill("iris@family.example")
    await leave_and_go_back(page)
    await expect(page.get_by_label("Name")).to_have_value("Iris Meyer")
    await expect(page.get_by_label("Email")).to_have_value("iris@family.example")

    await page.goto(f"{harbour.campus.url}/settings/closures")
    await page.get_by_label("Name").fill("Spring day")
    await page.get_by_label("First day").fill("2030-03-04")
    await page.get_by_role("button", name="Show what is booked").click()
    await expect(page.get_by_text("Spring day").first).to_be_visible()
    await leave_and_go_back(page)
    assert page.url == f"{harbour.campus.url}/settings/closures"
    await expect(page.get_by_label("Name")).to_have_value("Spring day")
    await expect(page.get_by_label("First day")).to_have_value("2030-03-04")
