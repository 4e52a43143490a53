"""The rules for classes as the settings page shows and reads them: each with its meaning, unit and default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from console.frame import durations, forms
from domain.sessions.policies import SessionPolicy
from models.change_log import ChangeRow

_HINTS = {
    "durations": " Separate several with commas.",
    "duration or none": " Leave empty to keep every room open until the planned end.",
    "seconds": " In seconds, from 5 to 120.",
    "share": " In percent.",
    "languages": " Use codes such as en, es.",
}


@dataclass(frozen=True)
class Rule:
    name: str
    label: str
    meaning: str
    unit: str = (
        "duration"  # duration, duration or none, durations, seconds, share, languages, choice or yes or no
    )
    options: Sequence[tuple[str, str]] = ()  # of a choice: values and labels

    def write(self, value: Any) -> str:
        """The value as the input shows it."""
        match self.unit:
            case "duration":
                return durations.written(value)
            case "duration or none":
                return "" if value is None else durations.written(value)
            case "durations":
                return ", ".join(durations.written(duration) for duration in value)
            case "languages":
                return ", ".join(value)
            case "share":
                return f"{round(100 * value)}%"
            case "yes or no":
                return "yes" if value else "no"
        return str(value)

    def read(self, text: str) -> Any:
        """The value that a typed text stands for. Raises ValueError."""
        match self.unit:
            case "duration":
                return durations.read(text)
            case "duration or none":
                return durations.read(text) if text else None
            case "durations":
                return durations.read_many(text)
            case "languages":
                return [part.strip().lower() for part in text.replace("\n", ",").split(",") if part.strip()]
            case "share":
                return float(text.removesuffix("%")) / 100
            case "choice":
                return text
            case "yes or no":
                return text == "yes"
        return int(text)

    @property
    def default(self) -> str:
        return self.write(SessionPolicy.model_fields[self.name].get_default())

    def label_of(self, value: str) -> str:
        """The value as people read it."""
        return dict(self.options).get(value, value)

    @property
    def hint(self) -> str:
        return f"Default: {self.label_of(self.default) or 'none'}.{_HINTS.get(self.unit, '')}"


RULES = (
    Rule(
        "reminders_before",
        "Reminders",
        "Sent to guardians and the instructor this long before class.",
        "durations",
    ),
    Rule("briefing_before", "Briefing", "Sent to the instructor this long before class."),
    Rule("room_before", "Room opens", "People can join this long before class."),
    Rule(
        "check_in_before",
        "Check-in",
        "An instructor who has neither checked in nor come this long before class is asked by mail, and becomes an "
        "exception.",
    ),
    Rule(
        "instructor_late_after",
        "Instructor late",
        "An instructor who has not come this long after the planned start becomes an exception.",
    ),
    Rule(
        "instructor_absent_after",
        "Instructor absent",
        "An instructor who has not come this long after the planned start is absent: a substitution starts.",
    ),
    Rule(
        "absent_after",
        "Student absent",
        "A student who has not come this long after the planned start becomes an exception, and the family is told.",
    ),
    Rule(
        "present_share",
        "Present",
        "A student who was in the room for this share of the class is present, in classes booked from now on.",
        "share",
    ),
    Rule(
        "punctual_within",
        "Punctual",
        "Who comes later than this, or leaves earlier, is shown as late or as having left early.",
    ),
    Rule("grace_after_end", "Grace period", "A class may run over by this much before it is ended."),
    Rule(
        "empty_room_for",
        "Empty room",
        "After its planned end, a class ends once its room has been empty this long.",
    ),
    Rule(
        "empty_room_ends_after",
        "Early end",
        "An empty room ends a class even before its planned end, this long after its planned start.",
        "duration or none",
    ),
    Rule("review_within", "Review due", "A draft that waits longer becomes an exception for its instructor."),
    Rule(
        "review_abandoned_after",
        "Review expires",
        "A draft left undecided this long is filed unapproved, and no summary is sent.",
    ),
    Rule("segment_seconds", "Audio segment", "Recordings are written in pieces of this length.", "seconds"),
    Rule("languages", "Languages in class", "Languages spoken in class, for the transcript.", "languages"),
    Rule(
        "student_names",
        "Names in the room",
        "How students are named to each other in the room, from now on in every class. Instructors read full names.",
        "choice",
        (("forename", "forenames"), ("full", "full names")),
    ),
    Rule(
        "captions",
        "Captions",
        "Whether people in the room may show what is said as text, from now on in every class.",
        "yes or no",
        (("yes", "yes"), ("no", "no")),
    ),
)


@dataclass(frozen=True)
class RuleInput:
    """A rule with the text in its input."""

    rule: Rule
    value: str
    error: str = ""
    set_by: str = ""  # the name of who set it last

    @property
    def is_default(self) -> bool:
        return self.value == self.rule.default


def inputs(policy: SessionPolicy) -> list[RuleInput]:
    return [RuleInput(rule, rule.write(getattr(policy, rule.name))) for rule in RULES]


def read_changes(
    shown: Sequence[RuleInput], texts: Mapping[str, str]
) -> tuple[dict[str, Any], list[RuleInput]]:
    """The changed values by rule, and the inputs with what was typed and its errors."""
    change: dict[str, Any] = {}
    inputs_as_typed = []
    for entry in shown:
        text = texts.get(entry.rule.name, entry.value).strip()
        typed = replace(entry, value=text)
        if text != entry.value:
            try:
                change[entry.rule.name] = entry.rule.read(text)
            except (ValueError, OverflowError):
                typed = replace(typed, error=_format_error(entry.rule))
        inputs_as_typed.append(typed)
    return change, inputs_as_typed


def with_errors(shown: Sequence[RuleInput], error: ValidationError) -> list[RuleInput]:
    """The inputs, each with its validation error."""
    errors = {str(details["loc"][0]): details for details in error.errors() if details["loc"]}
    return [
        replace(entry, error=_message(entry.rule, errors[entry.rule.name]))
        if entry.rule.name in errors
        else entry
        for entry in shown
    ]


def _format_error(rule: Rule) -> str:
    if rule.unit.startswith("duration"):
        return "Enter a duration, such as 15 minutes, 24 hours or 14 days."
    if rule.options:
        return f"Choose {' or '.join(label for _, label in rule.options)}."
    if rule.unit == "share":
        return "Enter a share from 0 to 100 %."
    return "Enter a whole number." if rule.unit == "seconds" else "Use codes such as en, es."


def _message(rule: Rule, error: Any) -> str:
    match error["type"]:
        case "greater_than_equal" | "less_than_equal" | "finite_number" if rule.unit == "share":
            return _format_error(rule)
        case "greater_than_equal" | "less_than_equal" | "too_long":
            return forms.message(error)
        case "too_short":
            return "Enter at least one."
        case "value_error":
            reason = str(error["ctx"]["error"])
            return f"{reason[:1].upper()}{reason[1:]}."
    return _format_error(rule)


def last_set_by(rows: Sequence[ChangeRow]) -> dict[str, ChangeRow]:
    """The latest change of each rule; `rows` are changes of the organization, the newest first."""
    latest: dict[str, ChangeRow] = {}
    for row in rows:
        before, after = (pair or {} for pair in row.changes.get("policy", [{}, {}]))
        for name in {*before, *after}:
            if before.get(name) != after.get(name):
                latest.setdefault(name, row)
    return latest
