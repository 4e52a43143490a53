"""Generates the tables of rules and parameters in docs/scheduling.md from the code."""

import re
from pathlib import Path

from domain.scheduling.scheduling_rules import Parameters
from matching.rules import HARD, SOFT

PAGE = Path(__file__).resolve().parents[1] / "docs" / "scheduling.md"


def hard_rules() -> str:
    rows = (f"| `{rule.key}` | {rule.text} |" for rule in HARD)
    return "\n".join(["| rule | the instructor … |", "|---|---|", *rows])


def soft_rules() -> str:
    rows = (f"| `{rule.key}` | {rule.text} | {rule.weight:g} |" for rule in SOFT)
    return "\n".join(["| rule | costs, where the instructor … | weight |", "|---|---|---:|", *rows])


def parameters() -> str:
    rows = (
        f"| `{name}` | {field.description} | {_shown(field.default)} |"
        for name, field in Parameters.model_fields.items()
    )
    return "\n".join(["| parameter | what it says | unless set |", "|---|---|---|", *rows])


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        return f"{value:g}"
    return str(value) if value else "none"


def with_tables(page: str) -> str:
    for name, table in (("hard", hard_rules()), ("soft", soft_rules()), ("parameters", parameters())):
        marker = re.compile(rf"(<!-- {name}:.*?-->\n).*?(<!-- /{name} -->)", re.DOTALL)
        page = marker.sub(lambda match, generated=table: f"{match[1]}\n{generated}\n\n{match[2]}", page)  # type: ignore[misc]
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
