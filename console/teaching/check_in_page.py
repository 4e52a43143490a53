"""The page behind the link in an instructor's mails: a button confirms to be there for the class."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from reports.catalogue import page_words
from reports.moments import clock, moment
from services.check_ins import CheckIn
from services.inputs.fields import Moment

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/check-in")
async def check_in_page(request: Request, shared: Shared, now: Now, t: str) -> Response:
    """Confirms nothing, because mail scanners open links."""
    return _page(request, t, await shared.check_ins.of_link(t, now), now)


@router.post("/check-in")
async def check_in(
    request: Request, shared: Shared, now: Now, t: str, starts_at: Annotated[Moment, Form()]
) -> Response:
    """The link itself says who confirms. `starts_at` is the start that the page showed."""
    confirmed = await shared.check_ins.confirm(t, starts_at, now)
    return _page(request, t, confirmed, now, moved=confirmed.session.starts_at != starts_at)


def _page(request: Request, token: str, shown: CheckIn, now: datetime, *, moved: bool = False) -> Response:
    words = page_words("check_in", shown.instructor.language)
    zone = shown.instructor.time_zone
    return page(
        request,
        "check_in.html",
        words=words,
        shown=shown,
        token=token,
        moved=moved,
        when=moment(shown.session.starts_at, words.language, zone, now=now),
        until=clock(shown.session.ends_at, words.language, zone),
        zone=zone,
    )
