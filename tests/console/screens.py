"""Checks a page in both colour schemes at two widths: no overflow, no axe violations; screenshots on request."""

from typing import Any, Literal

from playwright.async_api import Page, expect

from tests.e2e.accessibility import AXE, SCHEMES
from tests.e2e.conftest import screenshot
from tests.e2e.room import PHONE

_FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"


async def look_and_check(page: Page, name: str) -> None:
    """Assert that the page fits and has no axe violations; `make screens` keeps screenshots under this name."""
    await expect(page.locator("[data-sending]")).to_have_count(0)  # buttons are pale while something is sent
    size = page.viewport_size
    assert size is not None
    for suffix, viewport in (("", size), ("-phone", PHONE)):
        await page.set_viewport_size(viewport)
        assert await page.evaluate(_FITS), f"{name} overflows at {viewport['width']} pixels"
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            await page.evaluate(
                "scrollTo(0, 0)"
            )  # the header stays on top, and would cover what scrolls under it
            if file := screenshot(f"{name}{suffix}" if scheme == "light" else f"{name}{suffix}-dark"):
                await page.screenshot(path=file, full_page=True)
            found = await violations(page, scheme)
            assert not found, f"{name}, {scheme}, {viewport['width']} pixels: {found}"
    await page.set_viewport_size(size)
    await page.emulate_media(color_scheme="light")


def _axe() -> str:
    return AXE.read_text()


async def violations(page: Page, scheme: Literal["light", "dark"] = "light") -> list[str]:
    """Rule, impact and the elements that break it; the page shows this colour scheme."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_axe())
    result: dict[str, Any] = await page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", SCHEMES[scheme]
    )
    return [
        f"{found['id']} ({found['impact']}): {[node['html'][:200] for node in found['nodes'][:4]]}"
        for found in result["violations"]
    ]
