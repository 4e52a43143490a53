"""Briefings for instructors: what happened in the last class, what is still open, and what is planned."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.record.documentation import CheckOutcome, Section, Statement
from reports.catalogue import words_in
from reports.moments import moment

_NOT_UNDERSTOOD = frozenset(CheckOutcome) - {CheckOutcome.CORRECT}

# A briefing is stored as JSON: `{"last_class": {title, held_at, approved}, "sections": [[name, [line, …]], …]}`, and
# for a class also `plan`, `expected` and `first`. Names are keys of the catalogue, so that it is rendered when read.
Sections = list[tuple[str, list[str]]]


def build_briefing(
    *,
    last_title: str,
    last_held_at: datetime,
    statements: Sequence[Statement],
    approved: bool,
) -> dict[str, Any]:
    """A briefing from the record of the last class; an unapproved record adds only that the class took place."""
    last = {"title": last_title, "held_at": last_held_at.isoformat(), "approved": approved}
    sections = _sections(statements) if approved else []
    return {"last_class": last, "sections": [section for section in sections if section[1]]}


def with_plan(
    briefing: dict[str, Any] | None, *, topics: Sequence[str], students: Sequence[str]
) -> dict[str, Any]:
    """The briefing of a class: its own plan and participants, then the briefing from the last class."""
    own = {"plan": list(topics), "expected": list(students), "first": briefing is None}
    return {**(briefing or {"sections": []}), **own}


def read_briefing(briefing: dict[str, Any], *, language: str, time_zone: str, now: datetime) -> Sections:
    """Headings with their lines, in reading order and in the language nearest to the wanted one."""
    words = words_in(language)
    named: Sections = [(name, briefing.get(name, [])) for name in ("plan", "expected")]
    if last := briefing.get("last_class"):
        held_at = moment(datetime.fromisoformat(last["held_at"]), language, time_zone, now=now)
        named.append(("last_class", [f"{last['title']}, {held_at}"]))
        named[-1][1].extend([] if last["approved"] else [words["not_approved"]])
    named += briefing["sections"]
    if briefing.get("first"):
        named.append(("last_class", [words["first_class"]]))
    return [(words.get(name, name), lines) for name, lines in named if lines]


def _sections(statements: Sequence[Statement]) -> Sections:
    checks = [s for s in statements if s.section == Section.COMPREHENSION]
    return [
        ("worked_on", _texts(statements, Section.TOPICS, Section.PRACTISED)),
        ("not_understood", [s.text for s in checks if s.outcome in _NOT_UNDERSTOOD]),
        ("understood", [s.text for s in checks if s.outcome == CheckOutcome.CORRECT]),
        ("homework_to_check", _texts(statements, Section.HOMEWORK)),
        ("planned_next", _texts(statements, Section.NEXT_STEPS)),
    ]


def _texts(statements: Sequence[Statement], *sections: Section) -> list[str]:
    return [s.text for s in statements if s.section in sections]
