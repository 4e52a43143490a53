"""What an instructor reads before a class: what happened last time, what is still open, what is planned."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.documentation import CheckOutcome, Section, Statement

_OPEN = frozenset({CheckOutcome.PARTLY, CheckOutcome.INCORRECT, CheckOutcome.UNANSWERED})


def build_briefing(
    *,
    last_title: str,
    last_held_at: datetime,
    statements: Sequence[Statement],
    approved: bool,
    students: Sequence[str],
) -> dict[str, Any]:
    """From the record of the last class. What is not approved is not carried over; then only the fact is told."""
    sections: dict[str, list[str]] = {"Last class": [f"{last_title}, {last_held_at:%d %B %Y}"]}
    if not approved:
        sections["Last class"].append(
            "Its documentation was not approved, so nothing of it is repeated here."
        )
        return {"sections": sections | _who(students)}
    _add(sections, "Worked on", [s.text for s in _of(statements, Section.TOPICS, Section.PRACTISED)])
    checks = _of(statements, Section.COMPREHENSION)
    _add(sections, "Not yet understood", [s.text for s in checks if s.outcome in _OPEN])
    _add(sections, "Understood", [s.text for s in checks if s.outcome == CheckOutcome.CORRECT])
    _add(sections, "Homework to check", [s.text for s in _of(statements, Section.HOMEWORK)])
    _add(sections, "Planned next", [s.text for s in _of(statements, Section.NEXT_STEPS)])
    return {"sections": sections | _who(students)}


def with_plan(
    briefing: dict[str, Any] | None, *, topics: Sequence[str], students: Sequence[str]
) -> dict[str, Any]:
    """The briefing of one class: its own plan on top of what the last class left."""
    sections: dict[str, list[str]] = {}
    _add(sections, "Plan for today", list(topics))
    earlier = dict(briefing["sections"]) if briefing else {}
    return {"sections": sections | earlier | _who(students)}


def _of(statements: Sequence[Statement], *sections: Section) -> list[Statement]:
    return [s for s in statements if s.section in sections]


def _add(sections: dict[str, list[str]], heading: str, lines: list[str]) -> None:
    if lines:
        sections[heading] = lines


def _who(students: Sequence[str]) -> dict[str, list[str]]:
    return {"Expected": list(students)} if students else {}
