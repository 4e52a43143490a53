"""The real board page in Chromium, with a log of the changes shown in it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page, async_playwright

from benchmarks.board.delays import Seen
from benchmarks.usage import family
from cli.local.chromium import find_or_install

_WATCH = """() => {
    const seen = (window.seen = []), frames = (window.frames = []), last = new Map();
    new MutationObserver((changes) => {
        const at = Date.now();
        for (const { target } of changes) {
            if (!target.dataset || target.dataset.present === undefined) continue;
            const id = target.closest('.board-item')?.id.slice('session-'.length);
            const shows = target.textContent;
            if (!id || last.get(id) === shows) continue;
            last.set(id, shows);
            seen.push([id, at / 1000, shows]);
        }
    }).observe(document.querySelector('#board'), { subtree: true, childList: true, characterData: true });
    let before = performance.now();
    const frame = (now) => {
        frames.push(now - before);
        before = now;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
}"""


@dataclass(frozen=True)
class Board:
    page: Page
    pid: int  # of the browser

    async def forget(self) -> None:
        await self.page.evaluate("() => { seen.length = 0; frames.length = 0; }")

    async def seen(self) -> list[Seen]:
        return [Seen(*change) for change in await self.page.evaluate("() => seen")]

    async def frames(self) -> list[float]:
        """The milliseconds between consecutive frames."""
        frames: list[float] = await self.page.evaluate("() => frames")
        return frames


def _browser_of(pid: int) -> int:
    """The pid of Chromium, which Playwright's driver has started and does not reveal."""
    return next(
        member
        for member in family(pid)
        if b"--type=" not in (line := _line(member)) and b"--headless" in line
    )


def _line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@asynccontextmanager
async def open_board(url: str, rows: int) -> AsyncIterator[Board]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(find_or_install(lambda _: None)),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
            ],
        )
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        await page.goto(url)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.locator("#board[aria-busy=false]").wait_for(timeout=60_000)
        count = await page.locator(".board-item").count()
        assert count == rows, f"{count} rows of {rows}"
        await page.evaluate(_WATCH)
        yield Board(page, _browser_of(os.getpid()))
        await browser.close()
