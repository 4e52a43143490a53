"""The pages of plans of a term: the runs, and one run with its progress, its proposal and the unassigned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as Posted
from fastapi.responses import Response
from pydantic import Field as Bound
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from api.http.state import State
from console.frame import forms
from console.frame.forms import Field, Form
from console.frame.labels import rule_label
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.times import clock
from console.frame.viewers import CurrentUser, same_origin
from console.records.record_pages import posted_key
from domain.errors import Conflict, HomeroomError
from domain.people.access import Permission, Principal
from domain.scheduling.planning_policy import PlanningPolicy, Silence
from domain.scheduling.term_plans import REFUSED, ChangeKind, PlanScope, PlanState
from models.people import Instructor
from models.repositories import names, pages, plan_answers, term_plans
from models.term_plan import PlanAssignment, PlanRun
from services import form_keys
from services.inputs.fields import Day, Schema
from services.inputs.term_plans import NewPlanRun
from services.organizations import organization, planning_policy_of, set_planning_policy
from services.plan_holds import holds_time
from services.planning.candidates import text_of
from services.planning.replanning import texts_of

router = APIRouter(
    prefix="/plans",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.SESSIONS_WRITE)],
)
POST = [Depends(same_origin)]
_MOST = 50
_MOST_LINES = 1_000_000
_PAGE = 100  # lines of a plan on one page
_SCOPES = (
    (PlanScope.UNASSIGNED.value, "Classes without instructor"),
    (PlanScope.TOUCHED.value, "Those, and classes whose instructor can't teach them any more"),
    (PlanScope.CHANGED.value, "Only classes whose instructor can't teach them any more"),
    (PlanScope.ALL.value, "All classes, as close as possible to what stands"),
)
_PHASES = {
    "greedy": "a first plan",
    "rematching": "better pairs, hour by hour",
    "pricing": "how good a plan can be",
    "rounding": "what is still open",
    "improving": "improving the plan",
}
_FIELDS = (
    Field("first_day", "From", "date", wrong="Enter a date."),
    Field("last_day", "To", "date", wrong="Enter a date."),
    Field("scope", "What to plan", "select", options=lambda: _SCOPES),
    Field("minutes", "At most, in minutes", "number", "You can stop earlier and keep the best plan so far."),
)


_BOTH = "instructors_and_families"
_ASKED = (
    ("nobody", "Nobody"),
    ("instructors", "Instructors"),
    ("families", "Families"),
    (_BOTH, "Instructors and families"),
)
_SILENCE = ((Silence.ACCEPTS.value, "Yes"), (Silence.DECLINES.value, "No"))
_POLICY_FIELDS = (
    Field("who", "Ask", "select", options=lambda: _ASKED),
    Field("hours", "Hours to answer", "number", wrong="Enter a number from 1 to 144."),
    Field("silence", "No answer counts as", "select", options=lambda: _SILENCE),
)


class PolicyForm(Schema):
    who: Literal["nobody", "instructors", "families", "instructors_and_families"]
    hours: Annotated[int, Bound(ge=1, le=144)]
    silence: Silence


class PlanForm(Schema):
    first_day: Day
    last_day: Day
    scope: PlanScope
    minutes: Annotated[int, Bound(ge=1, le=15)]


@dataclass(frozen=True)
class AssignmentLine:
    row: PlanAssignment
    before: str
    after: str
    why: Sequence[str]  # why it was planned anew
    reasons: Sequence[str]  # what would have to give way, in words

    @property
    def differs(self) -> bool:
        return self.row.instructor_id is not None and self.row.instructor_id != self.row.former_instructor_id


@dataclass(frozen=True)
class _PartOfList:
    """The lines of a long list that one page shows: those after a number of lines."""

    lines: Sequence[AssignmentLine]
    after: int

    @property
    def shown(self) -> Sequence[AssignmentLine]:
        return self.lines[self.after : self.after + _PAGE]

    @property
    def note(self) -> str:
        """Which of them are shown; empty where all are."""
        if len(self.lines) <= _PAGE:
            return ""
        return f"{self.after + 1:,}–{self.after + len(self.shown):,} of {len(self.lines):,}"

    @property
    def next(self) -> int | None:
        following = self.after + _PAGE
        return following if following < len(self.lines) else None

    @property
    def previous(self) -> int | None:
        return max(0, self.after - _PAGE) if self.after else None


@router.get("")
async def list_all(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    values = await _usual(shared, who, now)
    return await _list(request, shared, who, forms.build(_FIELDS, PlanForm, values), str(uuid7()))


@router.post("", dependencies=POST)
async def start(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    form = forms.with_input(forms.build(_FIELDS, PlanForm, {}), posted)
    try:
        typed = PlanForm.model_validate(forms.values(form))
        new = NewPlanRun(
            first_day=typed.first_day,
            last_day=typed.last_day,
            scope=typed.scope,
            most_seconds=60 * typed.minutes,
        )
        async with shared.database.tenant(who.organization_id) as db:
            run_id = await form_keys.claim(db, who, posted_key(posted), "plan", new, now)
        await shared.term_plans.start(who, run_id, new, now)
    except (ValidationError, HomeroomError) as error:
        shown = forms.with_errors(form, error)
        return await _list(request, shared, who, shown, forms.text(posted, "key"))
    return go_to(request, f"/plans/{run_id}")


@router.post("/policy", dependencies=[*POST, permits(Permission.POLICY_WRITE)])
async def set_policy(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Say who is asked before plans are published."""
    form = forms.with_input(forms.build(_POLICY_FIELDS, PolicyForm, {}), await forms.posted(request))
    try:
        typed = PolicyForm.model_validate(forms.values(form))
    except ValidationError as error:
        plan = forms.build(_FIELDS, PlanForm, await _usual(shared, who, now))
        return await _list(request, shared, who, plan, str(uuid7()), forms.with_errors(form, error))
    policy = PlanningPolicy(
        ask_instructors=typed.who in (_BOTH, "instructors"),
        ask_families=typed.who in (_BOTH, "families"),
        answer_within=timedelta(hours=typed.hours),
        silence=typed.silence,
    )
    async with shared.database.tenant(who.organization_id) as db:
        await set_planning_policy(db, policy, now)
    return go_to(request, "/plans", "saved")


