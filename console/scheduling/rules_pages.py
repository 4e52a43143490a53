"""The pages of the scheduling rules: the form, what the draft changes, what it would do, publishing, versions."""

import asyncio
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from starlette.datastructures import FormData

from api.http.dependencies import Now, Shared
from api.http.state import State
from console.frame import forms
from console.frame.history import author
from console.frame.labels import rule_label
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import by_htmx, go_to, page
from console.frame.rule_versions import BaseForm, Number, NumberForm, posted_numbers
from console.frame.settings_tabs import tabs
from console.frame.viewers import CurrentUser, same_origin
from console.scheduling import rules_form
from console.scheduling.rules_form import DAYS, PARAMETERS, RulesForm
from domain.errors import HomeroomError, StaleVersion
from domain.people.access import Permission, Principal
from models.course import Course
from models.repositories import names, rule_versions
from models.scheduling import SchedulingRulesVersion
from services import scheduling_rules
from services.planning import what_if
from services.rule_versions import Base
from services.scheduling_rules import course_ids, rules_of

PATH = "/settings/scheduling"
router = APIRouter(prefix=PATH, include_in_schema=False, route_class=PageRoute)
READ = [permits(Permission.POLICY_READ)]
WRITE = [Depends(same_origin), permits(Permission.POLICY_WRITE)]
_MOST_SHOWN = 100  # classes of a what-if
_FEW = 10  # that are shown at once


@router.get("", dependencies=READ)
async def show(request: Request, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        return await _page(request, db, who)


@router.post("", dependencies=WRITE)
async def save(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Save the rules as the draft, or show the form again with what was typed."""
    posted = await forms.posted(request)
    form, base = rules_form.read(posted), _base(posted)
    changed = rules_form.with_more_or_fewer_courses(form, forms.text(posted, "do"))
    async with shared.database.tenant(who.organization_id) as db:
        if changed is not None:
            return await _page(request, db, who, form=changed, base=base)
        form, rules = rules_form.checked(form)
        if rules is None:
            return await _page(request, db, who, form=form, base=base, status=422)
        try:
            await scheduling_rules.save_draft(db, who, rules, form.note, now, base=base)
        except StaleVersion as error:
            return await _page(request, db, who, form=form, problem=error, status=412)
    return go_to(request, PATH, "rules_drafted")


@router.post("/publish", dependencies=WRITE)
async def publish(
    request: Request, shared: Shared, who: CurrentUser, now: Now, form: Annotated[BaseForm, Form()]
) -> Response:
    try:
        async with shared.database.tenant(who.organization_id) as db:
            await scheduling_rules.publish(db, who, form.number, now, form.base)
    except HomeroomError as error:
        return await _problem(request, shared, who, error)
    return go_to(request, PATH, "rules_published")


@router.post("/discard", dependencies=WRITE)
async def discard(
    request: Request, shared: Shared, who: CurrentUser, form: Annotated[NumberForm, Form()]
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await scheduling_rules.discard(db, form.number)
    return go_to(request, PATH, "discarded")


@router.get("/what-if", dependencies=READ)
async def show_what_if(
    request: Request, shared: Shared, who: CurrentUser, now: Now, planned: bool = False
) -> Response:
    """What the draft would change in the last and the next seven days; with `planned`, once that is planned."""
    async with shared.database.tenant(who.organization_id) as db:
        current = await scheduling_rules.current(db)
        weeks = []
        if planned and current.draft and not current.problems:
            weeks = await what_if.read_weeks(db, rules_of(current.draft), now)
    compared = await asyncio.to_thread(what_if.compare, weeks)
    template = "parts/what_if_weeks.html" if planned and by_htmx(request) else "scheduling_what_if.html"
    return page(
        request, template, draft=current.draft, problems=current.problems, weeks=compared, planned=planned,
        label=rule_label, most=_MOST_SHOWN, few=_FEW, path=PATH,
    )  # fmt: skip


@router.get("/versions/{number}", dependencies=READ)
async def show_version(request: Request, number: Number, shared: Shared, who: CurrentUser) -> Response:
    """A published version, with its differences from the one before."""
    async with shared.database.tenant(who.organization_id) as db:
        row = await scheduling_rules.version(db, number)
        published = await rule_versions.published_versions(db, SchedulingRulesVersion)
        before = next((one for one in published if one.number < number), None)
        old, new = rules_of(before), rules_of(row)
        courses = await names.of(db, Course, course_ids(old) | course_ids(new))
        actors = await names.of_actors(db, [row.published_by])
        base = Base.of(await rule_versions.latest(db, SchedulingRulesVersion))
    return page(
        request, "scheduling_version.html", row=row, before=before, base=base, by=author(row.published_by, actors),
        differences=rules_form.differences(old, new, courses), is_latest=row.number == published[0].number, path=PATH,
    )  # fmt: skip


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
    try:
        async with shared.database.tenant(who.organization_id) as db:
            row = await scheduling_rules.version(db, number)
            await scheduling_rules.save_draft(db, who, rules_of(row), row.note, now, base=form.base)
    except StaleVersion as error:
        return await _problem(request, shared, who, error)
    return go_to(request, PATH, "rules_drafted")


async def _problem(request: Request, shared: State, who: Principal, error: HomeroomError) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        return await _page(request, db, who, problem=error, status=409)


async def _page(
    request: Request,
    db: AsyncSession,
    who: Principal,
    *,
    form: RulesForm | None = None,
    base: Base | None = None,
    problem: HomeroomError | None = None,
    status: int = 200,
) -> Response:
    current = await scheduling_rules.current(db)
    published, draft = current.published, current.draft
    latest = draft or published
    if form is None:
        form = rules_form.of_rules(rules_of(latest), draft.note if draft else "")
    versions = await rule_versions.published_versions(db, SchedulingRulesVersion)
    old, new = rules_of(published), rules_of(latest)
    actors = await names.of_actors(
        db, [row.published_by for row in versions] + [draft.created_by if draft else ""]
    )
    return page(
        request, "scheduling.html", status, form=form, base=base or Base.of(latest), problem=problem,
        published=published, draft=draft, problems=[rules_form.sentence(one) for one in current.problems],
        differences=rules_form.differences(old, new, await names.of(db, Course, course_ids(old) | course_ids(new))),
        versions=versions, by={row.number: author(row.published_by, actors) for row in versions},
        drafted_by=author(draft.created_by, actors) if draft else "", courses=await _courses(db, form),
        soft=rules_form.soft(), hard=rules_form.hard(), label=rule_label, parameters=PARAMETERS,
        days=list(enumerate(DAYS)), edits=who.may(Permission.POLICY_WRITE), tabs=tabs(who), path=PATH,
    )  # fmt: skip


async def _courses(db: AsyncSession, form: RulesForm) -> list[tuple[str, str]]:
    """The courses that a row can name; none are read for a form without rows."""
    if not form.courses:
        return []
    query = (
        sa.select(Course).where(col(Course.retired_at).is_(None)).order_by(col(Course.title), col(Course.id))
    )
    return rules_form.options(list(await db.scalars(query)))


def _base(posted: FormData) -> Base:
    """Raises InvalidInput."""
    return Base(*posted_numbers(posted, "number", "version"))
