"""Generates the part of docs/operations.md about each kind of exception from domain/cases/catalogue.

Usage: `python -m scripts.operations_guide`.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from domain.cases.catalogue import CATALOGUE
from domain.cases.kinds import AfterCancellation, CaseKind, Severity

PAGE = Path(__file__).resolve().parents[1] / "docs" / "operations.md"
_MARKERS = re.compile(r"(<!-- kinds:.*?-->\n).*?(<!-- /kinds -->)", re.DOTALL)
_CANCELLED = {
    AfterCancellation.ENDS: "closed; nothing about the class opens another.",
    AfterCancellation.BEGINS_ANEW: "closed; what fails while the class is called off opens another.",
    AfterCancellation.STAYS: "stays open.",
}
_RANK = {severity: rank for rank, severity in enumerate(reversed(Severity))}


def with_kinds(page: str) -> str:
    """The page, with the kinds as the code has them."""
    kinds = sorted(CATALOGUE.values(), key=lambda kind: (_RANK[kind.severity], kind.due_within, kind.code))
    text = "\n".join([*_table(kinds), "", *(line for kind in kinds for line in _section(kind))])
    return _MARKERS.sub(lambda match: f"{match[1]}\n{text}\n{match[2]}", page)


def _table(kinds: list[CaseKind]) -> Iterator[str]:
    yield "| exception | code | severity | owner | acknowledge within | due within |"
    yield "|---|---|---|---|---|---|"
    for kind in kinds:
        name = f"[{kind.title}](#{kind.title.lower().replace(' ', '-')})"
        times = f"{_length(kind.acknowledge_within)} | {_length(kind.due_within)}"
        yield f"| {name} | `{kind.code}` | {kind.severity} | {kind.owner} | {times} |"


def _section(kind: CaseKind) -> Iterator[str]:
    yield f"### {kind.title}"
    yield ""
    yield f"{kind.happened} (`{kind.code}`)"
    yield ""
    yield f"**What to do.** {kind.runbook}"
    yield ""
    yield f"- Found: {kind.detected}"
    yield f"- One case is: {kind.cause}"
    yield f"- Concerns: {kind.concerns}"
    yield f"- Repaired by itself: {kind.repair}"
    yield f"- Closed by itself: {kind.closes}"
    yield f"- If the class is cancelled: {_CANCELLED[kind.after_cancellation]}"
    if kind.ends_with_class:
        yield "- When the class is over: closed."
    yield ""


def _length(duration: timedelta) -> str:
    minutes = int(duration.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


if __name__ == "__main__":
    PAGE.write_text(with_kinds(PAGE.read_text()))
