"""The routing of cases as data: rules that say into which queue a case goes, who is told of it, when and how.

The rules of an organization are read in order, and the first that matches a case decides. A case that none matches is
routed by what its kind says of itself.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from domain.cases.catalogue import case_kind
from domain.cases.kinds import ExceptionKind, Owner, Severity

MOST_RULES = 100
MOST_STEPS = 10
_DAY = 24 * 60  # minutes
_WEEK = 7 * _DAY
_ALL_WEEK = (1 << _WEEK) - 1
_RANK = {severity: rank for rank, severity in enumerate(Severity)}  # they are listed from the least severe on


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """As `datetime.weekday`: Monday is 0."""
        return tuple(Weekday).index(self)


_LINE = r"^[^\x00-\x1f\x7f]*$"
Minute = Annotated[
    time,
    # JSON Schema's format `time` requires an offset, which a wall time lacks.
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$",
            "description": "Wall time in the organization's zone, to the minute.",
            "examples": ["22:00"],
        }
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=_LINE)]
Code = Annotated[str, Field(min_length=1, max_length=60, pattern=_LINE)]
Queue = Annotated[str, Field(max_length=60, pattern=_LINE)]
Several = Field(default=(), max_length=200)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Part):
    """A step of an escalation ladder: who is told when nobody has acknowledged the case until then."""

    after_minutes: Annotated[int, Field(ge=0, le=14 * _DAY)] = Field(
        0, description="After the case was opened."
    )
    assignee: bool = Field(False, description="If somebody works on the case, tell them alone by mail.")
    rotas: Annotated[tuple[UUID, ...], Several] = Field((), description="Tell who is on duty of these rotas.")
    roles: Annotated[tuple[Owner, ...], Several] = Field((), description="Tell everybody of these roles.")
    members: Annotated[tuple[UUID, ...], Several] = Field((), description="Tell these members of staff.")
    mail: bool = Field(True, description="Tell these people by mail.")
    channels: Annotated[tuple[UUID, ...], Several] = Field((), description="Tell these channels as well.")

    @property
    def after(self) -> timedelta:
        return timedelta(minutes=self.after_minutes)

    @property
    def tells_people(self) -> bool:
        return self.mail and bool(self.assignee or self.rotas or self.roles or self.members)


class Rule(_Part):
    """One rule; a condition that is left empty is met by every case."""

    name: Name
    kinds: Annotated[tuple[ExceptionKind, ...], Several] = ()
    at_least: Severity | None = Field(None, description="The least severity, as the kind of case has it.")
    regions: Annotated[tuple[Code, ...], Several] = ()
    courses: Annotated[tuple[UUID, ...], Several] = ()
    weekdays: Annotated[tuple[Weekday, ...], Several] = Field(
        (),
        description="On which the case is opened; hours past midnight belong to the day on which they began.",
    )
    from_time: Minute | None = None
    until_time: Minute | None = Field(None, description="Earlier than `from_time`: on the next day.")
    queue: Queue = Field("", description="A team's name; empty: the role that the kind of case belongs to.")
    severity: Severity | None = Field(None, description="Empty: that of the kind.")
    acknowledge_within_minutes: Annotated[int, Field(ge=1, le=14 * _DAY)] | None = Field(
        None, description="Empty: as usual for the severity."
    )
    ladder: Annotated[tuple[Step, ...], Field(max_length=MOST_STEPS)] = ()

    @property
    def minutes(self) -> int:
        """The minutes of the week at which the rule applies, as a bit set that begins on Monday at midnight."""
        if not self.weekdays and self.from_time is None:
            return _ALL_WEEK
        start = 0 if self.from_time is None else _minute(self.from_time)
        end = _DAY if self.until_time is None else _minute(self.until_time)
        length = end - start if end > start else end + _DAY - start
        span = (1 << length) - 1
        found = 0
        for day in self.weekdays or Weekday:
            shifted = span << (day.number * _DAY + start)
            found |= (shifted & _ALL_WEEK) | (shifted >> _WEEK)  # Sunday's hours past midnight are Monday's
        return found


class Rules(_Part):
    """All rules of an organization, in order."""

    rules: Annotated[tuple[Rule, ...], Field(max_length=MOST_RULES)] = ()


@dataclass(frozen=True)
class Circumstances:
    """What rules look at."""

    kind: ExceptionKind
    region: str
    at: datetime  # when the case is opened
    course_id: UUID | None = None
    severity: Severity | None = None  # None: that of the kind

    @property
    def grade(self) -> Severity:
        return self.severity or case_kind(self.kind).severity


@dataclass(frozen=True)
class Route:
    """What becomes of a case."""

    rule: str  # the name of the rule that decided; empty: none matched
    queue: str
    severity: Severity
    acknowledge_within: timedelta
    ladder: tuple[Step, ...]


def route(rules: Sequence[Rule], case: Circumstances, zone: tzinfo) -> Route:
    """The route of a case by the first rule that matches it, with times of day in the organization's zone."""
    rule = next((rule for rule in rules if matches(rule, case, zone)), None)
    of_kind = case_kind(case.kind)
    severity = (rule.severity if rule else None) or case.grade
    within = replace(of_kind, severity=severity).acknowledge_within
    if rule is None:
        return Route("", of_kind.owner.value, severity, within, default_ladder(of_kind.owner, within))
    if rule.acknowledge_within_minutes is not None:
        within = timedelta(minutes=rule.acknowledge_within_minutes)
    return Route(rule.name, rule.queue or of_kind.owner.value, severity, within, rule.ladder)


