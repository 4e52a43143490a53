"""Files of a class open from the pages of its families, its instructor and staff, and for nobody else."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from tests.api.roles import signed_in
from tests.campus import HOUR, School, problem_of, school
from tests.console.taught import Hall
from tests.links import open_link

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def opened(hall: Hall) -> AsyncIterator[School]:
    async with school(hall.campus) as found:
        yield found


async def person(opened: School, kind: str, key: str) -> httpx.AsyncClient:
    browser = await signed_in(opened.campus, opened.id, kind, UUID(key))
    browser.headers["Accept"] = "text/html, application/json"
    browser.follow_redirects = True
    return browser


async def test_a_class_file_opens_from_every_page_that_shows_the_class(hall: Hall, opened: School) -> None:
    session_id = await opened.book(4 * HOUR)
    content = b"one half and one quarter"
    made = await opened.api.post(
        f"/v1/sessions/{session_id}/files", files={"file": ("Übung <1>.txt", content, "text/plain")}
    )
    assert made.status_code == 201, made.text
    path = f"/class-files/{session_id}/{made.json()['id']}"
    found = await opened.get(f"/v1/guardians?email=guardian0.{opened.id}@family.example")
    readers = (
        ("guardian", found["items"][0]["id"], "/family"),
        ("instructor", opened.ids["instructor"], "/teaching"),
        ("instructor", opened.ids["instructor"], f"/sessions/{session_id}"),
    )
    for kind, key, page in readers:
        async with await person(opened, kind, key) as browser:
            shown = (await browser.get(page)).text
            assert f'href="{path}"' in shown, page
            assert "Übung &lt;1&gt;.txt" in shown
            assert (await browser.get(path)).content == content
    stranger = await opened.post(
        "/v1/guardians", {"name": "Hana", "email": f"hana.{opened.id}@family.example"}
    )
    async with await person(opened, "guardian", stranger["id"]) as browser:
        problem_of(await browser.get(path, headers={"Accept": "application/json"}), 404, "not-found")
    async with hall.campus.client() as nobody:
        assert (await nobody.get(path)).status_code == 401


async def test_booking_says_whom_no_message_reaches(hall: Hall, opened: School) -> None:
    alone = await opened.post("/v1/students", {"name": "Iris Alone"})
    adult = await opened.post(
        "/v1/students",
        {"name": "Ida Adult", "email": f"ida.{opened.id}@home.example", "email_basis": "adult"},
    )
    booking = opened.booking(80 * HOUR, student_ids=[alone["id"], adult["id"], opened.ids["student 0"]])
    booked = await opened.post("/v1/sessions", booking)
    assert booked["not_told"] == [alone["id"]]
    async with hall.campus.browser() as staff:
        page = await open_link(staff, hall.campus.console_url(opened.id, f"/sessions/{booked['id']}"))
    assert "No message reaches Iris Alone:" in page.text


@pytest.mark.parametrize("half", [{"email": "a@b.example"}, {"email_basis": "adult"}])
async def test_an_address_of_a_student_needs_its_basis(opened: School, half: dict[str, str]) -> None:
    refused = await opened.api.post("/v1/students", json={"name": "Ida", **half})
    assert refused.status_code == 422, refused.text
