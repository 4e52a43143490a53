"""`python -m benchmarks.review`: the keys, words and seconds of a review on the real page."""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle, islice

from playwright.async_api import Page

from benchmarks.report import Report, Verdict, at_most, show_progress
from benchmarks.review.effort import Effort
from domain.record.documentation import Statement
from models.migrate import upgrade
from tests.campus import School, school
from tests.console.conftest import signed_in_page, started_chromium
from tests.console.hall import hall_on
from tests.console.lesson import WORD, Lesson
from tests.console.taught import Hall
from tests.stack import start_livekit, start_mail, start_postgres, start_temporal, temporary_folder

AIM = 120  # seconds
STATEMENTS = 16  # a full draft
HEARD = 3  # statements that the instructor listens to
MENDED = "Adding fractions whose denominators differ."
ADDED = "Compared thirds with sixths on the number line."
_WORDS = """statement => [
    ...[...statement.querySelectorAll("textarea, .check-fields:not([hidden]) input")].map((one) => one.value),
    ...[...statement.querySelectorAll("q")].map((one) => one.textContent),
].join(" ").split(/\\s+/).filter(Boolean).length"""


class Reviewer:
    """Uses the page as a person would, counts the effort and measures the time that the page takes."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.effort = Effort()

    async def read(self) -> None:
        """Count the words of the selected statement and its quotes."""
        self.effort.words += await self._page.locator(".statement[data-selected]").first.evaluate(_WORDS)

    async def decide(self, *chords: str) -> None:
        self.effort.decisions += 1
        await self.press(*chords)

    async def press(self, *chords: str) -> None:
        for chord in chords:
            self.effort.keys += len(chord.split("+"))
            started = time.monotonic()
            await self._page.keyboard.press(chord)
            self.effort.waited += time.monotonic() - started

    async def type(self, text: str) -> None:
        self.effort.keys += len(text)
        await self._page.keyboard.type(text)

    async def until(self, selector: str) -> None:
        started = time.monotonic()
        await self._page.locator(selector).first.wait_for()
        self.effort.waited += time.monotonic() - started

    async def hear(self, lesson: Lesson, statement: Statement) -> None:
        """Listen to the cited utterances in full: they play when the statement is selected."""
        await self.until("[data-player]:not([hidden])")
        self.effort.decisions += 1
        utterances = {utterance.id: utterance for utterance in lesson.utterances()}
        words = sum(len(utterances[citation.utterance_id].words) for citation in statement.citations)
        self.effort.listened += words * WORD.total_seconds()


def draft(lesson: Lesson) -> Sequence[Statement]:
    return tuple(islice(cycle(lesson.statements()), STATEMENTS))


async def measure() -> Report:
    async with _review_page() as (hall, opened, page):
        show_progress("a draft that is right")
        right = await _review(hall, opened, page, mends=False)
        show_progress("a draft that is mended")
        mended = await _review(hall, opened, page, mends=True)
    rows = [_row("right as it is", right), _row("one mended, one removed, one added", mended)]
    columns = [
        "",
        "words",
        "keys",
        "reading s",
        "listening s",
        "by hand s",
        "waiting s",
        "in all s",
    ]
    return Report(
        "benchmarks.review",
        columns,
        rows,
        [
            at_most("a review with changes", round(mended.seconds), AIM, " s"),
            Verdict(f"/ {AIM} s", f"{mended.seconds / AIM:.2f}"),
            Verdict("a review without changes", f"{right.seconds:.0f} s"),
        ],
    )


def _row(name: str, effort: Effort) -> list[str]:
    seconds = (effort.read, effort.listened, effort.by_hand, effort.waited, effort.seconds)
    return [name, f"{effort.words}", f"{effort.keys}", *(f"{one:.0f}" for one in seconds)]


async def _review(hall: Hall, opened: School, page: Page, *, mends: bool) -> Effort:
    """A review from the queue to the approval: every statement is read, some are listened to."""
    lesson = await hall.taught_class(opened, statements=draft)
    await page.goto(f"{hall.campus.url}/review")
    reviewer = Reviewer(page)
    await reviewer.decide("j", "Enter")
    await reviewer.until(".statement[data-selected]")
    for number, statement in enumerate(draft(lesson)):
        await reviewer.read()
        if number % (STATEMENTS // HEARD) == 1:
            await reviewer.hear(lesson, statement)
        if mends and number == 0:
            await reviewer.decide("e", "ControlOrMeta+a")
            await reviewer.type(MENDED)
            await reviewer.press("Enter")
        if mends and number == STATEMENTS // 2:
            await reviewer.decide("t", "ArrowDown", "m", "n", "2")
            await reviewer.type(ADDED)
            await reviewer.press("Escape")
        await reviewer.press("j")
    if mends:
        await reviewer.decide("x")
    await reviewer.decide("Control+Enter")
    await reviewer.until("text=Approved")
    return reviewer.effort


@asynccontextmanager
async def _review_page() -> AsyncIterator[tuple[Hall, School, Page]]:
    with temporary_folder("review") as folder:
        postgres, temporal = start_postgres(folder), start_temporal(folder)
        livekit, mail = start_livekit(folder), start_mail(folder)
        try:
            urls = postgres.create_database()
            upgrade(urls.owner)
            async with (
                hall_on(urls, temporal, livekit, mail, folder) as hall,
                school(hall.campus) as opened,
                started_chromium() as browser,
                signed_in_page(browser, opened) as page,
            ):
                yield hall, opened, page
        finally:
            for running in (mail.running, livekit.running, temporal.running, postgres.running):
                running.stop()


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    asyncio.run(measure()).show()


if __name__ == "__main__":
    main()
