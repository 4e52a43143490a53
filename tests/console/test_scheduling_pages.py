"""The pages of scheduling rules and of the candidates of a class."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.api.roles import signed_in
from tests.campus import School, problem_of
from tests.console.forms import hidden
from tests.console.screens import look_and_check
from tests.links import open_link

pytestmark = pytest.mark.adapter
RULES = "/settings/scheduling"
HOURS = count(30, 3)  # until the start of each class that is booked


@pytest.fixture
async def operator(academy: School) -> AsyncIterator[httpx.AsyncClient]:
    async with academy.campus.browser() as browser:
        await open_link(browser, academy.campus.console_url(academy.id))
        yield browser


async def hire(school: School, name: str, cost: float) -> str:
    person = {"name": name, "email": f"{uuid4()}@academy.example"}
    person_id: str = (await school.post("/v1/instructors", person))["id"]
    await qualify(school, person_id, cost)
    return person_id


async def qualify(school: School, person_id: str, cost: float) -> None:
    course = await school.get(f"/v1/courses/{school.ids['course']}")
    path = f"/v1/instructors/{person_id}"
    version = (await school.get(path))["version"]
    change = {"qualifications": [{"subject": course["subject"]}]}
    answer = await school.api.patch(path, json=change, headers={"If-Match": f'"{version}"'})
    assert answer.is_success, answer.text
    answer = await school.api.put(f"{path}/availability", json={"hourly_cost": cost})
    assert answer.is_success, answer.text


async def test_a_rule_is_edited_tried_and_published_and_its_reason_is_read_on_a_class(
    page: Page, academy: School
) -> None:
    base = academy.campus.url
    name = f"Ben Cohen {uuid4().hex[:6]}"
    await qualify(academy, academy.ids["instructor"], 100)
    await hire(academy, name, 10)
    booked = await academy.book(timedelta(hours=next(HOURS)))
    await page.goto(base + RULES)
    await look_and_check(page, "scheduling-rules")
    cost = page.get_by_label("Weight of “Cost”")
    await cost.fill("much")
    await cost.press("Enter")
    await expect(page.get_by_text("Enter a number from 0 to 10000.")).to_be_visible()
    await cost.fill("0")
    await cost.press("Enter")
    await expect(page.get_by_text("Saved in the draft.")).to_be_visible()
    await look_and_check(page, "scheduling-draft")
    await page.get_by_role("link", name="What if…").click()
    moved = page.get_by_role("table", name="The next seven days: classes with another instructor").locator(
        f"tr:has(a[href='/sessions/{booked}'])"
    )
    await expect(moved).to_contain_text(name)
    await expect(moved).to_contain_text("Ada Okafor")
    await look_and_check(page, "scheduling-what-if")
    await page.get_by_role("link", name="Back to the draft").click()
    await page.get_by_role("button", name="Publish").press("Enter")
    await expect(page.get_by_text("Instructors are chosen by these rules from now on.")).to_be_visible()
    await page.goto(f"{base}/sessions/{booked}")
    await page.get_by_role("link", name="Who can teach it").click()
    await look_and_check(page, "class-candidates")
    await page.get_by_role("link", name=name).press("Enter")
    why = page.get_by_role("region", name=f"Why Ada Okafor, why not {name}")
    await expect(why).to_contain_text("isn't the instructor who was announced")
    await look_and_check(page, "class-why")
    await academy.api.put("/v1/scheduling-rules", json={"rules": {}})
    draft = await academy.get("/v1/scheduling-rules")
    await academy.post("/v1/scheduling-rules/publish", {"number": draft["draft"]["number"]})


async def test_rules_that_somebody_changed_meanwhile_are_not_overwritten(
    academy: School, operator: httpx.AsyncClient
) -> None:
    form = await operator.get(RULES)
    opened = {name: hidden(form, name) for name in ("number", "version")}
    await academy.api.put("/v1/scheduling-rules", json={"rules": {"disabled": ["rest"]}})
    again = await operator.post(f"{RULES}/publish", data=opened | {"number": str(int(opened["number"]) + 1)})
    assert again.status_code == 409
    current = await academy.get("/v1/scheduling-rules")
    number, version = current["draft"]["number"], current["draft"]["version"]
    published = await operator.post(f"{RULES}/publish", data={"number": number, "version": version})
    assert "Instructors are chosen by these rules from now on." in published.text
    shown = await operator.get(f"{RULES}/versions/{number}")
    assert "set aside" in shown.text
    latest = {"number": number, "version": version + 1}
    restored = await operator.post(f"{RULES}/versions/{number}/restore", data=latest)
    assert "Saved in the draft." in restored.text
    discarded = await operator.post(f"{RULES}/discard", data={"number": number + 1})
    assert "The draft is discarded." in discarded.text


async def test_instructors_read_no_rules(academy: School) -> None:
    async with await signed_in(
        academy.campus, academy.id, "instructor", UUID(academy.ids["instructor"])
    ) as browser:
        for path in (RULES, f"{RULES}/what-if"):
            problem_of(await browser.get(path), 403, "not-allowed")


async def test_the_day_of_an_instructor_is_covered_from_their_page(page: Page, academy: School) -> None:
    base, ada = academy.campus.url, academy.ids["instructor"]
    await hire(academy, "Ben Cohen", 10)
    booked = await academy.book(timedelta(hours=next(HOURS)))
    starts_at = datetime.fromisoformat((await academy.get(f"/v1/sessions/{booked}"))["starts_at"])
    await page.goto(f"{base}/people/instructors/{ada}")
    await page.get_by_role("link", name="Cover their days").click()
    await page.get_by_label("First day").fill(starts_at.date().isoformat())
    await page.get_by_label("Last day").fill(starts_at.date().isoformat())
    await page.get_by_role("button", name="Find cover").press("Enter")
    row = page.get_by_role("table", name="Who takes over").locator(f"tr:has(a[href='/sessions/{booked}'])")
    await expect(row).to_contain_text("Ben Cohen")
    await look_and_check(page, "cover-instructor")
    await page.get_by_role("button", name="Apply and tell everybody").press("Enter")
    await expect(page.get_by_text("Families and instructors are told who teaches now.")).to_be_visible()
    taught = await academy.get(f"/v1/sessions/{booked}")
    assert taught["instructor_id"] != ada
