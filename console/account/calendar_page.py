"""The page on which instructors and guardians get the address of their classes for their own calendar."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame import forms
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import OnlyFor, same_origin
from domain.errors import InvalidInput
from domain.people.access import AccessRole, Principal
from models.repositories import calendar_feeds as stored
from services import calendar_feeds
from services.calendar_feeds import MadeFeed

router = APIRouter(prefix="/account/calendar", include_in_schema=False, route_class=PageRoute)
PATH = "/account/calendar"
Reader = Annotated[Principal, Depends(OnlyFor(AccessRole.INSTRUCTOR, AccessRole.GUARDIAN))]


@router.get("")
async def calendar(request: Request, shared: Shared, who: Reader) -> Response:
    return await _page(request, shared, who)


@router.post("", dependencies=[Depends(same_origin)])
async def change(request: Request, shared: Shared, who: Reader, now: Now) -> Response:
    """Make an address, which only this page shows, in place of an earlier one; or end it."""
    assert who.person_id is not None, "instructors and guardians are people"
    act = forms.text(await forms.posted(request), "act")
    if act not in ("make", "end"):
        raise InvalidInput("the form is incomplete", next_step="Reload the page and try again.")
    async with shared.database.tenant(who.organization_id) as db:
        if act == "end":
            await calendar_feeds.end(db, who.person_id)
            return go_to(request, PATH)
        made = await calendar_feeds.make(db, shared.links, who.person_id, now)
    return await _page(request, shared, who, made)


async def _page(request: Request, shared: Shared, who: Principal, made: MadeFeed | None = None) -> Response:
    assert who.person_id is not None, "instructors and guardians are people"
    async with shared.database.tenant(who.organization_id) as db:
        feed = await stored.feed(db, who.person_id)
    home = "/teaching" if who.role == AccessRole.INSTRUCTOR else "/family"
    return page(request, "own_calendar.html", feed=feed, made=made, home=home, path=home)
