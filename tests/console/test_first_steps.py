"""From a new organization to its first class by the checklist on Today, and the form of a student with a guardian."""

import asyncio
import re
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from tests.campus import ADMIN, HOUR, PATIENCE, Campus, School
from tests.console.forms import hidden
from tests.links import open_link

pytestmark = pytest.mark.adapter

FAMILY = {
    "student_name": "Noor Haddad",
    "guardian_name": "Samira Haddad",
    "guardian_email": "samira@family.example",
    "language": "es",
    "time_zone": "Europe/Madrid",
}


@pytest.fixture
async def empty(campus: Campus) -> AsyncIterator[School]:
    """An organization without anybody or anything."""
    async with campus.client(ADMIN) as operator:
        made = (await operator.post("/v1/organizations", json={"name": "Harbour Tutoring"})).json()
    async with campus.client(made["api_key"]) as api:
        yield School(campus, UUID(made["id"]), api)


@pytest.fixture
async def browser(empty: School) -> AsyncIterator[httpx.AsyncClient]:
    async with empty.campus.browser() as client:
        await open_link(client, empty.campus.console_url(empty.id))
        yield client


def done(page: httpx.Response) -> list[bool]:
    """For each step of the checklist, whether it is done."""
    (listed,) = re.findall(r'<section class="panel steps".*?</section>', page.text, re.DOTALL)
    return ["data-done" in item for item in re.findall(r"<li[^>]*>", listed)]


async def add(browser: httpx.AsyncClient, path: str, values: dict[str, str]) -> httpx.Response:
    form = await browser.get(path)
    assert form.status_code == 200, form.text
    extra = {"after": "today"} if 'name="after" value="today"' in form.text else {}
    return await browser.post(path.partition("?")[0], data=values | extra | {"key": hidden(form, "key")})


async def test_each_step_counts_once_it_is_stored(browser: httpx.AsyncClient, empty: School) -> None:
    today = await browser.get("/today")
    assert done(today) == [False] * 6
    assert "Nothing was sent yet." in today.text
    await empty.change("/v1/organization", {"time_zone": "Europe/Berlin"})
    assert done(await browser.get("/today")) == [True, *[False] * 5]
    teacher = {"name": "Ada Okafor", "email": "ada@x.example", "language": "en", "time_zone": "UTC"}
    today = await add(browser, "/people/instructors/new?after=today", teacher)
    assert today.url.path == "/today"
    assert done(today) == [True, False, True, False, False, False]
    today = await add(browser, "/people/families/new?after=today", FAMILY | {"course_title": "Algebra"})
    assert today.url.path == "/today"
    assert done(today) == [True, False, True, True, True, False]
    for noun in ("course", "instructor"):
        empty.ids[noun] = (await empty.get(f"/v1/{noun}s"))["items"][0]["id"]
    empty.ids["topic"] = ""
    await empty.book(2 * HOUR, topic_ids=[])
    async with asyncio.timeout(PATIENCE):  # the confirmation is the first message
        while True:
            if (await empty.get("/v1/notices?state=sent"))["items"]:
                break
            await asyncio.sleep(0.05)
    assert "First steps" not in (await browser.get("/today")).text


async def test_a_student_a_guardian_and_a_course_are_added_by_one_form(
    browser: httpx.AsyncClient, empty: School
) -> None:
    shown = await add(browser, "/people/families/new", FAMILY | {"course_title": "Algebra"})
    (student,) = (await empty.get("/v1/students"))["items"]
    (guardian,) = (await empty.get("/v1/guardians"))["items"]
    (course,) = (await empty.get("/v1/courses"))["items"]
    (enrollment,) = (await empty.get("/v1/enrollments"))["items"]
    assert shown.url.path == f"/people/students/{student['id']}"
    assert student["guardian_ids"] == [guardian["id"]]
    assert (student["time_zone"], guardian["time_zone"]) == ("Europe/Madrid", "Europe/Madrid")
    assert guardian["language"] == "es"
    assert course["title"] == "Algebra"
    assert (enrollment["course_id"], enrollment["student_id"]) == (course["id"], student["id"])


async def test_a_student_who_is_added_with_a_course_joins_its_coming_classes(
    browser: httpx.AsyncClient, empty: School
) -> None:
    teacher = await empty.post("/v1/instructors", {"name": "Ada Okafor", "email": "ada@x.example"})
    await add(browser, "/people/families/new", FAMILY | {"course_title": "Algebra"})
    (course,) = (await empty.get("/v1/courses"))["items"]
    empty.ids.update({"course": course["id"], "instructor": teacher["id"], "topic": ""})
    session_id = await empty.book(48 * HOUR, topic_ids=[])
    other = {"student_name": "Omar Haddad", "course_id": course["id"]}
    shown = await add(browser, "/people/families/new", FAMILY | other)
    assert "Enrolled: Omar Haddad" in shown.text
    assert "1 coming class changed." in shown.text
    assert "Omar Haddad" in await empty.names(session_id)


async def test_a_sibling_gets_the_guardian_who_is_there(browser: httpx.AsyncClient, empty: School) -> None:
    await add(browser, "/people/families/new", FAMILY)
    await add(browser, "/people/families/new", FAMILY | {"student_name": "Omar Haddad"})
    (guardian,) = (await empty.get("/v1/guardians"))["items"]
    students = (await empty.get("/v1/students"))["items"]
    assert [student["guardian_ids"] for student in students] == [[guardian["id"]]] * 2


async def test_the_address_of_another_guardian_is_refused(browser: httpx.AsyncClient, empty: School) -> None:
    await add(browser, "/people/families/new", FAMILY)
    other = {"student_name": "Leo", "guardian_name": "Eva Lindqvist", "course_title": "Choir"}
    refused = await add(browser, "/people/families/new", FAMILY | other)
    assert refused.status_code == 409
    assert "The guardian Samira Haddad has this email address already." in refused.text
    assert 'value="Eva Lindqvist"' in refused.text
    assert len((await empty.get("/v1/students"))["items"]) == 1
    assert (await empty.get("/v1/courses"))["items"] == []