@router.get("/{run_id}")
async def show(
    request: Request,
    run_id: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    nobody_after: Annotated[int, Query(ge=0, le=_MOST_LINES)] = 0,
    changes_after: Annotated[int, Query(ge=0, le=_MOST_LINES)] = 0,
) -> Response:
    """Both lists of classes are shown a page at a time, each after a number of lines."""
    return await _page(
        request, shared, who, run_id, now, nobody_after=nobody_after, changes_after=changes_after
    )


@router.post("/{run_id}/stop", dependencies=POST)
async def stop(request: Request, run_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    await shared.term_plans.stop(who, run_id, now)
    return go_to(request, f"/plans/{run_id}")


@router.post("/{run_id}/publish", dependencies=POST)
async def publish(
    request: Request,
    run_id: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    seen: Annotated[str, Posted(max_length=80)] = "",
) -> Response:
    """`seen`: where the plan stood when the page was read. The button pressed twice decides once."""
    command = f"publish {run_id} {seen}" if seen else ""
    try:
        await shared.term_plans.publish(who, run_id, now, command)
    except Conflict as error:
        return await _page(request, shared, who, run_id, now, error)
    return go_to(request, f"/plans/{run_id}", "plan_published")


@router.post("/{run_id}/discard", dependencies=POST)
async def discard(request: Request, run_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    await shared.term_plans.discard(who, run_id, now)
    return go_to(request, f"/plans/{run_id}", "plan_discarded")


async def _usual(shared: State, who: Principal, now: datetime) -> dict[str, Any]:
    """What the form of a plan begins with."""
    async with shared.database.tenant(who.organization_id) as db:
        zone = ZoneInfo((await organization(db)).time_zone)
    today = now.astimezone(zone).date()
    return {"first_day": today, "last_day": today + timedelta(weeks=4), "scope": "unassigned", "minutes": 5}


def _policy_values(policy: PlanningPolicy) -> dict[str, Any]:
    asked = {(True, True): _BOTH, (True, False): "instructors", (False, True): "families"}
    return {
        "who": asked.get((policy.ask_instructors, policy.ask_families), "nobody"),
        "hours": int(policy.answer_within / timedelta(hours=1)),
        "silence": policy.silence.value,
    }


async def _list(
    request: Request,
    shared: State,
    who: Principal,
    form: Form,
    key: str,
    policy_form: Form | None = None,
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        rows, _ = await pages.page(db, PlanRun, pages.PageRequest("-created_at", _MOST))
        own = await organization(db)
        zone, policy = own.time_zone, planning_policy_of(own)
    asked = policy_form or forms.build(_POLICY_FIELDS, PolicyForm, _policy_values(policy))
    return page(
        request, "plan_runs.html", max(form.status, asked.status), rows=rows, asked=asked,
        edits_policy=who.may(Permission.POLICY_WRITE), days=lambda row: _days(row, zone), form=form, key=key, zone=zone,
        scopes=dict(_SCOPES), path="/courses",
    )  # fmt: skip


async def _page(
    request: Request,
    shared: State,
    who: Principal,
    run_id: UUID,
    now: datetime,
    problem: HomeroomError | None = None,
    nobody_after: int = 0,
    changes_after: int = 0,
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        row = await term_plans.get(db, run_id)
        assignments = await term_plans.assignments(db, run_id)
        ids = {one.instructor_id for one in assignments} | {one.former_instructor_id for one in assignments}
        called = await names.of(db, Instructor, [key for key in ids if key])
        zone = (await organization(db)).time_zone
        causes = await texts_of(db, row.causes)
        answers = await plan_answers.counts(db, run_id)
        said = await plan_answers.current(db, run_id) if row.state == PlanState.ASKING else []
    lines = [_line(one, called) for one in assignments]
    changes = [line for line in lines if line.differs]
    return page(
        request, "plan_run.html", 409 if problem else 200, row=row, zone=zone, problem=problem,
        changes=_PartOfList(changes, changes_after),
        nobody=_PartOfList([line for line in lines if line.row.instructor_id is None], nobody_after),
        same=sum(not line.differs and line.row.instructor_id is not None for line in lines),
        left=sum(line.row.published_at is None and not line.row.problem for line in changes),
        works=row.state in (PlanState.PLANNING, PlanState.PUBLISHING),
        causes=causes, answers=answers, declined=sum(answers[state] for state in REFUSED),
        refused={one.class_id for one in said if one.state in REFUSED},
        holds=holds_time(row, now), held=row.progress.get("held"),
        not_held=row.progress.get("not_held", 0),
        terms=_terms(row), phases=_PHASES, days=lambda row: _days(row, zone), scopes=dict(_SCOPES),
        workflow_url=shared.term_plan_workflow_url(run_id), path="/courses",
    )  # fmt: skip


def _days(row: PlanRun, zone: str) -> str:
    """The first and the last day, in the organization's zone."""
    first, last = (
        clock(row.starts_at, zone, "date"),
        clock(row.ends_at - timedelta(microseconds=1), zone, "date"),
    )
    return first if first == last else f"{first} – {last}"


def _line(one: PlanAssignment, called: Mapping[UUID, str]) -> AssignmentLine:
    def name(key: UUID | None) -> str:
        return called.get(key, "") if key else ""

    return AssignmentLine(
        one,
        name(one.former_instructor_id),
        name(one.instructor_id),
        [_why(rule, name(one.former_instructor_id)) for rule in one.reasons],
        [_reason(each) for each in one.relaxations],
    )


def _why(reason: str, former: str) -> str:
    """Why a class was planned anew, in words."""
    if reason == ChangeKind.ENROLLMENT:
        return "the enrollment has changed"
    return f"{former or 'the instructor'} {text_of(reason)}"


def _reason(relaxation: Mapping[str, Any]) -> str:
    """What keeps the most suitable instructors from a class."""
    count = len(relaxation["instructor_ids"])
    who = "1 instructor" if count == 1 else f"{count} instructors"
    rules = [text_of(rule) for rule in relaxation["rules"]]
    return f"{' and '.join(rules)} ({who})" if rules else f"{who} could, but only at a higher cost"


def _terms(row: PlanRun) -> list[tuple[str, float]]:
    """The terms of the objective that count, the largest first."""
    found = [(rule_label(key), value) for key, value in row.terms.items() if abs(value) >= 0.005]
    return sorted(found, key=lambda one: -abs(one[1]))
