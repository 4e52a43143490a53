"""The rules for sessions as people read and set them: each with its meaning, its unit and its default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from console.frame import durations
from domain.sessions.policies import SessionPolicy
from models.change_log import ChangeRow


@dataclass(frozen=True)
class Rule:
    name: str
    label: str
    meaning: str
    unit: str = "duration"  # durations, seconds, languages

    def write(self, value: Any) -> str:
        match self.unit:
            case "duration":
                return durations.written(value)
            case "durations":
                return ", ".join(durations.written(one) for one in value)
            case "languages":
                return ", ".join(value)
        return str(value)

    def read(self, text: str) -> Any:
        """Raises ValueError."""
        match self.unit:
            case "duration":
                return durations.read(text)
            case "durations":
                return durations.read_many(text)
            case "languages":
                return [part.strip().lower() for part in text.replace("\n", ",").split(",") if part.strip()]
        return int(text)

    @property
    def default(self) -> str:
        return self.write(SessionPolicy.model_fields[self.name].get_default())

    @property
    def hint(self) -> str:
        own = {"durations": " Separate several with commas.", "seconds": " In seconds, from 5 to 120."}
        note = own.get(self.unit, " Use codes such as en, es." if self.unit == "languages" else "")
        return f"Default: {self.default or 'none'}.{note}"


RULES = (
    Rule(
        "reminders_before",
        "Reminders",
        "Sent to guardians and the instructor this long before class.",
        "durations",
    ),
    Rule("briefing_before", "Briefing", "Sent to the instructor this long before class."),
    Rule("room_before", "Room opens", "People can join this long before class."),
    Rule("grace_after_end", "Grace period", "A class may run over by this much before it is ended."),
    Rule("empty_room_for", "Empty room", "A class ends once its room has been empty this long."),
    Rule("review_within", "Review due", "A draft that waits longer becomes an exception for its instructor."),
    Rule(
        "review_abandoned_after",
        "Review expires",
        "A draft left undecided this long is filed unapproved, and no summary is sent.",
    ),
    Rule("segment_seconds", "Audio segment", "Recordings are written in pieces of this length.", "seconds"),
    Rule("languages", "Languages in class", "Languages spoken in class, for the transcript.", "languages"),
)


@dataclass(frozen=True)
class RuleInput:
    rule: Rule
    value: str
    error: str = ""
    by: str = ""  # who set it last

    @property
    def usual(self) -> bool:
        return self.value == self.rule.default


def inputs(policy: SessionPolicy) -> list[RuleInput]:
    return [RuleInput(rule, rule.write(getattr(policy, rule.name))) for rule in RULES]


def read(shown: Sequence[RuleInput], texts: Mapping[str, str]) -> tuple[dict[str, Any], list[RuleInput]]:
    """What is to change, and the inputs with what was typed and what is wrong with it."""
    change: dict[str, Any] = {}
    kept = []
    for one in shown:
        text = texts.get(one.rule.name, one.value).strip()
        typed = replace(one, value=text)
        if text != one.value:
            try:
                change[one.rule.name] = one.rule.read(text)
            except (ValueError, OverflowError):
                typed = replace(typed, error=_told(one.rule))
        kept.append(typed)
    return change, kept


def refused(shown: Sequence[RuleInput], error: ValidationError) -> list[RuleInput]:
    told = {str(one["loc"][0]): one for one in error.errors() if one["loc"]}
    return [
        replace(one, error=_reason(one.rule, told[one.rule.name])) if one.rule.name in told else one
        for one in shown
    ]


def _told(rule: Rule) -> str:
    if rule.unit.startswith("duration"):
        return "Enter a duration, such as 15 minutes, 24 hours or 14 days."
    return "Enter a whole number." if rule.unit == "seconds" else "Use codes such as en, es."


def _reason(rule: Rule, error: Any) -> str:
    match error["type"]:
        case "greater_than_equal":
            return f"Must be at least {_bound(error['ctx']['ge'])}."
        case "less_than_equal":
            return f"Must be at most {_bound(error['ctx']['le'])}."
        case "too_long":
            return f"Enter at most {error['ctx']['max_length']}."
        case "too_short":
            return "Enter at least one."
        case "value_error":
            said = str(error["ctx"]["error"])
            return f"{said[:1].upper()}{said[1:]}."
    return _told(rule)


def _bound(value: Any) -> str:
    return durations.written(value) if isinstance(value, timedelta) else str(value)


def last_set_by(rows: Sequence[ChangeRow]) -> dict[str, ChangeRow]:
    """By rule, of the changes of the organization with the newest first."""
    found: dict[str, ChangeRow] = {}
    for row in rows:
        before, after = (pair or {} for pair in row.changes.get("policy", [{}, {}]))
        for name in {*before, *after}:
            if before.get(name) != after.get(name):
                found.setdefault(name, row)
    return found
