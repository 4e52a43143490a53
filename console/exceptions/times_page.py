"""How long exceptions wait until somebody has seen them, and until they are resolved, by kind."""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.times import short_duration
from console.frame.viewers import CurrentUser
from domain.people.access import Permission
from models.repositories import cases

router = APIRouter(prefix="/exceptions", include_in_schema=False, route_class=PageRoute)
_DAYS = 30


@router.get("/times", dependencies=[permits(Permission.EXCEPTIONS_READ)])
async def times(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        rows = await cases.handling_times(db, now - timedelta(days=_DAYS))
    return page(request, "case_times.html", rows=rows, length=_length, days=_DAYS, path="/exceptions")


def _length(time: timedelta | None) -> str:
    """With its two largest units; a dash where there is none."""
    if time is None:
        return "–"
    seconds = time.total_seconds()
    if seconds < 60:
        return short_duration(seconds)
    minutes = round(seconds / 60)
    if minutes < 24 * 60:
        return short_duration(60 * minutes)
    days, rest = divmod(minutes, 24 * 60)
    hours = f" {rest // 60}h" if rest >= 60 else ""
    return f"{days}d{hours}"
