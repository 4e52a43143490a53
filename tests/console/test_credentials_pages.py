"""Certificates, checks and hours are entered on the pages of people and courses; a class names its rules."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.campus import School
from tests.console.conftest import signed_in_page
from tests.console.forms import hidden
from tests.console.screens import look_and_check
from tests.links import open_link

pytestmark = pytest.mark.adapter


@pytest.fixture
async def operator(harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    async with harbour.campus.browser() as browser:
        await open_link(browser, harbour.campus.console_url(harbour.id))
        yield browser


async def test_certificates_are_added_with_their_last_day_and_removed(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    made = await harbour.post("/v1/instructors", {"name": "Zoe Quill", "email": "zoe.quill@harbour.example"})
    page = f"/people/instructors/{made['id']}"
    shown = await operator.get(page)
    assert "None on record" in shown.text
    last = datetime.now(UTC).date() + timedelta(days=12)
    typed = {"of": "certificate", "name": "First Aid", "number": "FA-1", "expires_on": last.isoformat()}
    refused = await operator.post(
        f"{page}/credentials",
        data=typed | {"version": hidden(shown, "version"), "issued_on": "2090-01-01"},
    )
    assert refused.status_code == 422
    assert "expire before it is issued" in refused.text
    added = await operator.post(f"{page}/credentials", data=typed | {"version": hidden(shown, "version")})
    assert f"until {last.day} {last:%B %Y}" in added.text
    assert "days left" in added.text
    check = {"of": "check", "kind": "Enhanced DBS", "valid_until": "2020-01-01"}
    added = await operator.post(f"{page}/credentials", data=check | {"version": hidden(added, "version")})
    assert "Remove Enhanced DBS" in added.text
    assert "expired" in added.text
    gone = await operator.post(
        f"{page}/credentials/remove", data=typed | {"version": hidden(added, "version")}
    )
    assert "Remove First Aid" not in gone.text
    assert "Remove Enhanced DBS" in gone.text


async def test_a_certificate_is_entered_with_the_keyboard(chromium: Browser, harbour: School) -> None:
    person = {"name": "Kit Marsh", "email": "kit.marsh@harbour.example", "certificates": [{"name": "Rescue"}]}
    made = await harbour.post("/v1/instructors", person)
    async with signed_in_page(chromium, harbour) as page:
        await page.goto(f"{harbour.campus.url}/people/instructors/{made['id']}")
        panel = page.get_by_role("region", name="Certificates and background checks")
        await panel.get_by_label("Certificate").fill("First Aid")
        await panel.get_by_label("Last day").first.fill("2090-12-03")
        await page.keyboard.press("Enter")
        await expect(panel.get_by_text("until 3 December 2090")).to_be_visible()
        await look_and_check(page, "credentials")


async def test_requirements_and_hours_are_edited_in_the_forms(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    course = await harbour.post("/v1/courses", {"title": "Diving", "subject": "Sport"})
    form = await operator.get(f"/courses/{course['id']}/edit")
    typed = {
        "title": "Diving",
        "subject": "Sport",
        "teaching_language": "es",
        "required_certificates": "First Aid\r\nRescue",
        "requires_background_check": "true",
    }
    saved = await operator.post(
        f"/courses/{course['id']}/edit", data=typed | {"version": hidden(form, "version")}
    )
    assert "Rescue" in saved.text
    read = await harbour.get(f"/v1/courses/{course['id']}")
    assert read["required_certificates"] == ["First Aid", "Rescue"]
    assert (read["requires_background_check"], read["teaching_language"]) == (True, "es")

    student = await harbour.post("/v1/students", {"name": "Mia Quill"})
    url = f"/people/students/{student['id']}/edit"
    form = await operator.get(url)
    typed = {"name": "Mia Quill", "language": "en", "time_zone": "UTC", "class_hours": "noon"}
    refused = await operator.post(url, data=typed | {"version": hidden(form, "version")})
    assert refused.status_code == 422
    assert "Write a day and hours" in refused.text
    typed["class_hours"] = "Monday 15:00–19:00\r\nsat 9:00-24:00"
    saved = await operator.post(url, data=typed | {"version": hidden(form, "version")})
    assert "Saturday 09:00–24:00" in saved.text


async def test_the_page_of_a_class_names_its_rules_and_its_series(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    saved = await harbour.api.put("/v1/scheduling-rules", json={"rules": {}, "note": ""})
    number = saved.json()["draft"]["number"]
    await harbour.post("/v1/scheduling-rules/publish", {"number": number})
    booked = await harbour.book(starts_in=timedelta(days=40))
    shown = await operator.get(f"/sessions/{booked}")
    assert f"rules version {number}" in shown.text
    assert "Part of a series" not in shown.text
