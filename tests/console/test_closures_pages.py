"""The page of closed days in Chromium: what is booked is shown before a day closes, and the calendar shows the day."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.campus import HOUR, School
from tests.console.conftest import signed_in_page
from tests.console.screens import look_and_check

pytestmark = [pytest.mark.adapter, pytest.mark.timeout(300)]
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Holidays//EN\r\nBEGIN:VEVENT\r\nUID:spring\r\n"
    "DTSTAMP:20200101T000000Z\r\nDTSTART;VALUE=DATE:{day:%Y%m%d}\r\nSUMMARY:Spring day\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


async def test_a_day_closes_after_a_look_at_what_is_booked(chromium: Browser, harbour: School) -> None:
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=9)
    session_id = await harbour.book(starts_at=noon.isoformat(), ends_at=(noon + HOUR).isoformat())
    url = harbour.campus.url
    async with signed_in_page(chromium, harbour) as page:
        await page.goto(f"{url}/settings/closures")
        form = page.get_by_role("region", name="Close days")
        await form.get_by_label("Name").fill("Founders' day")
        await form.get_by_label("First day").fill(f"{noon:%Y-%m-%d}")
        await form.get_by_role("button", name="Show what is booked").click()
        await expect(page.get_by_text("1 booked class stands on these days.")).to_be_visible()
        await page.get_by_label("Keep them").check()
        await look_and_check(page, "settings-closures")
        await page.get_by_role("button", name="Close these days").click()
        await expect(page.get_by_text("Closed. Nobody is offered these days")).to_be_visible()

        day = noon + timedelta(days=1)
        file = {
            "name": "holidays.ics",
            "mimeType": "text/calendar",
            "buffer": CALENDAR.format(day=day).encode(),
        }
        await page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
        await page.get_by_role("button", name="Read the file").click()
        await expect(page.get_by_text("No class is booked on these days.")).to_be_visible()
        await page.get_by_role("button", name="Close these days").click()
        await expect(page.get_by_role("link", name="1 class")).to_be_visible()
        await expect(page.get_by_role("cell", name="Spring day", exact=True)).to_be_visible()

        for view in ("week", "month", "day"):
            await page.goto(f"{url}/calendar?view={view}&on={noon:%Y-%m-%d}")
            await expect(page.get_by_text("Founders' day").first).to_be_visible()
            await look_and_check(page, f"calendar-closed-{view}")
        await page.goto(f"{url}/classes")
        await expect(page.locator(f"#row-{session_id}")).to_contain_text("Closed day: Founders' day")

        await page.goto(f"{url}/settings/closures")
        await page.get_by_role("link", name="Change: Spring day").click()
        form = page.get_by_role("region", name="Change “Spring day”")
        await form.get_by_label("First day").fill(f"{noon:%Y-%m-%d}")
        await form.get_by_role("button", name="Show what changes").click()
        await expect(page.get_by_text("1 booked class stands on these days.")).to_be_visible()
        await page.get_by_label("Keep them").check()
        await look_and_check(page, "settings-closure-change")
        await page.get_by_role("button", name="Change the closed days").click()
        await expect(page.get_by_text("Changed. Series skip the closed days")).to_be_visible()
        await page.get_by_role("button", name="Open again: Spring day").click()
        await expect(page.get_by_text("Opened again.")).to_be_visible()
