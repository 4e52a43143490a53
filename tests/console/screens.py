"""Checks a page in both colour schemes at two widths: screenshots for reviewers, no overflow, no axe violations."""

from typing import Any, Literal

from playwright.async_api import Page, ViewportSize

from cli.local.web import SOURCES
from tests.e2e.conftest import screenshot_folder

PHONE: ViewportSize = {"width": 360, "height": 740}
AXE = SOURCES / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
_FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"


async def look_and_check(page: Page, name: str) -> None:
    """Take screenshots under this name, and assert that the page fits and has no axe violations."""
    size = page.viewport_size
    assert size is not None
    for suffix, viewport in (("", size), ("-phone", PHONE)):
        await page.set_viewport_size(viewport)
        assert await page.evaluate(_FITS), f"{name} overflows at {viewport['width']} pixels"
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            await page.evaluate(
                "scrollTo(0, 0)"
            )  # else a sticky header appears in the middle of the screenshot
            with screenshot_folder() as folder:
                shade = "" if scheme == "light" else "-dark"
                await page.screenshot(path=folder / f"{name}{suffix}{shade}.png", full_page=True)
            found = await violations(page)
            assert not found, f"{name}, {scheme}, {viewport['width']} pixels: {found}"
    await page.set_viewport_size(size)
    await page.emulate_media(color_scheme="light")


def _axe() -> str:
    return AXE.read_text()


async def violations(page: Page) -> list[str]:
    """Rule, impact and the elements that break it."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_axe())
    result: dict[str, Any] = await page.evaluate(
        "levels => axe.run(document, { runOnly: levels, resultTypes: ['violations'] })", LEVELS
    )
    return [
        f"{found['id']} ({found['impact']}): {[node['html'][:200] for node in found['nodes'][:4]]}"
        for found in result["violations"]
    ]