def default_ladder(owner: Owner, acknowledge_within: timedelta) -> tuple[Step, ...]:
    """The ladder of a case that no rule matches: who works on it or staff of the owner's role, then all staff.

    What an instructor owns is told to ops, who see to it that the instructor knows.
    """
    first = Owner.ADMIN if owner == Owner.ADMIN else Owner.OPS
    after = max(1, round(acknowledge_within / timedelta(minutes=1)))
    return (
        Step(assignee=True, roles=(first,)),
        Step(after_minutes=after, roles=(Owner.OPS, Owner.ADMIN)),
    )


def matches(rule: Rule, case: Circumstances, zone: tzinfo) -> bool:
    return (
        (not rule.kinds or case.kind in rule.kinds)
        and (rule.at_least is None or _RANK[case.grade] >= _RANK[rule.at_least])
        and (not rule.regions or case.region in rule.regions)
        and (not rule.courses or case.course_id in rule.courses)
        and _is_on(rule, case.at, zone)
    )


def _is_on(rule: Rule, at: datetime, zone: tzinfo) -> bool:
    local = at.astimezone(zone)
    return bool(rule.minutes >> (local.weekday() * _DAY + _minute(local.time())) & 1)


@dataclass(frozen=True)
class Known:
    """What rules may refer to; a reference to anything else is a problem."""

    regions: Collection[str] = ()
    members: Collection[UUID] = ()
    rotas: Collection[UUID] = ()
    channels: Collection[UUID] = ()
    courses: Collection[UUID] = ()


@dataclass(frozen=True)
class Problem:
    """Why rules cannot be published."""

    rule: int  # its place, from 1
    name: str
    field: str  # such as `ladder.0.members`
    message: str

    def __str__(self) -> str:
        """Without the rule's name, so that it may stand in an error and a log."""
        return f"rule {self.rule}, {self.field}: {self.message}"


@dataclass
class _Findings:
    place: int
    name: str
    found: list[Problem] = field(default_factory=list)

    def add(self, named: str, message: str) -> None:
        self.found.append(Problem(self.place, self.name, named, message))


def problems(rules: Sequence[Rule], known: Known) -> list[Problem]:
    """Everything that is wrong with rules, in their order."""
    names: dict[str, int] = {}
    found: list[Problem] = []
    for place, rule in enumerate(rules, start=1):
        findings = _Findings(place, rule.name)
        if (other := names.setdefault(rule.name, place)) != place:
            findings.add("name", f"rule {other} has the same name")
        _check_conditions(rule, known, findings)
        _check_ladder(rule.ladder, known, findings)
        if (before := _covered_by(rule, rules[: place - 1])) is not None:
            findings.add("conditions", f"is never reached, as rule {before + 1} takes all of its cases")
        found.extend(findings.found)
    return found


def _check_conditions(rule: Rule, known: Known, findings: _Findings) -> None:
    _check_known(findings, "regions", rule.regions, known.regions, "region")
    _check_known(findings, "courses", rule.courses, known.courses, "course")
    if (rule.from_time is None) != (rule.until_time is None):
        findings.add("until_time", "hours need both a beginning and an end")
    elif rule.from_time is not None and rule.from_time == rule.until_time:
        findings.add("until_time", "hours must not begin and end at the same time")
    for named in ("from_time", "until_time"):
        at = getattr(rule, named)
        if at is not None and (at.tzinfo is not None or at.second or at.microsecond):
            findings.add(named, "must be a wall time to the minute, without an offset")


def _check_ladder(steps: Sequence[Step], known: Known, findings: _Findings) -> None:
    if not steps:
        findings.add("ladder", "needs at least one step, or nobody is told")
    before = -1
    for index, step in enumerate(steps):
        at = f"ladder.{index}"
        if step.after_minutes <= before:
            findings.add(f"{at}.after_minutes", "must be later than the step before")
        before = max(before, step.after_minutes)
        if not (step.tells_people or step.channels):
            findings.add(at, "tells nobody: name people and mail, or a channel")
        _check_known(findings, f"{at}.rotas", step.rotas, known.rotas, "rota")
        _check_known(findings, f"{at}.members", step.members, known.members, "member of staff")
        _check_known(findings, f"{at}.channels", step.channels, known.channels, "channel")


def _check_known(
    findings: _Findings, named: str, given: Collection[object], known: Collection[object], noun: str
) -> None:
    for one in given:
        if one not in known:
            findings.add(named, f"there is no {noun} {one} in use")


def _covered_by(rule: Rule, earlier: Sequence[Rule]) -> int | None:
    """The place, from 0, of an earlier rule that alone takes all cases of a rule."""
    return next((place for place, other in enumerate(earlier) if _covers(other, rule)), None)


def _covers(wide: Rule, narrow: Rule) -> bool:
    return (
        _holds(wide.kinds, narrow.kinds)
        and _holds(wide.regions, narrow.regions)
        and _holds(wide.courses, narrow.courses)
        and _least(wide) <= _least(narrow)
        and not narrow.minutes & ~wide.minutes
    )


def _holds(wide: Collection[object], narrow: Collection[object]) -> bool:
    """Whether one condition admits all that another admits; an empty one admits everything."""
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _least(rule: Rule) -> int:
    return 0 if rule.at_least is None else _RANK[rule.at_least]


def _minute(wall: time) -> int:
    """Of the day."""
    return wall.hour * 60 + wall.minute


def referred(rules: Sequence[Rule]) -> Mapping[str, frozenset[UUID]]:
    """The ids that the ladders of rules name, by field."""
    return {
        named: frozenset(key for step in _steps(rules) for key in getattr(step, named))
        for named in ("rotas", "members", "channels")
    }


def _steps(rules: Sequence[Rule]) -> Iterator[Step]:
    return (step for rule in rules for step in rule.ladder)
