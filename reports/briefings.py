"""What an instructor reads before a class: what happened last time, what is still open, what is planned."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.documentation import CheckOutcome, Section, Statement

_OPEN = frozenset({CheckOutcome.PARTLY, CheckOutcome.INCORRECT, CheckOutcome.UNANSWERED})

# A briefing is `{"sections": [[heading, [line, …]], …]}`: JSON that keeps its order wherever it is stored.
_Sections = list[tuple[str, list[str]]]


def build_briefing(
    *,
    last_title: str,
    last_held_at: datetime,
    statements: Sequence[Statement],
    approved: bool,
) -> dict[str, Any]:
    """From the record of the last class. What is not approved is not carried over; then only the fact is told."""
    held = [f"{last_title}, {last_held_at:%d %B %Y}"]
    if not approved:
        held.append("Its documentation was not approved, so nothing of it is repeated here.")
        return {"sections": [("Last class", held)]}
    checks = _of(statements, Section.COMPREHENSION)
    sections: _Sections = [
        ("Last class", held),
        ("Worked on", [s.text for s in _of(statements, Section.TOPICS, Section.PRACTISED)]),
        ("Not yet understood", [s.text for s in checks if s.outcome in _OPEN]),
        ("Understood", [s.text for s in checks if s.outcome == CheckOutcome.CORRECT]),
        ("Homework to check", [s.text for s in _of(statements, Section.HOMEWORK)]),
        ("Planned next", [s.text for s in _of(statements, Section.NEXT_STEPS)]),
    ]
    return {"sections": [section for section in sections if section[1]]}


def with_plan(
    briefing: dict[str, Any] | None, *, topics: Sequence[str], students: Sequence[str]
) -> dict[str, Any]:
    """The briefing of one class: its own plan and people, then what the last class left."""
    own: _Sections = [("Plan for today", list(topics)), ("Expected", list(students))]
    earlier = briefing["sections"] if briefing else []
    return {"sections": [section for section in own if section[1]] + earlier, "first": briefing is None}


def _of(statements: Sequence[Statement], *sections: Section) -> list[Statement]:
    return [s for s in statements if s.section in sections]
