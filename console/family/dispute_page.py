"""The page behind the link in a mail about a missed class: a button says that the student was there."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from reports.catalogue import page_words
from reports.moments import moment
from services.attendance_disputes import Dispute

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/attendance")
async def dispute_page(request: Request, shared: Shared, now: Now, t: str) -> Response:
    """Disputes nothing, because mail scanners open links."""
    return _page(request, t, await shared.attendance_disputes.read(t, now), now)


@router.post("/attendance")
async def dispute(request: Request, shared: Shared, now: Now, t: str) -> Response:
    """The link itself says who may do this."""
    return _page(request, t, await shared.attendance_disputes.dispute(t, now), now)


def _page(request: Request, token: str, read: Dispute, now: datetime) -> Response:
    words = page_words("dispute", read.language)
    when = moment(read.session.starts_at, words.language, read.time_zone, now=now)
    return page(request, "dispute.html", words=words, read=read, token=token, when=when)
