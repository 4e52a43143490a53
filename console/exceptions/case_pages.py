"""The page of an exception, and what can be done about it there."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import Field as SchemaField
from pydantic import ValidationError

from api.http.dependencies import Now, Shared
from api.http.state import State
from console.exceptions import snoozing
from console.exceptions.case_view import case_view
from console.exceptions.resolutions import USUAL_REASONS
from console.frame import forms
from console.frame.labels import outage_label
from console.frame.observing import to_room
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import CurrentUser, same_origin
from domain.errors import NotFound
from domain.people.access import Permission, Principal
from models.repositories import cases
from services import cases as operations
from services.inputs.cases import Assignment, Comment
from services.inputs.fields import Schema, Text

router = APIRouter(prefix="/exceptions", include_in_schema=False, route_class=PageRoute)
READ, WRITE = permits(Permission.EXCEPTIONS_READ), permits(Permission.EXCEPTIONS_WRITE)
COMMAND = [Depends(same_origin), WRITE]


class ResolutionForm(Schema):
    """Pages ask for a reason; a resolution by API may have none."""

    resolution: Text = SchemaField(min_length=1, max_length=2000)


class SnoozeForm(Schema):
    until: snoozing.Snooze
    zone: str = SchemaField("", max_length=60)  # of the reader's browser


_RESOLUTION = (forms.Field("resolution", "What was done", "textarea", empty=""),)


@router.get("/{case_id}", dependencies=[READ])
async def show(request: Request, case_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    return await _case_page(request, shared, who, case_id, now)


@router.get("/{case_id}/fragment", dependencies=[READ])
async def fragment(request: Request, case_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    return await _case_page(request, shared, who, case_id, now, template="parts/case.html")


@router.post("/{case_id}/acknowledge", dependencies=COMMAND)
async def acknowledge(
    request: Request, case_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await operations.acknowledge(db, who, case_id, now)
    return go_to(request, f"/exceptions/{case_id}", "acknowledged")


@router.post("/{case_id}/start", dependencies=COMMAND)
async def start(request: Request, case_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await operations.start(db, who, case_id, now)
    return go_to(request, f"/exceptions/{case_id}", "started")


@router.post("/{case_id}/assign", dependencies=COMMAND)
async def assign(
    request: Request,
    case_id: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    form: Annotated[Assignment, Form()],
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await operations.assign(db, who, case_id, form.member_id, now)
    return go_to(request, f"/exceptions/{case_id}", "assigned")


@router.post("/{case_id}/snooze", dependencies=COMMAND)
async def snooze(
    request: Request,
    case_id: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    form: Annotated[SnoozeForm, Form()],
) -> Response:
    length = snoozing.duration(form.until, form.zone, now)
    async with shared.database.tenant(who.organization_id) as db:
        await operations.snooze(db, who, case_id, length, now)
    return go_to(request, f"/exceptions/{case_id}", "snoozed")


@router.post("/{case_id}/comments", dependencies=COMMAND)
async def comment(
    request: Request,
    case_id: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    form: Annotated[Comment, Form()],
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await operations.comment(db, who, case_id, form.text, now)
    return go_to(request, f"/exceptions/{case_id}", "commented")


@router.post("/{case_id}/resolve", dependencies=COMMAND)
async def resolve(request: Request, case_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    typed = forms.with_input(forms.build(_RESOLUTION, ResolutionForm, {}), posted)
    usual = forms.text(posted, "usual")
    try:
        resolution = ResolutionForm.model_validate({"resolution": usual} if usual else forms.values(typed))
    except ValidationError as error:
        form = forms.with_errors(typed, error)
        return await _case_page(request, shared, who, case_id, now, form=form, status=422)
    async with shared.database.tenant(who.organization_id) as db:
        await operations.resolve(db, who, case_id, resolution.resolution, now)
    return go_to(request, f"/exceptions/{case_id}", "resolved")


@router.post("/{case_id}/reopen", dependencies=COMMAND)
async def reopen(request: Request, case_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await operations.reopen(db, who, case_id, now)
    return go_to(request, f"/exceptions/{case_id}", "reopened")


@router.post(
    "/{case_id}/observe", dependencies=[Depends(same_origin), READ, permits(Permission.SESSIONS_RUN)]
)
async def observe(request: Request, case_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Lead the reader into the room as a guest."""
    async with shared.database.tenant(who.organization_id) as db:
        session_id = (await cases.get(db, case_id)).case.session_id
    if session_id is None:
        raise NotFound("this exception is not about a class")
    return await to_room(request, shared, who, session_id, now)


async def _case_page(
    request: Request,
    shared: State,
    who: Principal,
    case_id: UUID,
    now: datetime,
    *,
    template: str = "case.html",
    form: forms.Form | None = None,
    status: int = 200,
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        view = await case_view(db, who, case_id, now)
    return page(
        request,
        template,
        status,
        who=who,
        view=view,
        row=view.case,
        session=view.session,
        form=form or forms.build(_RESOLUTION, ResolutionForm, {}),
        reasons=USUAL_REASONS,
        snoozes=list(snoozing.LABELS.items()),
        outage_label=outage_label,
        now=now,
        path="/exceptions",
        **view.dialogs,
    )
