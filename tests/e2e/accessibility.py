"""axe-core in a page: its violations of WCAG 2.2 A and AA."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

from cli.local.web import SOURCES

AXE = SOURCES / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
SCHEMES: Mapping[Literal["light", "dark"], list[str] | dict[str, object]] = {
    "light": LEVELS,
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
"""What axe-core checks in each colour scheme. The dark one differs by colours alone, which these rules judge."""


def violations(page: Page, scheme: Literal["light", "dark"] = "light") -> list[str]:
    """The violated rules, each with its impact and the violating elements; the page shows this colour scheme."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Path(AXE).read_text())
    page.evaluate(
        "scrollTo(0, 0)"
    )  # the header stays on top, and would cover a part of what scrolls under it
    result: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", SCHEMES[scheme]
    )
    return [
        f"{broken['id']} ({broken['impact']}): {[node['html'][:200] for node in broken['nodes'][:4]]}"
        for broken in result["violations"]
    ]
