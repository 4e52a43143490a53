"""The pages of routing rules: the table with its changes, the form of a rule, publishing, earlier versions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from api.http.dependencies import Now, Shared
from api.http.state import State
from console.frame import forms
from console.frame.history import author
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.rule_versions import BaseForm, Number, NumberForm, posted_numbers
from console.frame.settings_tabs import tabs
from console.frame.viewers import CurrentUser, same_origin
from console.routing import phrases, rule_form
from console.routing.phrases import Names
from console.routing.rule_form import RuleForm
from domain.cases.routing import MOST_RULES, MOST_STEPS, Problem, Rule
from domain.cases.rule_changes import ChangeKind, RuleChange, changes
from domain.errors import HomeroomError, NotFound, StaleVersion
from domain.people.access import Permission, Principal
from models.case_routing import CaseRouting
from models.repositories import names, rule_versions
from services import case_routing, routing_changes
from services.case_routing import rules_of
from services.rule_versions import Base

router = APIRouter(prefix="/settings/routing", include_in_schema=False, route_class=PageRoute)
READ, WRITE = [permits(Permission.ROUTING_READ)], [Depends(same_origin), permits(Permission.ROUTING_WRITE)]
PATH = "/settings/routing"
# The name that a page gives to each field of a rule whose value has changed.
_FIELDS = {
    "kinds": "kinds",
    "at_least": "severity it takes",
    "regions": "regions",
    "courses": "courses",
    "weekdays": "days",
    "from_time": "hours",
    "until_time": "hours",
    "queue": "queue",
    "severity": "severity",
    "acknowledge_within_minutes": "time to acknowledge",
    "ladder": "who is told",
}


class PlaceForm(BaseForm):
    place: int = Field(ge=1, le=MOST_RULES)


class MoveForm(PlaceForm):
    by: int = Field(ge=-1, le=1)


@dataclass(frozen=True)
class RuleRow:
    """A rule as the table shows it."""

    change: RuleChange
    conditions: Sequence[str]
    steps: Sequence[tuple[str, str]]  # when, and who is told
    changed: Sequence[str]  # the names of the fields that differ from the published rule
    problems: Sequence[Problem]

    @property
    def rule(self) -> Rule:
        return self.change.rule


@dataclass(frozen=True)
class Opened:
    """What the form of a rule was opened with."""

    place: int  # of the rule, from 1; 0: a new one
    was: str  # its name
    base: Base


@router.get("", dependencies=READ)
async def show(request: Request, shared: Shared, who: CurrentUser) -> Response:
    return await _rules_page(request, shared, who)


@router.get("/versions/{number}", dependencies=READ)
async def show_version(request: Request, number: Number, shared: Shared, who: CurrentUser) -> Response:
    """A published version, with its differences from the one before."""
    async with shared.database.tenant(who.organization_id) as db:
        versions = await rule_versions.published_versions(db, CaseRouting)
        row = next((row for row in versions if row.number == number), None)
        if row is None:
            raise NotFound(f"there is no published version {number} of the rules")
        before = next((row for row in versions if row.number < number), None)
        rows = await _rows(db, rules_of(before), rules_of(row), ())
        actors = await names.of_actors(db, [row.published_by])
        base = Base.of(await rule_versions.latest(db, CaseRouting))
    return page(
        request, "routing_version.html", row=row, before=before, rows=rows, base=base, tabs=tabs(who),
        by=author(row.published_by, actors), is_latest=row is versions[0], path=PATH,
    )  # fmt: skip


@router.get("/rules/new", dependencies=[permits(Permission.ROUTING_WRITE)])
async def new(request: Request, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        latest = await rule_versions.latest(db, CaseRouting)
        form = rule_form.empty(len(rules_of(latest)) + 1)
        return await _form_page(request, db, form, Opened(0, "", Base.of(latest)), len(rules_of(latest)))


@router.get("/rules/{place}", dependencies=[permits(Permission.ROUTING_WRITE)])
async def edit(request: Request, place: int, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        latest, rules = await _latest(db)
        if not 1 <= place <= len(rules):
            raise NotFound(f"there is no rule {place}")
        rule = rules[place - 1]
        wrong = [found for found in (await case_routing.current(db)).problems if found.rule == place]
        form = rule_form.of_rule(rule, place, wrong)
        return await _form_page(request, db, form, Opened(place, rule.name, Base.of(latest)), len(rules))


@router.post("/rules", dependencies=WRITE)
async def save(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Save a rule into the draft, or show its form again with what was typed."""
    posted = await forms.posted(request)
    form, opened = rule_form.read(posted), _opened(posted)
    changed = rule_form.with_more_or_fewer_steps(form, forms.text(posted, "do"))
    async with shared.database.tenant(who.organization_id) as db:
        latest, rules = await _latest(db)
        if changed is not None:
            return await _form_page(request, db, changed, opened, len(rules))
        if Base.of(latest) != opened.base:
            found = next((place for place, rule in enumerate(rules, start=1) if rule.name == opened.was), 0)
            again = Opened(found, opened.was, Base.of(latest))
            return await _form_page(request, db, replace(form, conflict=True), again, len(rules), 412)
        others = [rule for place, rule in enumerate(rules, start=1) if place != opened.place]
        form = _checked(form, others)
        if form.errors:
            return await _form_page(request, db, form, opened, len(rules), 422)
        rule, position = rule_form.to_rule(form), int(form.position)
        revised = [*others[: position - 1], rule, *others[position - 1 :]]
        await routing_changes.revise(db, who, opened.base, lambda _: revised, now)
    return go_to(request, PATH, "drafted")


