"""The form of the scheduling rules: what was typed, as rules, with each error beside its field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import FormData

from console.frame import forms
from console.frame.labels import rule_label
from domain.scheduling.scheduling_rules import MOST_COURSES, Parameters, Problem, SchedulingRules
from services.scheduling_rules import RuleKind, kinds

_NUMBER = re.compile(r"\d{1,7}(\.\d{1,4})?", re.ASCII)
_HOW_WEIGHT = "Enter a number from 0 to 10000."
_MOST_NOTE = 500
_MOST_ROWS = 2 * MOST_COURSES
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Parameter:
    """A number or time that the rules are read with, as the form shows it."""

    name: str
    label: str
    hint: str
    wrong: str
    is_time: bool = False


PARAMETERS = (
    Parameter(
        "unassigned",
        "Cost of a class without instructor",
        "The higher, the more other rules give way to it.",
        "Enter a number from 1 to 1000000.",
    ),
    Parameter(
        "known_for_days",
        "Days that people count as known",
        "Classes together before that don’t count for continuity.",
        "Enter a whole number from 1 to 3650.",
    ),
    Parameter(
        "rest_hours",
        "Hours of rest",
        "Between an instructor’s last class of a day and the first of a later one.",
        "Enter a number from 0 to 24.",
    ),
    Parameter(
        "target_hours_per_week",
        "Target hours per week",
        "What each instructor should teach. Leave empty for no target.",
        "Enter a number up to 168, or leave it empty.",
    ),
    Parameter(
        "frozen_hours",
        "Hours that stay as they are",
        "Classes that start within them keep their instructor in a new plan.",
        "Enter a whole number from 0 to 2160.",
    ),
    Parameter(
        "unpopular_before",
        "Unpopular before",
        "Classes that start earlier are shared fairly. Leave empty for none.",
        "Enter a time, such as 08:00.",
        is_time=True,
    ),
    Parameter(
        "unpopular_from",
        "Unpopular from",
        "And those that start then or later.",
        "Enter a time, such as 20:00, that is later than the one above.",
        is_time=True,
    ),
)


@dataclass(frozen=True)
class CourseRow:
    """A weight of one course."""

    course_id: str = ""
    rule: str = ""
    weight: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.course_id or self.weight)


@dataclass(frozen=True)
class RulesForm:
    weights: Mapping[str, str]  # by soft rule
    holds: frozenset[str]  # hard rules in force
    courses: Sequence[CourseRow]
    parameters: Mapping[str, str]
    unpopular_days: frozenset[str]
    assume_qualified: bool
    note: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    def error(self, *path: object) -> str:
        return self.errors.get(".".join(map(str, path)), "")


def soft() -> list[RuleKind]:
    return [kind for kind in kinds() if not kind.is_hard]


def hard() -> list[RuleKind]:
    return [kind for kind in kinds() if kind.is_hard]


def of_rules(rules: SchedulingRules, note: str) -> RulesForm:
    parameters = {one.name: _written(getattr(rules.parameters, one.name)) for one in PARAMETERS}
    return RulesForm(
        {kind.key: f"{rules.weights.get(kind.key, kind.weight):g}" for kind in soft()},
        frozenset(kind.key for kind in hard() if kind.key not in rules.disabled),
        [
            CourseRow(str(own.course_id), key, f"{weight:g}")
            for own in rules.by_course
            for key, weight in sorted(own.weights.items())
        ],
        parameters,
        frozenset(map(str, rules.parameters.unpopular_days)),
        rules.parameters.assume_qualified,
        note,
    )


def _written(value: object) -> str:
    if value is None:
        return ""
    return value.strftime("%H:%M") if isinstance(value, time) else f"{value:g}"


def read(posted: FormData) -> RulesForm:
    """What was typed."""
    rows = min(len(forms.texts(posted, "course")), _MOST_ROWS)
    return RulesForm(
        {kind.key: forms.text(posted, f"weight-{kind.key}").strip() for kind in soft()},
        frozenset(forms.texts(posted, "holds")),
        [
            CourseRow(
                *(forms.text(posted, f"course-{row}-{name}").strip() for name in ("id", "rule", "weight"))
            )
            for row in range(rows)
        ],
        {one.name: forms.text(posted, f"parameter-{one.name}").strip() for one in PARAMETERS},
        frozenset(forms.texts(posted, "unpopular_days")),
        bool(forms.text(posted, "assume_qualified")),
        forms.text(posted, "note").strip(),
    )


def with_more_or_fewer_courses(form: RulesForm, do: str) -> RulesForm | None:
    """The form after its button `add` or `remove-<row>`; None for any other button."""
    if do == "add":
        return replace(form, courses=[*form.courses, CourseRow()][:_MOST_ROWS])
    action, _, row = do.partition("-")
    if action != "remove":
        return None
    return replace(form, courses=[own for index, own in enumerate(form.courses) if str(index) != row])


def checked(form: RulesForm) -> tuple[RulesForm, SchedulingRules | None]:
    """The form, and the rules it describes; None where something is wrong, which the form then shows."""
    errors: dict[str, str] = {}
    weights: dict[str, float] = {}
    for kind in soft():
        typed = _number(form.weights[kind.key], f"weights.{kind.key}", _HOW_WEIGHT, errors)
        if typed is not None and typed != kind.weight:
            weights[kind.key] = typed
    by_course: dict[str, dict[str, float]] = {}
    for row, own in enumerate(form.courses):
        if own.is_blank:
            continue
        if not _is_id(own.course_id):
            errors[f"courses.{row}.id"] = "Choose a course."
        typed = _number(own.weight, f"courses.{row}.weight", _HOW_WEIGHT, errors)
        if own.rule in by_course.setdefault(own.course_id, {}):
            errors[f"courses.{row}.rule"] = "Another row has this course and rule."
        by_course[own.course_id][own.rule] = typed or 0.0
    if len(form.note) > _MOST_NOTE:
        errors["note"] = f"Use at most {_MOST_NOTE} characters."
    if errors:
        return replace(form, errors=errors), None
    try:
        rules = SchedulingRules.model_validate(
            {
                "weights": weights,
                "disabled": [
                    kind.key for kind in hard() if kind.can_be_disabled and kind.key not in form.holds
                ],
                "by_course": [{"course_id": key, "weights": own} for key, own in by_course.items()],
                "parameters": {
                    **{one.name: form.parameters[one.name].replace(",", ".") or None for one in PARAMETERS},
                    "unpopular_days": sorted(form.unpopular_days),
                    "assume_qualified": form.assume_qualified,
                },
            }
        )
    except ValidationError as error:
        return replace(form, errors=_errors(error)), None
    return form, rules


def _number(typed: str, path: str, how: str, errors: dict[str, str]) -> float | None:
    text = typed.replace(",", ".")
    if not _NUMBER.fullmatch(text) or float(text) > 10_000:
        errors[path] = how
        return None
    return float(text)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _errors(error: ValidationError) -> dict[str, str]:
    wrong = {one.name: one.wrong for one in PARAMETERS}
    found: dict[str, str] = {}
    for one in error.errors():
        path = [str(part) for part in one["loc"]]
        if path[:1] == ["parameters"] and len(path) > 1:
            found.setdefault(f"parameters.{path[1]}", wrong.get(path[1], "Choose days of the week."))
        else:
            found.setdefault("form", str(one["msg"]))
    return found


def differences(
    before: SchedulingRules, after: SchedulingRules, courses: Mapping[UUID, str]
) -> list[tuple[str, str, str]]:
    """What a change did, as (what, value before, value after)."""
    old, new = _described(before, courses), _described(after, courses)
    names = [*new, *(name for name in old if name not in new)]
    return [(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)]


def _described(rules: SchedulingRules, courses: Mapping[UUID, str]) -> dict[str, str]:
    described = {rule_label(kind.key): f"{rules.weights.get(kind.key, kind.weight):g}" for kind in soft()}
    described |= {
        rule_label(kind.key): "set aside" if kind.key in rules.disabled else "holds" for kind in hard()
    }
    for own in rules.by_course:
        course = courses.get(own.course_id, "a course that is gone")
        described |= {f"{rule_label(key)} in {course}": f"{weight:g}" for key, weight in own.weights.items()}
    values: Parameters = rules.parameters
    described |= {one.label: _written(getattr(values, one.name)) or "none" for one in PARAMETERS}
    described["Unpopular days"] = ", ".join(DAYS[day] for day in values.unpopular_days) or "none"
    described["Without known qualifications"] = "every course" if values.assume_qualified else "no course"
    return described


def sentence(problem: Problem) -> str:
    return f"{problem.field}: {problem.message}."


def options(rows: Sequence[Any]) -> list[tuple[str, str]]:
    """Courses as choices."""
    return [(str(row.id), row.title) for row in rows]
