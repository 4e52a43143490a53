"""The page of the rules for finding substitutes: whom to ask first, how fast, and what each change did."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.dependencies import Now, Shared
from console.frame import forms
from console.frame.history import author
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.settings_tabs import tabs
from console.frame.viewers import CurrentUser, same_origin
from console.records.record_pages import posted_version
from console.routing import substitute_form
from console.routing.substitute_form import WEIGHTS, SubstituteForm
from domain.errors import NotFound, StaleVersion
from domain.people.access import Permission, Principal
from domain.scheduling.substitution_policy import MOST_PACES, SubstitutionPolicy
from models.change_log import ChangeRow
from models.organization import Organization
from models.repositories import change_log, names, substitutions
from services import organizations
from services.scheduling_rules import published_version

PATH = "/settings/substitutes"
router = APIRouter(prefix=PATH, include_in_schema=False, route_class=PageRoute)
_FIELD = "substitution_policy"
_MOST_CHANGES = 50
_LARGEST = 2**63 - 1  # of a bigint


@dataclass(frozen=True)
class PolicyChange:
    row: ChangeRow
    author: str
    differences: Sequence[tuple[str, str, str]]  # what, before, after


@router.get("", dependencies=[permits(Permission.POLICY_READ)])
async def show(
    request: Request,
    shared: Shared,
    who: CurrentUser,
    before: Annotated[int | None, Query(ge=1, le=_LARGEST)] = None,
    defaults: bool = False,
) -> Response:
    """The rules. `before`: filled with those that held before this change of the log; `defaults`: with the defaults."""
    async with shared.database.tenant(who.organization_id) as db:
        row = await organizations.organization(db)
        policy = organizations.substitution_policy_of(row)
        if before is not None:
            policy = await _before(db, row, before)
        elif defaults:
            policy = SubstitutionPolicy()
        return await _page(request, db, who, row, substitute_form.of_policy(policy), row.version)


@router.post("", dependencies=[Depends(same_origin), permits(Permission.POLICY_WRITE)])
async def save(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Save the rules, or show the form again with what was typed."""
    posted = await forms.posted(request)
    form, version = substitute_form.read(posted), posted_version(posted)
    changed = substitute_form.with_more_or_fewer_paces(form, forms.text(posted, "do"))
    async with shared.database.tenant(who.organization_id) as db:
        row = await organizations.organization(db)
        if changed is not None:
            return await _page(request, db, who, row, changed, version)
        form, policy = substitute_form.checked(form)
        if policy is None:
            return await _page(request, db, who, row, form, version, 422)
        try:
            await organizations.set_substitution_policy(db, policy, now, version)
        except StaleVersion:
            return await _page(request, db, who, row, form, row.version, 412, policy)
    return go_to(request, PATH, "substitutes_saved")


async def _before(db: AsyncSession, row: Organization, change: int) -> SubstitutionPolicy:
    """The rules that a change of the log replaced. Raises NotFound."""
    for one in await change_log.changes_of_field(db, row.id, _FIELD, _MOST_CHANGES):
        if one.seq == change:
            return _policy(one.changes[_FIELD][0])
    raise NotFound("there is no such change of the rules")


def _policy(stored: object) -> SubstitutionPolicy:
    return SubstitutionPolicy.model_validate(stored or {})


async def _changes(db: AsyncSession, who: Principal, row: Organization) -> list[PolicyChange] | None:
    """The last changes of the rules; None where the reader may not read the change log."""
    if not who.may(Permission.AUDIT_READ):
        return None
    rows = await change_log.changes_of_field(db, row.id, _FIELD, _MOST_CHANGES)
    actors = await names.of_actors(db, {one.actor for one in rows})
    return [
        PolicyChange(
            one,
            author(one.actor, actors),
            substitute_form.differences(*map(_policy, one.changes[_FIELD])),
        )
        for one in rows
        if not one.kind.endswith(".created")
    ]


async def _page(
    request: Request,
    db: AsyncSession,
    who: Principal,
    row: Organization,
    form: SubstituteForm,
    version: int,
    status: int = 200,
    typed: SubstitutionPolicy | None = None,
) -> Response:
    """`typed`: what was typed where somebody else has changed the organization in the meantime."""
    stored = organizations.substitution_policy_of(row)
    saved = substitute_form.of_policy(stored)
    filled = request.method == "GET" and form != saved
    return page(
        request, "substitutes.html", status, form=form, version=version, weights=WEIGHTS, most=MOST_PACES,
        filled=filled, is_default=stored == SubstitutionPolicy(), stale=typed is not None,
        conflicts=substitute_form.differences(stored, typed) if typed else (),
        changes=await _changes(db, who, row), told=await substitutions.told_by_channel(db),
        rules_version=await published_version(db), edits=who.may(Permission.POLICY_WRITE),
        people=who.may(Permission.PEOPLE_WRITE), tabs=tabs(who), path=PATH,
    )  # fmt: skip
