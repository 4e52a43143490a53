"""Saved views of the board: save the filters that are set, choose the default, delete."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import Field

from api.http.dependencies import Now, Shared
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to
from console.frame.viewers import Staff, same_origin
from services import board_views
from services.inputs.fields import Name, Schema

router = APIRouter(
    prefix="/today/views", include_in_schema=False, route_class=PageRoute, dependencies=[Depends(same_origin)]
)


class ViewForm(Schema):
    name: Name
    query: str = Field("", max_length=2000)  # of the address, with or without its question mark
    is_default: bool = False


class DefaultForm(Schema):
    is_default: bool = False


@router.post("")
async def save(
    request: Request, shared: Shared, who: Staff, form: Annotated[ViewForm, Form()], now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        view = await board_views.save(db, who, form.name, form.query, now, is_default=form.is_default)
    return go_to(request, f"/today?{view.query}", "saved")


@router.post("/{view_id}/default")
async def set_default(
    request: Request, view_id: UUID, shared: Shared, who: Staff, form: Annotated[DefaultForm, Form()]
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        view = await board_views.set_default(db, who, view_id, is_default=form.is_default)
    return go_to(request, f"/today?{view.query}", "saved")


@router.post("/{view_id}/delete")
async def delete(request: Request, view_id: UUID, shared: Shared, who: Staff) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await board_views.delete(db, who, view_id)
    return go_to(request, "/today?hours=24", "removed")
