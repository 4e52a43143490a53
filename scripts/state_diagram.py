"""Generates the diagram of session states in docs/operating.md from the transition table."""

import re
from pathlib import Path

from domain.sessions.states import mermaid

PAGE = Path(__file__).resolve().parents[1] / "docs" / "operating.md"
_MARKERS = re.compile(r"(<!-- states:.*?-->\n).*?(<!-- /states -->)", re.DOTALL)


def with_diagram(page: str) -> str:
    return _MARKERS.sub(lambda match: f"{match[1]}```mermaid\n{mermaid()}```\n{match[2]}", page)


if __name__ == "__main__":
    PAGE.write_text(with_diagram(PAGE.read_text()))
