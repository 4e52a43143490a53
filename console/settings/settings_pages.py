"""The settings pages of the organization and its rules for classes."""

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
from console.frame.rendering import go_to, page
from console.frame.settings_tabs import tabs
from console.frame.viewers import CurrentUser, same_origin
from console.records.record_pages import posted_version
from console.settings import rules
from console.settings.rules import RuleInput
from domain.errors import HomeroomError, StaleVersion
from domain.people.access import Permission, Principal
from models.organization import Organization
from models.repositories import change_log, names
from models.repositories.change_log import LogFilter
from services import organizations
from services.inputs.organizations import OrganizationChange, PolicyChange

router = APIRouter(prefix="/settings", include_in_schema=False, route_class=PageRoute)
SAME_ORIGIN = Depends(same_origin)
_MAX_CHANGES = 200  # of the organization, searched for who set each rule
_ORGANIZATION = (
    Field("name", "Name", wrong="Enter a single line of text."),
    Field(
        "time_zone", "Time zone", "select", "Classes are scheduled in this time zone.", options=choices.zones
    ),
    Field("language", "Language", "select", options=choices.languages, other=choices.other_language),
    Field(
        "contact_email",
        "Contact address",
        "email",
        "Answers to your emails go here.",
        wrong="Enter an email address, such as office@school.example.",
    ),
)


@router.get("", dependencies=[permits(Permission.POLICY_READ)])
async def show_rules(request: Request, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        organization, shown = await _current_rules(db, who)
    return _rules_page(request, who, shown, organization.version)


@router.post("", dependencies=[SAME_ORIGIN, permits(Permission.POLICY_WRITE)])
async def set_rules(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        organization, current = await _current_rules(db, who)
    texts = {
        entry.rule.name: forms.text(posted, entry.rule.name) for entry in current if entry.rule.name in posted
    }
    change, shown = rules.read_changes(current, texts)
    if any(entry.error for entry in shown):
        return _rules_page(request, who, shown, posted_version(posted), 422)
    try:
        await _set(shared, who, change, posted_version(posted), now)
    except StaleVersion as error:
        conflicts = [
            (saved.rule.label, saved.value)
            for saved, typed in zip(current, shown, strict=True)
            if saved.value != typed.value
        ]
        form = Form((), problem=error, conflicts=tuple(conflicts))
        return _rules_page(request, who, shown, organization.version, 412, form)
    except ValidationError as error:
        return _rules_page(request, who, rules.with_errors(shown, error), posted_version(posted), 422)
    return go_to(request, "/settings", "saved")


@router.get("/organization", dependencies=[permits(Permission.ORGANIZATION_READ)])
async def show_organization(request: Request, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        row = await organizations.organization(db)
    return _organization_page(request, who, row, _organization_form(row), row.version)


@router.post("/organization", dependencies=[SAME_ORIGIN, permits(Permission.ORGANIZATION_WRITE)])
async def change_organization(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        row = await organizations.organization(db)
    current = _organization_form(row)
    form = forms.with_input(current, posted)
    try:
        change = OrganizationChange.model_validate(forms.values(form)).model_dump(exclude_unset=True)
        async with shared.database.tenant(who.organization_id) as db:
            await organizations.change_organization(db, change, posted_version(posted), now)
    except StaleVersion as error:
        conflict = forms.with_conflict(form, current, error)
        return _organization_page(request, who, row, conflict, row.version, 412)
    except (ValidationError, HomeroomError) as error:
        return _organization_page(
            request, who, row, forms.with_errors(form, error), posted_version(posted), 422
        )
    return go_to(request, "/settings/organization", "saved")


async def _set(shared: State, who: Principal, change: dict[str, Any], version: int, now: datetime) -> None:
    values = PolicyChange.model_validate(change).values()
    async with shared.database.tenant(who.organization_id) as db:
        await organizations.change_policy(db, values, now, version)


async def _current_rules(db: AsyncSession, who: Principal) -> tuple[Organization, list[RuleInput]]:
    """The organization and its rules; who set each rule last, for readers of the change log."""
    organization = await organizations.organization(db)
    shown = rules.inputs(organizations.policy_of(organization))
    if not who.may(Permission.AUDIT_READ):
        return organization, shown
    wanted = LogFilter(kinds=("organization.*",), subject_id=organization.id)
    changes = rules.last_set_by(await change_log.before(db, None, _MAX_CHANGES, wanted))
    actors = await names.of_actors(db, {row.actor for row in changes.values()})
    set_by = {name: author(row.actor, actors) for name, row in changes.items()}
    return organization, [replace(entry, set_by=set_by.get(entry.rule.name, "")) for entry in shown]


def _organization_form(row: Organization) -> Form:
    return forms.build(_ORGANIZATION, OrganizationChange, row.model_dump())


def _rules_page(
    request: Request,
    who: Principal,
    shown: list[RuleInput],
    version: int,
    status: int = 200,
    form: Form | None = None,
) -> Response:
    wrong = any(entry.error for entry in shown)
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
