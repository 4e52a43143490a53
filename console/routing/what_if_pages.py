"""What routing rules would do before they are published: to a made-up exception, and to those of last week."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.dependencies import Now, Shared
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.subjects import subject_link
from console.frame.viewers import CurrentUser
from console.routing import phrases, rule_form
from console.routing.phrases import Names
from domain.cases.kinds import ExceptionKind, Severity
from domain.cases.routing import Code
from domain.people.access import Permission, Principal
from domain.scheduling.wall_time import first_moment
from models.case_routing import CaseRouting
from models.repositories import rule_versions
from services import case_routing, routing_changes
from services.case_routing import Tried, rules_of
from services.inputs.fields import Schema, WallTime
from services.inputs.routing import WhatIf
from services.organizations import organization
from services.routing_changes import Moved

router = APIRouter(
    prefix="/settings/routing",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.ROUTING_READ)],
)
_PATH = "/settings/routing"
_MOST_NAMED = 5  # exceptions that are alike


def _absent(value: object) -> object:
    """An empty choice or time is none."""
    return None if value == "" else value


class TryForm(Schema):
    kind: Annotated[ExceptionKind | None, BeforeValidator(_absent)] = None
    severity: Annotated[Severity | None, BeforeValidator(_absent)] = None
    course_id: Annotated[UUID | None, BeforeValidator(_absent)] = None
    region: Annotated[Code | None, BeforeValidator(_absent)] = None
    at: Annotated[WallTime | None, BeforeValidator(_absent)] = None  # in the organization's time zone


@router.get("/try")
async def made_up(
    request: Request, shared: Shared, who: CurrentUser, now: Now, form: Annotated[TryForm, Query()]
) -> Response:
    """What would become of one exception, by the published rules and by the draft."""
    outcomes = []
    async with shared.database.tenant(who.organization_id) as db:
        zone = (await organization(db)).time_zone
        at = first_moment(form.at, ZoneInfo(zone)) if form.at else now
        offered, latest = await rule_form.choices(db), await rule_versions.latest(db, CaseRouting)
        if form.kind:
            tried = await _tried(db, form, at, draft=False)
            outcomes.append(("As published", tried, await _names(db, tried)))
        if form.kind and latest and latest.published_at is None:
            tried = await _tried(db, form, at, draft=True)
            outcomes.append((f"With draft {latest.number}", tried, await _names(db, tried)))
    return page(
        request, "routing_try.html", form=form, at=at, zone=zone, choices=offered, outcomes=outcomes,
        phrases=phrases, path=_PATH,
    )  # fmt: skip


@router.get("/last-week")
async def last_week(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Which exceptions of the last week the latest rules would have sent elsewhere."""
    async with shared.database.tenant(who.organization_id) as db:
        latest = await rule_versions.latest(db, CaseRouting)
        found = await routing_changes.compare(db, rules_of(latest), now)
        steps = [step for one in found.moved for route in (one.before, one.after) for step in route.ladder]
        names = await Names.of_steps(db, steps, set())
    return page(
        request, "routing_last_week.html", found=found, latest=latest, names=names, phrases=phrases,
        groups=_alike(found.moved), subject=lambda one: _subject(who, one),
        most=_MOST_NAMED, days=routing_changes.COMPARED.days, path=_PATH,
    )  # fmt: skip


async def _tried(db: AsyncSession, form: TryForm, at: datetime, *, draft: bool) -> Tried:
    assert form.kind is not None, "a kind is chosen"
    what = WhatIf(
        kind=form.kind,
        severity=form.severity,
        region=form.region,
        course_id=form.course_id,
        at=at,
        draft=draft,
    )
    return await case_routing.try_out(db, what, at)


async def _names(db: AsyncSession, tried: Tried) -> Names:
    return await Names.of_steps(db, tried.routing.ladder, set())


def _alike(moved: Iterable[Moved]) -> list[list[Moved]]:
    """Exceptions of one kind that go from the same to the same; most first, of each the latest first."""
    found: dict[str, list[Moved]] = {}
    for one in moved:
        found.setdefault(f"{one.queued.case.kind} {one.before} {one.after}", []).append(one)
    return sorted(found.values(), key=len, reverse=True)


def _subject(who: Principal, moved: Moved) -> object:
    return subject_link(who, moved.queued.case.about, moved.queued.title)
