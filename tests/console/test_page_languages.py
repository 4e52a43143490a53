"""The pages that an instructor opens, over HTTP and in Chromium: each is wholly in the instructor's language."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from api.http.authentication import cookie_name
from console.frame.texts import TRANSLATED, gettext, in_language
from tests.api.roles import signed_in
from tests.campus import HOUR, School
from tests.console.conftest import DESKTOP
from tests.console.english import english_left, shown_texts
from tests.console.lesson import Lesson
from tests.console.screens import look_and_check
from tests.console.taught import Hall
from tests.links import open_link

pytestmark = pytest.mark.adapter

# What is shown in every language: names of products and keys, and units.
_NEUTRAL = re.compile(
    r"Homeroom|LiveKit|first key|Esc|Enter|Ctrl|Alt|UTC|extractive|\S+@\S+|/j/\S+|https?://\S+"
)


@pytest.fixture(scope="module")
async def taught(hall: Hall, library: School) -> Lesson:
    """A class that waits for its review, with a second revision, an exception and classes to come."""
    lesson = await hall.taught_class(library)
    path = f"/v1/sessions/{lesson.session_id}/documentation"
    current = await library.get(path)
    statements = [current["statements"][0] | {"text": "Adding"}, *current["statements"][1:]]
    body = {"statements": statements, "based_on": current["revision"], "reason": ""}
    await library.post(f"{path}/revisions", body)
    await hall.ask_for_substitute(await library.book(2 * HOUR, time_zone="Europe/Madrid"))
    await library.book(26 * HOUR)
    return lesson


async def reads(library: School, language: str) -> None:
    record = f"/v1/instructors/{library.ids['instructor']}"
    version = (await library.api.get(record)).headers["etag"]
    changed = await library.api.patch(record, json={"language": language}, headers={"If-Match": version})
    assert changed.is_success, changed.text


@asynccontextmanager
async def instructor(library: School, language: str) -> AsyncIterator[httpx.AsyncClient]:
    await reads(library, language)
    async with await signed_in(
        library.campus, library.id, "instructor", UUID(library.ids["instructor"])
    ) as browser:
        browser.headers["Accept"] = "text/html"
        yield browser


async def pages_of(browser: httpx.AsyncClient, library: School, lesson: Lesson) -> dict[str, httpx.Response]:
    classes = {item["id"] for item in (await library.get("/v1/sessions"))["items"]}
    review = f"/sessions/{lesson.session_id}/review"
    changes = f"{review}/changes?from=1&to=2"
    paths = ["/teaching", "/account", "/review", review, changes, "/today", "/nowhere"]
    paths += [f"/sessions/{key}" for key in sorted(classes)]
    return {path: await browser.get(path) for path in paths}


async def content_of(library: School, lesson: Lesson) -> str:
    """Everything that people wrote or said, which stays in its own language."""
    path = f"/v1/sessions/{lesson.session_id}"
    answers = [
        await library.get(asked)
        for asked in (
            "/v1/sessions",
            "/v1/courses",
            "/v1/instructors",
            "/v1/organization",
            "/v1/topics",
            f"{path}/documentation",
            f"{path}/transcript",
            f"{path}/join-links",
        )
    ]
    return json.dumps(answers, ensure_ascii=False)


@pytest.mark.parametrize("language", TRANSLATED)
async def test_the_pages_of_an_instructor_are_in_their_language(
    library: School, taught: Lesson, language: str
) -> None:
    async with instructor(library, language) as browser:
        pages = await pages_of(browser, library, taught)
    direction = "rtl" if language == "ar" else "ltr"
    for path, answer in pages.items():
        assert english_left(answer.text, language) == [], path
        if "/changes" not in path:
            assert f'<html lang="{language}" dir="{direction}">' in answer.text, path
    assert pages["/today"].status_code == 403
    assert pages["/nowhere"].status_code == 404


async def test_arabic_pages_have_no_latin_words_but_what_people_wrote(
    library: School, taught: Lesson
) -> None:
    written = set(re.findall(r"[A-Za-z]{2,}", await content_of(library, taught)))
    async with instructor(library, "ar") as browser:
        pages = await pages_of(browser, library, taught)
    for path, answer in pages.items():
        foreign = {
            word
            for shown in shown_texts(answer.text)
            for word in re.findall(r"[A-Za-z]{2,}", _NEUTRAL.sub("", shown))
        } - written
        assert not foreign, path


async def test_refusals_are_in_the_language_of_the_page(library: School, taught: Lesson) -> None:
    path = f"/sessions/{taught.session_id}"
    async with instructor(library, "de") as browser:
        refused = await browser.post(f"{path}/end", headers={"HX-Request": "true"})
        assert "Der jetzige Stand erlaubt das nicht" in refused.text
        assert english_left(refused.text, "de") == []
        stale = {"based_on": 1, "statements": []}
        problem = await browser.post(
            f"{path}/review/save", json=stale, headers={"Accept": "application/json"}
        )
        assert problem.status_code == 409
        assert problem.json()["code"] == "stale-revision"
        assert problem.json()["title"] == "Es wurde inzwischen geändert"


async def test_staff_read_english_whatever_their_browser_asks_for(library: School) -> None:
    async with library.campus.browser() as browser:
        browser.headers["Accept-Language"] = "de"
        page = await open_link(browser, library.campus.console_url(library.id))
    assert '<html lang="en" dir="ltr">' in page.text
    assert "Sign out" in page.text


@pytest.mark.parametrize("language", TRANSLATED)
async def test_pages_before_sign_in_are_in_the_language_of_the_browser(
    library: School, language: str
) -> None:
    async with library.campus.browser() as browser:
        browser.headers["Accept-Language"] = f"{language};q=0.9,en;q=0.2"
        answers = [
            await browser.get("/sign-in?note=out"),
            await browser.post("/sign-in", data={"address": "nobody"}),
            await browser.post("/sign-in", data={"address": "nobody@school.example"}),
            await browser.get("/sign-in/link?token=x"),
            await browser.post("/sign-in/link", data={"token": "x"}),
            await browser.get("/family?t=x"),
            await browser.get("/nowhere"),
        ]
    for answer in answers:
        assert f'<html lang="{language}"' in answer.text, answer.url
        assert english_left(answer.text, language) == [], answer.url


@asynccontextmanager
async def page_of_instructor(chromium: Browser, library: School, language: str) -> AsyncIterator[Page]:
    async with instructor(library, language) as client:
        name = cookie_name(library.campus.app.state.homeroom)
        cookie = {"name": name, "value": client.cookies[name], "url": library.campus.url}
    context = await chromium.new_context(viewport=DESKTOP, timezone_id="Europe/Berlin")
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error.stack}"))
    yield page
    await context.close()
    assert errors == []


@pytest.mark.parametrize("language", ["de", "ar"])
async def test_the_pages_of_an_instructor_in_a_browser(
    chromium: Browser, library: School, taught: Lesson, language: str
) -> None:
    """The texts of scripts too; from right to left in Arabic."""
    url = f"{library.campus.url}/sessions/{taught.session_id}"
    async with page_of_instructor(chromium, library, language) as page:
        for name, path in (("teaching", "/teaching"), ("class", f"/sessions/{taught.session_id}")):
            await page.goto(f"{library.campus.url}{path}")
            await look_and_check(page, f"{name}-{language}")
        await page.goto(f"{url}/review")
        await page.locator(".statement").first.wait_for()
        await look_and_check(page, f"review-{language}")
        await page.locator(".statement").first.press("e")
        await page.keyboard.type("!")
        with in_language(language):
            unsaved, revision = gettext("Unsaved changes"), gettext("revision %(number)s", number=2)
        await expect(page.locator("[data-state-text]")).to_have_text(unsaved)
        await expect(page.locator("[data-revision]")).to_have_text(revision)
        shown = await page.locator("body").inner_html()
        assert await asyncio.to_thread(english_left, shown, language) == []


async def test_the_sentence_of_a_check_is_edited_in_the_language_of_the_page(
    hall: Hall, chromium: Browser, library: School
) -> None:
    """It is stored so that each family reads it in its own language."""
    lesson = await hall.taught_class(library)
    url = f"{library.campus.url}/sessions/{lesson.session_id}/review"
    question = "Ist {answer} ein Bruch?"
    async with page_of_instructor(chromium, library, "de") as page:
        await page.goto(url)
        checks = page.locator(".statement:has(.check-fields:not([hidden]))")
        sentence = checks.first.locator("textarea")
        await checks.first.locator("[data-part=question]").fill(question)
        await checks.first.locator("[data-part=answer]").fill("Ja")
        await expect(sentence).to_have_value(f"Auf die Frage „{question}“ war die Antwort „Ja“")
        await page.reload()
        await expect(sentence).to_have_value(f"Auf die Frage „{question}“ war die Antwort „Ja“")
        await checks.nth(1).locator("[data-part=answer]").fill("")
        by_hand = checks.nth(1).locator("textarea")
        await expect(by_hand).to_have_value(re.compile("hat niemand geantwortet$"))
        await by_hand.fill("Leo fragt noch einmal.")
        await page.locator("[data-do=save]").click()
        with in_language("de"):
            await expect(page.locator("[data-revision]")).to_have_text(
                gettext("revision %(number)s", number=2)
            )
        changes = await page.request.get(f"{url}/changes?from=1&to=2")
        assert "Auf die Frage" in await changes.text()
        assert "Asked" not in await changes.text()
        await page.reload()
        await expect(sentence).to_have_value(f"Auf die Frage „{question}“ war die Antwort „Ja“")
    saved = await library.get(f"/v1/sessions/{lesson.session_id}/documentation")
    texts = [one["text"] for one in saved["statements"] if one["question"]]
    assert texts == [f"Asked “{question}”, the answer was “Ja”", "Leo fragt noch einmal."]
