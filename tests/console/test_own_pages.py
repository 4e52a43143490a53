"""The pages of instructors and families, over HTTP: each sees their own classes and nobody else's."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import unescape
from uuid import UUID

import httpx
import pytest

from reports.catalogue import PAGES
from signing.links import FamilyLink
from tests.api.roles import signed_in
from tests.campus import HOUR, Json, School, problem_of, school
from tests.console.english import english_left
from tests.console.lesson import Lesson
from tests.console.taught import Hall
from tests.links import open_link
from tests.stack import TestMail

pytestmark = pytest.mark.adapter

FAMILY_EN = PAGES["en"]["family"]
NOORS, LEOS = "three quarters", "two ninths"  # statements that rest on the words of one student


@pytest.fixture(scope="module")
async def opened(hall: Hall) -> AsyncIterator[School]:
    """Noor's guardian reads Spanish in Madrid, Leo's English in New York."""
    async with school(hall.campus) as found:
        for number, zone, language in ((0, "Europe/Madrid", "es"), (1, "America/New_York", "en")):
            (guardian,) = (await found.get(f"/v1/guardians?email={address(found, number)}"))["items"]
            found.ids[f"guardian {number}"] = guardian["id"]
            change = {"time_zone": zone, "language": language}
            changed = await found.api.patch(
                f"/v1/guardians/{guardian['id']}", json=change, headers={"If-Match": '"1"'}
            )
            assert changed.is_success, changed.text
        yield found


@pytest.fixture(scope="module")
async def taught(hall: Hall, opened: School) -> Lesson:
    return await hall.taught_class(opened)


def _now() -> datetime:
    return datetime.now(UTC)


def address(opened: School, number: int) -> str:
    return f"guardian{number}.{opened.id}@family.example"


async def guardian(opened: School, number: int) -> httpx.AsyncClient:
    return await person(opened, "guardian", opened.ids[f"guardian {number}"])


async def person(opened: School, kind: str, key: str) -> httpx.AsyncClient:
    browser = await signed_in(opened.campus, opened.id, kind, UUID(key))
    browser.headers["Accept"] = "text/html, application/json"
    browser.follow_redirects = True
    return browser


async def family_of(opened: School, number: int) -> Json:
    async with await guardian(opened, number) as browser:
        answer = await browser.get("/v1/family")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found


async def approve(opened: School, lesson: Lesson) -> None:
    path = f"/v1/sessions/{lesson.session_id}/documentation"
    document = await opened.get(path)
    if document["status"] != "approved":
        await opened.post(f"{path}/approve", {"revision": document["revision"]})


async def test_each_family_sees_its_own_child_alone(opened: School) -> None:
    await opened.book(26 * HOUR)
    for number, (name, other) in enumerate(
        (("Noor Haddad", "Leo Lindqvist"), ("Leo Lindqvist", "Noor Haddad"))
    ):
        found = await family_of(opened, number)
        assert [child["name"] for child in found["children"]] == [name]
        async with await guardian(opened, number) as browser:
            page = await browser.get("/family")
        assert page.status_code == 200
        assert name in page.text
        assert other not in page.text


async def test_a_family_joins_with_the_link_of_its_child(hall: Hall, opened: School) -> None:
    session_id = await opened.book(50 * HOUR)
    links = {link["name"]: link["url"] for link in await opened.get(f"/v1/sessions/{session_id}/join-links")}
    for number, name in enumerate(("Noor Haddad", "Leo Lindqvist")):
        (child,) = (await family_of(opened, number))["children"]
        (next_class,) = [coming for coming in child["coming"] if coming["session_id"] == session_id]
        read = [
            hall.campus.links.read_join(url.partition("?t=")[2], UUID(session_id), _now())
            for url in (next_class["join_url"], links[name])
        ]
        assert read[0] == read[1]


async def test_times_are_in_the_guardians_zone_and_language(opened: School) -> None:
    await opened.book(27 * HOUR, time_zone="Asia/Tokyo")
    async with await guardian(opened, 0) as browser:
        page = (await browser.get("/family")).text
    assert '<html lang="es" dir="ltr">' in page
    assert "Próxima clase" in page
    assert "Europe/Madrid" in page
    assert "Asia/Tokyo" in page
    assert "Next class" not in page


async def test_pages_of_arabic_readers_run_from_right_to_left(opened: School) -> None:
    """With no English left in them; those of instructors are in test_page_languages.py."""
    record = f"/v1/guardians/{opened.ids['guardian 1']}"
    before = (await opened.get(record))["language"]
    await reads(opened, record, "ar")
    async with await guardian(opened, 1) as browser:
        page = (await browser.get("/family")).text
    await reads(opened, record, before)
    assert '<html lang="ar" dir="rtl">' in page
    assert english_left(page, "ar") == []
    assert not [text for text in FAMILY_EN.values() if f">{text}<" in page]


async def reads(opened: School, record: str, language: str) -> None:
    version = (await opened.api.get(record)).headers["etag"]
    changed = await opened.api.patch(record, json={"language": language}, headers={"If-Match": version})
    assert changed.is_success, changed.text


async def test_an_unapproved_draft_does_not_reach_a_family(opened: School, taught: Lesson) -> None:
    assert (await family_of(opened, 0))["children"][0]["summaries"] == []
    async with await guardian(opened, 0) as browser:
        assert NOORS not in (await browser.get("/family")).text
    await approve(opened, taught)
    (summary,) = (await family_of(opened, 0))["children"][0]["summaries"]
    assert summary["session_id"] == str(taught.session_id)


async def test_a_summary_leaves_out_statements_about_other_children(opened: School, taught: Lesson) -> None:
    await approve(opened, taught)
    texts = []
    for number in (0, 1):
        (child,) = (await family_of(opened, number))["children"]
        (summary,) = child["summaries"]
        texts.append(" ".join(statement["text"] for statement in summary["statements"]))
        async with await guardian(opened, number) as browser:
            page = unescape((await browser.get("/family")).text)
        assert all(statement["text"] in page for statement in summary["statements"])
    assert NOORS in texts[0]
    assert LEOS not in texts[0]
    assert LEOS in texts[1]
    assert NOORS not in texts[1]


async def test_the_link_in_a_mail_opens_the_family_page(
    hall: Hall, opened: School, mail_sink: TestMail
) -> None:
    session_id = await opened.book(75 * HOUR)
    link = await link_in_mail(mail_sink, opened, 0)
    async with hall.campus.browser() as browser:
        page = await open_link(browser, link)
        assert page.status_code == 200
        assert page.url.path == "/family"
        assert not page.url.query
        assert "Noor Haddad" in page.text
        before = await sign_in_count(opened, 0)
        assert (await open_link(browser, link)).url.path == "/family"
        assert await sign_in_count(opened, 0) == before
        assert (await browser.get("/today")).status_code == 403
        assert (await browser.get(f"/sessions/{session_id}")).status_code == 403
    (record, *_) = (await opened.get(f"/v1/audit?actor=guardian:{opened.ids['guardian 0']}"))["items"]
    assert record["changes"]["method"] == [None, "link"]


async def sign_in_count(opened: School, number: int) -> int:
    key = opened.ids[f"guardian {number}"]
    return len((await opened.get(f"/v1/audit?actor=guardian:{key}"))["items"])


async def link_in_mail(mail_sink: TestMail, opened: School, number: int) -> str:
    """The family link in a message to a guardian; every such message has it."""
    (message, *_) = await asyncio.to_thread(mail_sink.wait_for, address(opened, number))
    (link,) = re.findall(r'href="([^"]+/family\?t=[^"]+)"', message["html"])
    assert unescape(link) in message["text"]
    return unescape(link)


async def test_a_link_sent_to_a_former_address_is_refused(hall: Hall, opened: School) -> None:
    made = await opened.post(
        "/v1/guardians", {"name": "Moves house", "email": f"old.{opened.id}@family.example"}
    )
    link = FamilyLink(opened.id, UUID(made["id"]), f"old.{opened.id}@family.example")
    url = hall.campus.links.family_url(link, _now() + HOUR)
    async with hall.campus.browser() as browser:
        assert (await browser.get(url)).status_code == 200
    await opened.api.patch(
        f"/v1/guardians/{made['id']}", json={"email": "new@family.example"}, headers={"If-Match": '"1"'}
    )
    async with hall.campus.browser() as browser:
        refused = await browser.get(url)
        assert refused.status_code == 403
        assert "expired" in refused.text


async def test_expired_and_foreign_links_are_refused(hall: Hall, opened: School) -> None:
    link = FamilyLink(opened.id, UUID(opened.ids["guardian 0"]), address(opened, 0))
    expired = hall.campus.links.family_url(link, _now() - HOUR).partition("?t=")[2]
    desk = hall.campus.console_url(opened.id).partition("?token=")[2].partition("&")[0]
    async with hall.campus.client() as program:
        for token, code in ((expired, "link-expired"), (desk, "link-invalid"), ("x", "link-invalid")):
            problem_of(await program.get("/family", params={"t": token}), 403, code)


async def test_an_unlinked_child_disappears_from_the_page(opened: School, taught: Lesson) -> None:
    """With its classes, its summaries and the messages about them."""
    await approve(opened, taught)
    before = await family_of(opened, 1)
    assert before["children"][0]["summaries"]
    assert before["sent"]
    student = f"/v1/students/{opened.ids['student 1']}"
    version = (await opened.api.get(student)).headers["etag"]
    unlinked = await opened.api.patch(student, json={"guardian_ids": []}, headers={"If-Match": version})
    assert unlinked.is_success
    after = await family_of(opened, 1)
    assert after["children"] == []
    assert after["sent"] == []
    async with await guardian(opened, 1) as browser:
        page = (await browser.get("/family")).text
    assert "Leo" not in page.replace("Guardian of Leo Lindqvist", "")
    assert "No children yet" in page
    version = (await opened.api.get(student)).headers["etag"]
    again = {"guardian_ids": [opened.ids["guardian 1"]]}
    await opened.api.patch(student, json=again, headers={"If-Match": version})
    (again_theirs,), (theirs,) = (await family_of(opened, 1))["children"], before["children"]
    assert again_theirs["summaries"] == theirs["summaries"]


async def test_an_instructor_sees_their_classes_briefings_and_reviews(hall: Hall, opened: School) -> None:
    coming = await opened.book(3 * HOUR)
    waiting = await hall.taught_class(opened)
    async with await person(opened, "instructor", opened.ids["instructor"]) as ada:
        page = (await ada.get("/teaching")).text
        assert f'id="class-{coming}"' in page
        assert "Briefing" in page
        assert "Adding fractions" in page  # its plan
        assert f'href="/sessions/{waiting.session_id}/review"' in page
        (url,) = re.findall(rf'id="class-{coming}".*?href="([^"]+/join/[^"]+)"', page, re.DOTALL)
        link = hall.campus.links.read_join(unescape(url).partition("?t=")[2], UUID(coming), _now())
        assert link.role == "instructor"
        assert (await ada.get(f"/sessions/{coming}")).status_code == 200


async def test_an_instructor_sees_no_class_of_a_colleague(opened: School) -> None:
    made = await opened.post("/v1/instructors", {"name": "Mei", "email": f"mei.{opened.id}@harbour.example"})
    theirs = await opened.book(100 * HOUR)
    async with await person(opened, "instructor", made["id"]) as mei:
        page = await mei.get("/teaching")
        assert page.status_code == 200
        assert "No classes in the next 24 hours" in page.text
        assert theirs not in page.text
        for path in (f"/sessions/{theirs}", f"/sessions/{theirs}/fragment", f"/sessions/{theirs}/live"):
            assert (await mei.get(path)).status_code == 404, path
        for path in ("/today", "/today/live", "/family"):
            assert (await mei.get(path)).status_code == 403, path


async def test_the_root_leads_to_the_page_of_the_role(opened: School) -> None:
    for kind, key, home in (
        ("instructor", opened.ids["instructor"], "/teaching"),
        ("guardian", opened.ids["guardian 0"], "/family"),
    ):
        async with await person(opened, kind, key) as browser:
            page = await browser.get("/")
            assert page.url.path == home
            assert 'href="/today"' not in page.text
