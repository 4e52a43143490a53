"""Writes the diagram of session states, made from the table in the code, into docs/operating.md."""

import re
from pathlib import Path

from domain.sessions.states import mermaid

PAGE = Path(__file__).resolve().parents[1] / "docs" / "operating.md"
_PLACE = re.compile(r"(<!-- states:.*?-->\n).*?(<!-- /states -->)", re.DOTALL)


def with_diagram(page: str) -> str:
    return _PLACE.sub(lambda found: f"{found[1]}```mermaid\n{mermaid()}```\n{found[2]}", page)


if __name__ == "__main__":
    PAGE.write_text(with_diagram(PAGE.read_text()))
