"""Saved views of a list: save the filters that are set, rename, choose the default, delete."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import Field

from api.http.dependencies import Now, Shared
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to
from console.frame.view_bar import PATHS, url_of
from console.frame.viewers import Staff, same_origin
from models.saved_view import ViewedList
from services import saved_views
from services.inputs.fields import Name, Schema

router = APIRouter(
    prefix="/views", include_in_schema=False, route_class=PageRoute, dependencies=[Depends(same_origin)]
)


class ViewForm(Schema):
    listing: ViewedList
    name: Name
    query: str = Field("", max_length=2000)  # of the address, with or without its question mark
    is_default: bool = False
    is_shared: bool = False


class DefaultForm(Schema):
    is_default: bool = False


class NameForm(Schema):
    name: Name


@router.post("")
async def save(
    request: Request, shared: Shared, who: Staff, form: Annotated[ViewForm, Form()], now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        view = await saved_views.save(
            db,
            who,
            form.listing,
            form.name,
            form.query,
            now,
            is_default=form.is_default,
            is_shared=form.is_shared,
        )
    return go_to(request, url_of(view), "saved")


@router.post("/{view_id}/default")
async def set_default(
    request: Request, view_id: UUID, shared: Shared, who: Staff, form: Annotated[DefaultForm, Form()]
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        view = await saved_views.set_default(db, who, view_id, is_default=form.is_default)
    return go_to(request, url_of(view), "saved")


@router.post("/{view_id}/rename")
async def rename(
    request: Request, view_id: UUID, shared: Shared, who: Staff, form: Annotated[NameForm, Form()]
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        view = await saved_views.rename(db, who, view_id, form.name)
    return go_to(request, url_of(view), "saved")


@router.post("/{view_id}/delete")
async def delete(request: Request, view_id: UUID, shared: Shared, who: Staff) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        view = await saved_views.delete(db, who, view_id)
    return go_to(request, PATHS[view.listing][1], "removed")