@router.post("/remove", dependencies=WRITE)
async def remove(
    request: Request, shared: Shared, who: CurrentUser, now: Now, form: Annotated[PlaceForm, Form()]
) -> Response:
    return await _revise(
        request, shared, who, form.base, lambda old: [*old[: form.place - 1], *old[form.place :]], now
    )


@router.post("/move", dependencies=WRITE)
async def move(
    request: Request, shared: Shared, who: CurrentUser, now: Now, form: Annotated[MoveForm, Form()]
) -> Response:
    def moved(old: tuple[Rule, ...]) -> Sequence[Rule]:
        here, there = form.place - 1, form.place - 1 + form.by
        rules = list(old)
        if min(here, there) >= 0 and max(here, there) < len(rules):
            rules[here], rules[there] = rules[there], rules[here]
        return rules

    return await _revise(request, shared, who, form.base, moved, now)


@router.post("/versions/{number}/restore", dependencies=WRITE)
async def restore(
    request: Request,
    number: Number,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    form: Annotated[BaseForm, Form()],
) -> Response:
    """Make the rules of a published version the draft."""
    async with shared.database.tenant(who.organization_id) as db:
        rules = rules_of(await rule_versions.published(db, CaseRouting, number))
    return await _revise(request, shared, who, form.base, lambda _: rules, now)


@router.post("/publish", dependencies=WRITE)
async def publish(
    request: Request, shared: Shared, who: CurrentUser, now: Now, form: Annotated[BaseForm, Form()]
) -> Response:
    try:
        async with shared.database.tenant(who.organization_id) as db:
            if Base.of(await rule_versions.latest(db, CaseRouting)) != form.base:
                raise StaleVersion("somebody has changed the draft since you read it")
            await case_routing.publish(db, who, form.number, now)
    except HomeroomError as error:
        return await _rules_page(request, shared, who, error)
    return go_to(request, PATH, "published")


@router.post("/discard", dependencies=WRITE)
async def discard(
    request: Request, shared: Shared, who: CurrentUser, form: Annotated[NumberForm, Form()]
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await routing_changes.discard(db, form.number)
    return go_to(request, PATH, "discarded")


async def _revise(
    request: Request,
    shared: State,
    who: Principal,
    base: Base,
    revised: Callable[[tuple[Rule, ...]], Sequence[Rule]],
    now: datetime,
) -> Response:
    try:
        async with shared.database.tenant(who.organization_id) as db:
            await routing_changes.revise(db, who, base, revised, now)
    except StaleVersion as error:
        return await _rules_page(request, shared, who, error)
    return go_to(request, PATH, "drafted")


async def _rules_page(
    request: Request, shared: State, who: Principal, problem: HomeroomError | None = None
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        current = await case_routing.current(db)
        published, draft = current.published, current.draft
        rows = await _rows(db, rules_of(published), rules_of(draft or published), current.problems)
        versions = await rule_versions.published_versions(db, CaseRouting)
        authors = [row.published_by for row in versions] + [draft.created_by if draft else ""]
        actors = await names.of_actors(db, authors)
    by = {row.number: author(row.published_by, actors) for row in versions}
    return page(
        request, "routing.html", 409 if problem else 200, rows=rows, published=published, draft=draft,
        problems=current.problems, problem=problem, versions=versions, by=by, base=Base.of(draft or published),
        drafted_by=author(draft.created_by, actors) if draft else "", edits=who.may(Permission.ROUTING_WRITE),
        changes=sum(row.change.kind != ChangeKind.SAME for row in rows), tabs=tabs(who), path=PATH,
    )  # fmt: skip


async def _rows(
    db: AsyncSession, before: Sequence[Rule], after: Sequence[Rule], problems: Sequence[Problem]
) -> list[RuleRow]:
    named = await Names.of(db, [*before, *after])
    return [
        RuleRow(
            change,
            phrases.conditions(change.rule, named),
            [(phrases.when(step), phrases.told(step, named)) for step in change.rule.ladder],
            list(dict.fromkeys(_FIELDS[name] for name in Rule.model_fields if name in change.fields)),
            [found for found in problems if found.rule == change.place],
        )
        for change in changes(before, after)
    ]


async def _form_page(
    request: Request,
    db: AsyncSession,
    form: RuleForm,
    opened: Opened,
    rules: int,
    status: int = 200,
) -> Response:
    return page(
        request, "routing_rule.html", status, form=form, opened=opened, choices=await rule_form.choices(db),
        most=MOST_STEPS, places=rules + (not opened.place), path=PATH,
    )  # fmt: skip


async def _latest(db: AsyncSession) -> tuple[CaseRouting | None, tuple[Rule, ...]]:
    latest = await rule_versions.latest(db, CaseRouting)
    return latest, rules_of(latest)


def _opened(posted: FormData) -> Opened:
    """Raises InvalidInput."""
    number, version, place = posted_numbers(posted, "number", "version", "place")
    return Opened(place, forms.text(posted, "was"), Base(number, version))


def _checked(form: RuleForm, others: Sequence[Rule]) -> RuleForm:
    """The form with its errors; `others` are the rules beside it."""
    errors: dict[str, str] = {}
    try:
        rule = rule_form.to_rule(form)
    except ValidationError as error:
        return rule_form.with_errors(form, error)
    if any(other.name == rule.name for other in others):
        errors["name"] = "Another rule has this name."
    if len(others) >= MOST_RULES:
        errors["name"] = f"There are {MOST_RULES} rules already."
    most = len(others) + 1
    if form.position not in map(str, range(1, most + 1)):
        errors["position"] = f"Enter a number from 1 to {most}."
    return replace(form, errors=errors)
