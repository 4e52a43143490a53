"""The facts of cases and of their history: names in place of ids, labels in place of codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from console.frame.history import author
from console.frame.labels import (
    INSTRUCTOR_RULES,
    code_label,
    moment_label,
    occasion_label,
    repair_result_label,
    step_label,
)
from domain.cases.kinds import ExceptionKind
from models.exception_case import ExceptionCase
from models.repositories import names

Detail = Mapping[str, Any]


@dataclass(frozen=True)
class Names:
    things: Mapping[str, str]  # by id
    actors: Mapping[str, str]  # by actor, such as `member:<id>`

    def facts(self, detail: Detail) -> list[tuple[str, str]]:
        """As (label, text), without empty ones."""
        return [
            (name.removesuffix("_id").replace("_", " "), self._text(name, str(value)))
            for name, value in detail.items()
            if value not in (None, "", [], {})
        ]

    def author(self, actor: str) -> str:
        return author(actor, self.actors)

    def _text(self, name: str, value: str) -> str:
        if value in self.things:
            return self.things[value]
        match name:
            case "by" | "assignee":
                return self.author(value)
            case "step":
                return step_label(value)
            case "code" | "reason" | "direction":
                return code_label(value)
            case "codes":
                return ", ".join(code_label(code) for code in value.split(", "))
            case "rules":
                return ", ".join(INSTRUCTOR_RULES.get(rule, rule) for rule in value.split(","))
            case "result":
                return repair_result_label(value)
        return moment_label(value) or value


async def names_in(db: AsyncSession, details: Sequence[Detail], actors: Sequence[str]) -> Names:
    """The names of everybody and everything that these details name, and of these actors."""
    things = [
        (name.removesuffix("_id"), str(value))
        for detail in details
        for name, value in detail.items()
        if name.endswith("_id")
    ]
    named = [str(detail[name]) for detail in details for name in ("by", "assignee") if name in detail]
    return Names(await names.of_things(db, things), await names.of_actors(db, {*actors, *named}))


def distinction(case: ExceptionCase, people: Mapping[str, str]) -> str:
    """What tells a case apart from others of its kind; not a moment, which the page shows as such.

    `people` are names by id.
    """
    if case.kind == ExceptionKind.OCCURRENCE_NOT_BOOKED and (number := case.detail.get("classes")):
        return "1 class" if number == "1" else f"{number} classes"
    if case.kind == ExceptionKind.BOOKINGS_REFUSED and (number := case.detail.get("rows")):
        return "1 row" if number == "1" else f"{number} rows"
    return "" if moment_label(case.occasion) else occasion_label(case.kind, case.occasion, people)
