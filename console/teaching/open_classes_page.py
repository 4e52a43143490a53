"""The page of classes that look for an instructor: who accepts extra hours takes one with a button."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.http.dependencies import Now, Shared
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from console.frame.viewers import Teacher, same_origin
from console.teaching.own_times import own_times
from models.people import Instructor
from models.repositories import entities
from models.repositories.open_classes import OpenClassKind
from services import open_classes

PATH = "/teaching/open-classes"
router = APIRouter(prefix=PATH, include_in_schema=False, route_class=PageRoute)


@router.get("")
async def listed(request: Request, shared: Shared, who: Teacher, now: Now) -> Response:
    assert who.person_id is not None, "an instructor is a person"
    async with shared.database.tenant(who.organization_id) as db:
        found = await open_classes.listed(db, who.person_id, now)
        zone = (await entities.get(db, Instructor, who.person_id)).time_zone
    return page(
        request,
        "own_open_classes.html",
        found=found,
        taken="taken" in request.query_params,
        **own_times(zone, now),
    )


@router.post("/take", dependencies=[Depends(same_origin)])
async def take(
    shared: Shared,
    who: Teacher,
    now: Now,
    kind: Annotated[OpenClassKind, Form()],
    key: Annotated[UUID, Form()],
) -> Response:
    await shared.open_classes.take(who, kind, key, now)
    return RedirectResponse(f"{PATH}?taken=true", status_code=303, headers=HEADERS)
