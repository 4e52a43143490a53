"""The form of the rules for finding substitutes: what was typed, as a policy, with each error beside its field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from console.frame import durations, forms
from domain.scheduling.candidates import Term
from domain.scheduling.substitution_policy import MOST_PACES, SubstitutionPolicy

WEIGHTS: Mapping[Term, tuple[str, str]] = {
    Term.KNOWS_STUDENTS: ("Knows the students", "Has taught the students of the class."),
    Term.KNOWS_COURSE: ("Knows the course", "Has taught the course."),
    Term.FAIR_SHARE: ("Fair share", "Has substituted seldom lately."),
    Term.COST: ("Cost", "Costs less than the others."),
}
_HOW_DURATION = "Enter a duration, such as 20 minutes or 24 hours."
_HOW_WEIGHT = "Enter a number from 0 to 100."
_HOW_AT_ONCE = "Enter a whole number from 1 to 100, or leave it empty."
_WEIGHT = re.compile(r"\d{1,3}(\.\d{1,3})?", re.ASCII)
_COUNT = re.compile(r"\d{1,3}", re.ASCII)
_MOST_POSTED = 2 * MOST_PACES


@dataclass(frozen=True)
class PaceForm:
    before: str = ""
    answer_within: str = ""
    at_once: str = ""  # empty: all

    @property
    def is_blank(self) -> bool:
        """Whether nothing was entered, so that the row is left out."""
        return not (self.before or self.answer_within or self.at_once)


@dataclass(frozen=True)
class SubstituteForm:
    weights: Mapping[str, str]
    paces: Sequence[PaceForm]
    late: str
    tells_families: bool
    errors: Mapping[str, str] = field(
        default_factory=dict
    )  # by `weights.<term>`, `paces.<row>.<field>`, `late`

    def error(self, *path: object) -> str:
        return self.errors.get(".".join(map(str, path)), "")


def of_policy(policy: SubstitutionPolicy) -> SubstituteForm:
    return SubstituteForm(
        {term: f"{getattr(policy.weights, term):g}" for term in WEIGHTS},
        [
            PaceForm(
                durations.written(pace.before),
                durations.written(pace.answer_within),
                "" if pace.at_once is None else str(pace.at_once),
            )
            for pace in policy.paces
        ],
        durations.written(policy.late.answer_within),
        policy.tell_families_of_delay,
    )


def read(posted: FormData) -> SubstituteForm:
    """What was typed."""
    rows = min(len(forms.texts(posted, "pace")), _MOST_POSTED)
    return SubstituteForm(
        {term: forms.text(posted, f"weight-{term}").strip() for term in WEIGHTS},
        [
            PaceForm(
                *(
                    forms.text(posted, f"pace-{row}-{name}").strip()
                    for name in ("before", "answer_within", "at_once")
                )
            )
            for row in range(rows)
        ],
        forms.text(posted, "late").strip(),
        bool(forms.text(posted, "tells_families")),
    )


def with_more_or_fewer_paces(form: SubstituteForm, do: str) -> SubstituteForm | None:
    """The form after its button `add` or `remove-<row>`; None for any other button."""
    if do == "add":
        return replace(form, paces=[*form.paces, PaceForm()][:MOST_PACES])
    action, _, row = do.partition("-")
    if action != "remove":
        return None
    return replace(form, paces=[pace for index, pace in enumerate(form.paces) if str(index) != row])


def checked(form: SubstituteForm) -> tuple[SubstituteForm, SubstitutionPolicy | None]:
    """The form, and the policy it describes; None where something is wrong, which the form then shows.

    Rows are put in order, the longest time before class first.
    """
    errors: dict[str, str] = {}

    def value(path: str, typed: str, read_text: Any, how: str) -> Any:
        try:
            return read_text(typed)
        except (ValueError, OverflowError):
            errors[path] = how

    weights = {
        term: value(f"weights.{term}", text, _weight, _HOW_WEIGHT) for term, text in form.weights.items()
    }
    rows = [
        (
            row,
            {
                "before": value(f"paces.{row}.before", pace.before, durations.read, _HOW_DURATION),
                "answer_within": value(
                    f"paces.{row}.answer_within", pace.answer_within, durations.read, _HOW_DURATION
                ),
                "at_once": value(f"paces.{row}.at_once", pace.at_once, _count, _HOW_AT_ONCE),
            },
        )
        for row, pace in enumerate(form.paces)
        if not pace.is_blank
    ]
    late = value("late", form.late, durations.read, _HOW_DURATION)
    if errors:
        return replace(form, errors=errors), None
    rows.sort(key=lambda numbered: numbered[1]["before"], reverse=True)
    for (_, earlier), (row, later) in pairwise(rows):
        if earlier["before"] == later["before"]:
            errors[f"paces.{row}.before"] = "Another row has this time."
    try:
        policy = SubstitutionPolicy.model_validate(
            {
                "weights": weights,
                "paces": [pace for _, pace in rows],
                "late": {"answer_within": late},
                "tell_families_of_delay": form.tells_families,
            }
        )
    except ValidationError as error:
        errors = _errors(error, [row for row, _ in rows]) | errors
        return replace(form, errors=errors), None
    return form, policy


def _weight(typed: str) -> float:
    text = typed.replace(",", ".")
    if not _WEIGHT.fullmatch(text):
        raise ValueError(typed)
    return float(text)


def _count(typed: str) -> int | None:
    if typed and not _COUNT.fullmatch(typed):
        raise ValueError(typed)
    return int(typed) if typed else None


def _errors(error: ValidationError, rows: Sequence[int]) -> dict[str, str]:
    """The errors by the field they belong to; `rows` are the form's rows in the order of the policy's paces."""
    found: dict[str, str] = {}
    for one in error.errors():
        parts = [str(part) for part in one["loc"]]
        if parts[:1] == ["paces"] and len(parts) > 1:
            parts[1] = str(rows[int(parts[1])])
        path = "late" if parts[:1] == ["late"] else ".".join(parts)
        if path:
            found.setdefault(path, _message(path, one))
    return found


def _message(path: str, error: Any) -> str:
    if path.startswith("weights."):
        return _HOW_WEIGHT
    if path.endswith(".at_once"):
        return _HOW_AT_ONCE
    if error["type"] == "too_long":
        return f"Keep at most {MOST_PACES} rows."
    if error["type"] in ("greater_than_equal", "less_than_equal"):
        return forms.message(error)
    return _HOW_DURATION


def differences(before: SubstitutionPolicy, after: SubstitutionPolicy) -> list[tuple[str, str, str]]:
    """What a change did, as (what, value before, value after); the value is empty where there was or is none."""
    old, new = _described(before), _described(after)
    names = [*new, *(name for name in old if name not in new)]
    return [(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)]


def _described(policy: SubstitutionPolicy) -> dict[str, str]:
    weights = {label: f"{getattr(policy.weights, term):g}" for term, (label, _) in WEIGHTS.items()}
    paces = {
        f"From {durations.written(pace.before)} before class": (
            f"{'all' if pace.at_once is None else pace.at_once} at once, "
            f"{durations.written(pace.answer_within)} to answer"
        )
        for pace in policy.paces
    }
    return {
        **weights,
        **paces,
        "Sooner, or late": f"all at once, {durations.written(policy.late.answer_within)} to answer",
        "Families told of a delay": "yes" if policy.tell_families_of_delay else "no",
    }
