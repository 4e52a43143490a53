"""The form of one routing rule: what was typed, as a rule, with each error beside its field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from console.frame import forms
from console.frame.labels import CASE_KINDS
from console.routing.phrases import ROLES
from domain.cases.kinds import Severity
from domain.cases.routing import MOST_STEPS, Problem, Rule, Step, Weekday
from models.repositories import case_routing, members

Options = Sequence[tuple[str, str]]
_MOST_COURSES = 500
_TEXTS = ("name", "at_least", "from_time", "until_time", "queue", "severity", "acknowledge_within_minutes")
_LISTS = ("kinds", "regions", "courses", "weekdays")
_STEP_LISTS = ("rotas", "roles", "members", "channels")


@dataclass(frozen=True)
class StepForm:
    after_minutes: str = ""
    assignee: bool = False
    mail: bool = True
    chosen: Mapping[str, Sequence[str]] = field(
        default_factory=dict
    )  # by `rotas`, `roles`, `members`, `channels`

    @property
    def is_blank(self) -> bool:
        """Whether nothing was entered, so that the step is left out."""
        return not (self.after_minutes or self.assignee or any(self.chosen.values()))


@dataclass(frozen=True)
class RuleForm:
    texts: Mapping[str, str]
    chosen: Mapping[str, Sequence[str]]  # by `kinds`, `regions`, `courses`, `weekdays`
    steps: Sequence[StepForm]
    position: str
    errors: Mapping[str, str] = field(default_factory=dict)  # by field, such as `ladder.0.after_minutes`
    conflict: bool = False  # somebody else has changed the rules since the form was opened

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    def step_error(self, place: int, name: str = "") -> str:
        return self.error(f"ladder.{place}.{name}" if name else f"ladder.{place}")


@dataclass(frozen=True)
class Choices:
    """What the form offers."""

    kinds: Options
    severities: Options
    regions: Options
    courses: Options
    weekdays: Options
    rotas: Options
    roles: Options
    members: Options
    channels: Options


async def choices(db: AsyncSession) -> Choices:
    regions = sorted(await case_routing.regions(db))
    return Choices(
        sorted(CASE_KINDS.items(), key=lambda item: item[1]),
        [(severity.value, severity.value.capitalize()) for severity in Severity],
        [(region, region) for region in regions],
        [(str(row.id), row.title) for row in await case_routing.all_courses(db, _MOST_COURSES)],
        [(day.value, day.value[:3].capitalize()) for day in Weekday],
        [(str(row.id), row.name) for row in await case_routing.rotas(db)],
        [(role.value, words[:1].upper() + words[1:]) for role, words in ROLES.items()],
        [(str(row.id), row.name) for row in await members.active(db)],
        [(str(row.id), row.name) for row in await case_routing.channels(db)],
    )


def empty(position: int) -> RuleForm:
    first = StepForm("0", assignee=True)
    return RuleForm(dict.fromkeys(_TEXTS, ""), dict.fromkeys(_LISTS, ()), [first], str(position))


def of_rule(rule: Rule, position: int, problems: Iterable[Problem] = ()) -> RuleForm:
    """Filled from a rule, with what is wrong with it."""
    values = rule.model_dump(mode="json")
    texts = {name: "" if values[name] is None else str(values[name]) for name in _TEXTS}
    texts |= {name: texts[name][:5] for name in ("from_time", "until_time")}  # to the minute
    errors = {found.field: _sentence(found.message) for found in problems}
    steps = [_step_form(step) for step in rule.ladder]
    return RuleForm(texts, {name: values[name] for name in _LISTS}, steps, str(position), errors)


def read(posted: FormData) -> RuleForm:
    """What was typed."""
    count = min(len(forms.texts(posted, "step")), MOST_STEPS)
    return RuleForm(
        {name: forms.text(posted, name).strip() for name in _TEXTS},
        {name: forms.texts(posted, name) for name in _LISTS},
        [_read_step(posted, place) for place in range(count)],
        forms.text(posted, "position"),
    )


def with_more_or_fewer_steps(form: RuleForm, do: str) -> RuleForm | None:
    """The form after its button `add` or `remove-<place>`; None for any other button."""
    if do == "add":
        return replace(form, steps=[*form.steps, StepForm()][:MOST_STEPS])
    action, _, place = do.partition("-")
    if action != "remove":
        return None
    return replace(form, steps=[step for index, step in enumerate(form.steps) if str(index) != place])


def to_rule(form: RuleForm) -> Rule:
    """Raises ValidationError, for `with_errors`."""
    given: dict[str, Any] = {name: value for name, value in form.texts.items() if value or name == "name"}
    given |= {name: list(value) for name, value in form.chosen.items()}
    given["ladder"] = [_given(step) for step in form.steps if not step.is_blank]
    return Rule.model_validate(given)


def with_errors(form: RuleForm, error: ValidationError) -> RuleForm:
    kept = [place for place, step in enumerate(form.steps) if not step.is_blank]
    found: dict[str, str] = {}
    for one in error.errors():
        parts = [str(part) for part in one["loc"]]
        if parts[0] == "ladder" and len(parts) > 1:
            parts[1] = str(kept[int(parts[1])])
        found.setdefault(".".join(parts[:3] if parts[0] == "ladder" else parts[:1]), forms.message(one))
    return replace(form, errors=found)


def _read_step(posted: FormData, place: int) -> StepForm:
    at = f"step-{place}-"
    return StepForm(
        forms.text(posted, f"{at}after_minutes").strip(),
        bool(forms.text(posted, f"{at}assignee")),
        bool(forms.text(posted, f"{at}mail")),
        {name: forms.texts(posted, f"{at}{name}") for name in _STEP_LISTS},
    )


def _step_form(step: Step) -> StepForm:
    values = step.model_dump(mode="json")
    chosen = {name: values[name] for name in _STEP_LISTS}
    return StepForm(str(step.after_minutes), step.assignee, step.mail, chosen)


def _given(step: StepForm) -> dict[str, Any]:
    return {
        "after_minutes": step.after_minutes or 0,
        "assignee": step.assignee,
        "mail": step.mail,
        **{name: list(keys) for name, keys in step.chosen.items()},
    }


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
