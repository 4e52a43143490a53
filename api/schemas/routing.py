"""Response bodies of who is told of exceptions: rules, what-ifs, rotas, channels."""

from datetime import date, timedelta
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.cases.channels import ChannelKind
from domain.cases.kinds import Severity
from domain.cases.routing import Problem, Route, Rule, Rules, Step, Weekday
from domain.errors import HomeroomError
from models.case_routing import CaseRouting, RotaOverride
from services.case_routing import Tried, TriedStep, Versions
from services.inputs.fields import Schema
from services.inputs.people import WallTime
from services.rotas import Duty
from services.routing_changes import Comparison


class RotaOut(Schema):
    id: UUID
    name: str
    members: list[UUID] = Field(description="In the order of their turns.")
    hand_over_on: Weekday
    hand_over_at: WallTime
    time_zone: str
    starts_on: date
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    retired_at: AwareDatetime | None


class AlertChannelOut(Schema):
    id: UUID
    name: str
    kind: ChannelKind
    shown: str = Field(description="What may be shown of where it leads.")
    includes_names: bool
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    retired_at: AwareDatetime | None


class ChannelTestOut(Schema):
    delivered: bool
    code: str | None = Field(description="Why the channel did not take it.")
    detail: str | None

    @classmethod
    def of(cls, error: HomeroomError | None) -> Self:
        if error is None:
            return cls(delivered=True, code=None, detail=None)
        return cls(delivered=False, code=error.code, detail=error.detail)


class OverrideOut(Schema):
    id: UUID
    rota_id: UUID
    member_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    created_by: str
    created_at: AwareDatetime

    @classmethod
    def of(cls, row: RotaOverride) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class PersonOut(Schema):
    id: UUID
    name: str


class DutyOut(Schema):
    """Who is on duty from a moment on."""

    at: AwareDatetime
    member: PersonOut | None = Field(description="Null: nobody.")

    @classmethod
    def of(cls, duty: Duty) -> Self:
        member = duty.member
        return cls(at=duty.at, member=PersonOut(id=member.id, name=member.name) if member else None)


class ProblemOut(Schema):
    """Why rules can't be published."""

    rule: int = Field(description="Its place, from 1.")
    name: str
    field: str = Field(examples=["ladder.0.members"])
    message: str

    @classmethod
    def of(cls, problem: Problem) -> Self:
        return cls(rule=problem.rule, name=problem.name, field=problem.field, message=problem.message)


class RulesVersionOut(Schema):
    number: int
    rules: list[Rule]
    version: int
    created_by: str
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    published_by: str
    published_at: AwareDatetime | None = Field(description="Null: a draft.")

    @classmethod
    def of(cls, row: CaseRouting) -> Self:
        values = {name: getattr(row, name) for name in cls.model_fields if name != "rules"}
        return cls(rules=list(Rules.model_validate(row.rules).rules), **values)


class CaseRoutingOut(Schema):
    published: RulesVersionOut | None = Field(description="Null: every exception goes where its kind says.")
    draft: RulesVersionOut | None
    problems: list[ProblemOut] = Field(description="Of the draft; without one, of the published rules.")

    @classmethod
    def of(cls, found: Versions) -> Self:
        return cls(
            published=RulesVersionOut.of(found.published) if found.published else None,
            draft=RulesVersionOut.of(found.draft) if found.draft else None,
            problems=[ProblemOut.of(problem) for problem in found.problems],
        )


class ContactOut(Schema):
    id: UUID
    name: str
    send_at: AwareDatetime = Field(description="Later than the step in this person's quiet hours.")


class TriedStepOut(Schema):
    step: Step
    people: list[ContactOut] = Field(description="Who would be told by mail.")
    channels: list[PersonOut]

    @classmethod
    def of(cls, tried: TriedStep) -> Self:
        return cls(
            step=tried.step,
            people=[ContactOut(id=one.id, name=one.name, send_at=one.send_at) for one in tried.people],
            channels=[PersonOut(id=one.id, name=one.name) for one in tried.channels],
        )


class TriedOut(Schema):
    """What would become of an exception."""

    rule: str = Field(description="The name of the rule that decides; empty: none matches.")
    number: int = Field(description="Of the version of the rules; 0: rules that are not saved, or none.")
    queue: str
    severity: Severity
    acknowledge_within: timedelta
    steps: list[TriedStepOut]

    @classmethod
    def of(cls, tried: Tried) -> Self:
        routing = tried.routing
        return cls(
            rule=routing.rule,
            number=routing.version,
            queue=routing.queue,
            severity=routing.severity,
            acknowledge_within=routing.acknowledge_within,
            steps=[TriedStepOut.of(step) for step in tried.steps],
        )


class RouteOut(Schema):
    """Where an exception goes."""

    rule: str = Field(description="The name of the rule that decides; empty: none matches.")
    queue: str
    severity: Severity
    acknowledge_within: timedelta
    ladder: list[Step]

    @classmethod
    def of(cls, route: Route) -> Self:
        values = {name: getattr(route, name) for name in cls.model_fields}
        return cls(**values | {"ladder": list(route.ladder)})


class MovedOut(Schema):
    """An exception that other rules would have sent elsewhere."""

    exception_id: UUID
    kind: str
    opened_at: AwareDatetime
    before: RouteOut = Field(description="By the published rules.")
    after: RouteOut


class ComparisonOut(Schema):
    looked_at: int = Field(description="How many exceptions were compared.")
    is_complete: bool = Field(description="False: only the latest ones of the time.")
    moved: list[MovedOut] = Field(description="The latest first.")

    @classmethod
    def of(cls, found: Comparison) -> Self:
        moved = [
            MovedOut(
                exception_id=one.queued.case.id,
                kind=one.queued.case.kind,
                opened_at=one.queued.case.opened_at,
                before=RouteOut.of(one.before),
                after=RouteOut.of(one.after),
            )
            for one in found.moved
        ]
        return cls(looked_at=found.looked_at, is_complete=found.is_complete, moved=moved)
