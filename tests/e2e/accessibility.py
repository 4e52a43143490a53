"""axe-core in a page: its violations of WCAG 2.2 A and AA."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from cli.local.web import SOURCES

AXE = SOURCES / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """The violated rules, each with its impact and the violating elements."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Path(AXE).read_text())
    page.evaluate(
        "scrollTo(0, 0)"
    )  # the header stays on top, and would cover a part of what scrolls under it
    result: dict[str, Any] = page.evaluate(
        "levels => axe.run(document, { runOnly: levels, resultTypes: ['violations'] })", LEVELS
    )
    return [
        f"{broken['id']} ({broken['impact']}): {[node['html'][:200] for node in broken['nodes'][:4]]}"
        for broken in result["violations"]
    ]
