"""The account page: a member's alerts, the browsers that a person is signed in with, and signing out."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.dependencies import Now, Shared
from api.http.state import State
from console.frame import forms
from console.frame.forms import Field, Form
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.texts import gettext, mark
from console.frame.viewers import CurrentUser, same_origin
from domain.errors import HomeroomError, InvalidInput, NotFound
from domain.people.access import AccessRole, Permission, Principal
from models.repositories import organizations, sign_ins
from services import case_routing
from services.inputs.routing import AlertPreferences

router = APIRouter(include_in_schema=False, route_class=PageRoute)
ROLES: dict[AccessRole, str] = {
    AccessRole.ADMIN: "Admin",
    AccessRole.OPS: "Ops",
    AccessRole.INTEGRATOR: "Integrator",
    AccessRole.INSTRUCTOR: mark("Instructor"),
    AccessRole.GUARDIAN: mark("Guardian"),
}
METHODS = {
    "mail": mark("Email link"),
    "oidc": mark("Organization account"),
    "link": mark("Family link"),
    "desk": "Operator link",
}


# Pages of staff are in English.
_ALERTS = (
    Field("quiet_from", "Quiet from", "time", "In your time zone. Alerts that can wait are sent afterwards."),
    Field("quiet_until", "Quiet until", "time"),
    Field(
        "only_critical",
        "Tell me of critical exceptions only",
        "checkbox",
        "Critical ones are always told at once, also in quiet hours.",
        empty=False,
    ),
)


@router.get("/account")
async def account(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    return await _account_page(request, shared, who, now)


@router.post("/account/alerts", dependencies=[Depends(same_origin), permits(Permission.ROUTING_READ)])
async def set_alerts(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Set when the signed-in member of staff is told of exceptions."""
    member_id = _member_id(who)
    if member_id is None:
        raise NotFound("the operator of a deployment is told of no exceptions")
    posted = await forms.posted(request)
    if "quiet_from" not in posted:
        raise InvalidInput("the form is incomplete", next_step="Reload the page and try again.")
    form = forms.with_input(forms.build(_ALERTS, AlertPreferences, {}), posted)
    try:
        wanted = AlertPreferences.model_validate(forms.values(form))
        async with shared.database.tenant(who.organization_id) as db:
            await case_routing.set_preferences(db, who, member_id, wanted, now)
    except (ValidationError, HomeroomError) as error:
        return await _account_page(request, shared, who, now, _beside_hours(forms.with_errors(form, error)))
    return go_to(request, "/account#alerts", "saved")


async def _account_page(
    request: Request, shared: State, who: Principal, now: datetime, refused: Form | None = None
) -> Response:
    """`refused` is the form of alerts with its errors."""
    kind, member_id = who.actor.partition(":")[0], _member_id(who)
    async with shared.database.tenant(who.organization_id) as db:
        organization = await organizations.get_organization(db)
        browsers = await sign_ins.browsers_of(db, kind, who.person_id, now)
        alerts = await _alerts_form(db, member_id) if member_id and who.may(Permission.ROUTING_READ) else None
    return page(
        request,
        "account.html",
        refused.status if refused else 200,
        alerts=refused or alerts,
        who=who,
        organization=organization,
        browsers=browsers,
        role=gettext(ROLES[who.role]),
        methods={method: gettext(name) for method, name in METHODS.items()},
    )


async def _alerts_form(db: AsyncSession, member_id: UUID) -> Form:
    current = (await case_routing.preferences(db, member_id)).model_dump()
    return forms.build(
        _ALERTS, AlertPreferences, current | {"only_critical": current["only_critical"] or None}
    )


def _beside_hours(form: Form) -> Form:
    """An error that concerns both quiet hours stands beside the second."""
    if not form.errors:
        return form
    error = form.errors[0]
    inputs = (replace(one, error=error) if one.name == "quiet_until" else one for one in form.inputs)
    return replace(form, inputs=tuple(inputs), errors=())


def _member_id(who: Principal) -> UUID | None:
    """The member of staff who is signed in; None: somebody else, such as the operator."""
    kind, _, key = who.actor.partition(":")
    return UUID(key) if kind == "member" else None
