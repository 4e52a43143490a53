"""The settings page of what families and instructors may change themselves, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from api.http.dependencies import Now, Shared
from console.frame import durations, forms
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.problem_texts import shown
from console.frame.rendering import go_to, page
from console.frame.settings_tabs import tabs
from console.frame.viewers import CurrentUser, same_origin
from console.records.record_pages import posted_version
from domain.errors import InvalidInput, StaleVersion
from domain.people.access import Permission, Principal
from domain.scheduling.self_service import SelfServicePolicy
from services import organizations

PATH = "/settings/self-service"
router = APIRouter(prefix=PATH, include_in_schema=False, route_class=PageRoute)
_SWITCHES = ("families_move", "families_cancel", "other_instructors", "instructors_swap", "instructors_take")
_DURATIONS = ("move_until", "free_until", "ahead", "swap_until")
_HOURS = ("offered_from", "offered_until")
_HOW = "Enter a duration, such as 12 hours or 14 days."


@dataclass(frozen=True)
class SelfServiceForm:
    values: Mapping[str, Any]  # as typed
    errors: Mapping[str, str] = field(default_factory=dict)  # by field


def _of_policy(policy: SelfServicePolicy) -> SelfServiceForm:
    return SelfServiceForm(
        {name: getattr(policy, name) for name in _SWITCHES}
        | {name: durations.written(getattr(policy, name)) for name in _DURATIONS}
        | {name: f"{getattr(policy, name):%H:%M}" for name in _HOURS}
        | {"most_moves": str(policy.most_moves)}
    )


def _typed(posted: FormData) -> SelfServiceForm:
    names = (*_DURATIONS, *_HOURS, "most_moves")
    return SelfServiceForm(
        {name: bool(forms.text(posted, name)) for name in _SWITCHES}
        | {name: forms.text(posted, name).strip() for name in names}
    )


def _checked(form: SelfServiceForm) -> tuple[SelfServiceForm, SelfServicePolicy | None]:
    """The form, and the policy it describes; None where something is wrong, which the form then shows."""
    errors, values = {}, dict(form.values)
    for name in _DURATIONS:
        try:
            values[name] = durations.read(form.values[name])
        except (ValueError, OverflowError):
            errors[name] = _HOW
            del values[name]
    try:
        policy = SelfServicePolicy.model_validate(values)
    except ValidationError as error:
        for one in error.errors():
            errors.setdefault(str(one["loc"][0]), forms.message(one))
    if errors:
        return SelfServiceForm(form.values, errors), None
    return form, policy


@router.get("", dependencies=[permits(Permission.POLICY_READ)])
async def show(request: Request, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        row = await organizations.organization(db)
    return _page(request, who, _of_policy(organizations.self_service_policy_of(row)), row.version)


@router.post("", dependencies=[Depends(same_origin), permits(Permission.POLICY_WRITE)])
async def save(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Save the rules, or show the form again with what was typed."""
    posted = await forms.posted(request)
    form, policy = _checked(_typed(posted))
    version = posted_version(posted)
    if policy is None:
        return _page(request, who, form, version, 422)
    async with shared.database.tenant(who.organization_id) as db:
        try:
            await organizations.set_self_service_policy(db, policy, now, version)
        except InvalidInput as error:
            form = SelfServiceForm(form.values, {"ahead": shown(error).next_step})
            return _page(request, who, form, version, 422)
        except StaleVersion:
            row = await organizations.organization(db)
            return _page(request, who, form, row.version, 412)
    return go_to(request, PATH, "saved")


def _page(
    request: Request, who: Principal, form: SelfServiceForm, version: int | None, status: int = 200
) -> Response:
    return page(
        request, "self_service.html", status, form=form, version=version, stale=status == 412, tabs=tabs(who),
        edits=who.may(Permission.POLICY_WRITE), path=PATH,
    )  # fmt: skip
