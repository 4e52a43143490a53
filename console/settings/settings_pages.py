"""The organization and its rules for sessions."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.dependencies import Now, Shared
from api.http.state import State
from console.frame import choices, forms
from console.frame.forms import Field, Form
from console.frame.history import author
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import page, went
from console.frame.viewers import Desk, same_origin
from console.records.record_pages import version_of
from console.settings import rules
from console.settings.rules import RuleInput
from domain.errors import HomeroomError, StaleVersion
from domain.people.access import Permission, Principal
from models.organization import Organization
from models.repositories import change_log, names
from models.repositories.change_log import Wanted
from services import organizations
from services.inputs.organizations import OrganizationChange, PolicyChange

router = APIRouter(prefix="/settings", include_in_schema=False, route_class=PageRoute)
OWN_SITE = Depends(same_origin)
_REMEMBERED = 200  # changes of the organization in which who set a rule is looked for
_TABS = (
    ("Rules", "/settings", Permission.POLICY_READ),
    ("Organization", "/settings/organization", Permission.ORGANIZATION_READ),
    ("API keys", "/settings/keys", Permission.KEYS_MANAGE),
    ("Change log", "/settings/audit", Permission.AUDIT_READ),
)
_ORGANIZATION = (
    Field("name", "Name", wrong="Enter a single line of text."),
    Field(
        "time_zone", "Time zone", "select", "Classes are scheduled in this time zone.", options=choices.zones
    ),
    Field("language", "Language", "select", options=choices.languages),
)


def tabs(who: Principal) -> list[tuple[str, str, None]]:
    return [(title, path, None) for title, path, needed in _TABS if who.may(needed)]


@router.get("", dependencies=[permits(Permission.POLICY_READ)])
async def show_rules(request: Request, shared: Shared, who: Desk) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        organization, shown = await _present(db, who)
    return _rules_page(request, who, shown, organization.version)


@router.post("", dependencies=[OWN_SITE, permits(Permission.POLICY_WRITE)])
async def set_rules(request: Request, shared: Shared, who: Desk, now: Now) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        organization, present = await _present(db, who)
    texts = {one.rule.name: forms.text(posted, one.rule.name) for one in present if one.rule.name in posted}
    change, shown = rules.read(present, texts)
    if any(one.error for one in shown):
        return _rules_page(request, who, shown, version_of(posted), 422)
    try:
        await _set(shared, who, change, version_of(posted), now)
    except StaleVersion as error:
        meanwhile = [
            (one.rule.label, one.value)
            for one, typed in zip(present, shown, strict=True)
            if one.value != typed.value
        ]
        told = Form((), problem=error, meanwhile=tuple(meanwhile))
        return _rules_page(request, who, shown, organization.version, 412, told)
    except ValidationError as error:
        return _rules_page(request, who, rules.refused(shown, error), version_of(posted), 422)
    return went(request, "/settings", "saved")


@router.get("/organization", dependencies=[permits(Permission.ORGANIZATION_READ)])
async def show_organization(request: Request, shared: Shared, who: Desk) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        row = await organizations.organization(db)
    return _organization_page(request, who, row, _organization_form(row), row.version)


@router.post("/organization", dependencies=[OWN_SITE, permits(Permission.ORGANIZATION_WRITE)])
async def change_organization(request: Request, shared: Shared, who: Desk, now: Now) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        row = await organizations.organization(db)
    present = _organization_form(row)
    form = forms.typed(present, posted)
    try:
        change = OrganizationChange.model_validate(forms.body(form)).model_dump(exclude_unset=True)
        async with shared.database.tenant(who.organization_id) as db:
            await organizations.change_organization(db, change, version_of(posted), now)
    except StaleVersion as error:
        told = forms.overtaken(form, present, error)
        return _organization_page(request, who, row, told, row.version, 412)
    except (ValidationError, HomeroomError) as error:
        return _organization_page(request, who, row, forms.refused(form, error), version_of(posted), 422)
    return went(request, "/settings/organization", "saved")


async def _set(shared: State, who: Principal, change: dict[str, Any], version: int, now: datetime) -> None:
    values = PolicyChange.model_validate(change).model_dump(mode="json", exclude_none=True)
    async with shared.database.tenant(who.organization_id) as db:
        await organizations.change_policy(db, values, now, version)


async def _present(db: AsyncSession, who: Principal) -> tuple[Organization, list[RuleInput]]:
    """The rules with who set each last, where who asks may know."""
    organization = await organizations.organization(db)
    shown = rules.inputs(organizations.policy_of(organization))
    if not who.may(Permission.AUDIT_READ):
        return organization, shown
    wanted = Wanted(kinds=("organization.*",), subject_id=organization.id)
    found = rules.last_set_by(await change_log.before(db, None, _REMEMBERED, wanted))
    known = await names.of_actors(db, {row.actor for row in found.values()})
    by = {name: author(row.actor, known) for name, row in found.items()}
    return organization, [replace(one, by=by.get(one.rule.name, "")) for one in shown]


def _organization_form(row: Organization) -> Form:
    return forms.blank(_ORGANIZATION, OrganizationChange, row.model_dump())


def _rules_page(
    request: Request,
    who: Principal,
    shown: list[RuleInput],
    version: int,
    status: int = 200,
    form: Form | None = None,
) -> Response:
    wrong = any(one.error for one in shown)
    return page(
        request, "rules.html", status, rules=shown, version=version, form=form, wrong=wrong, tabs=tabs(who),
        edits=who.may(Permission.POLICY_WRITE), path="/settings",
    )  # fmt: skip


def _organization_page(
    request: Request, who: Principal, row: Organization, form: Form, version: int, status: int = 200
) -> Response:
    return page(
        request, "organization.html", status, organization=row, form=form, version=version, tabs=tabs(who),
        edits=who.may(Permission.ORGANIZATION_WRITE), path="/settings/organization",
    )  # fmt: skip
