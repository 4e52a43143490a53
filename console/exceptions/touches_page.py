"""Touches: how often staff had to act on classes, per 100 classes by kind and week, and what was touched."""

from datetime import UTC, datetime, time, timedelta
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.history import author, change_words
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.viewers import CurrentUser
from domain.people.access import Permission
from models.repositories import names
from models.repositories.touches import KINDS, Touched, Week, by_week, first_monday, touched
from services.inputs.fields import Day

router = APIRouter(
    prefix="/exceptions/touches",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.EXCEPTIONS_READ)],
)
WEEKS = 12
MOST = 200  # touches on the page of one kind and week
LABELS = {
    "command": "Commands",
    "exception": "Exceptions",
    "message": "Messages",
    "people": "People",
    "attendance": "Attendance",
    "documentation": "Documentation",
}
Kind = Literal["command", "exception", "message", "people", "attendance", "documentation"]


@router.get("")
async def weeks(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        found = await by_week(db, first_monday(now, WEEKS), now)
    return page(
        request,
        "touches.html",
        weeks=found,
        kinds=[(kind, LABELS[kind]) for kind in KINDS],
        number=WEEKS,
        rate=_rate,
        path="/exceptions",
    )


@router.get("/{kind}/{monday}")
async def of_week(
    request: Request, kind: Kind, monday: Day, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    since = datetime.combine(monday - timedelta(days=monday.weekday()), time(), UTC)
    async with shared.database.tenant(who.organization_id) as db:
        rows = await touched(db, kind, since, min(since + timedelta(days=7), now), most=MOST)
        actors = await names.of_actors(db, {row.actor for row in rows})
    return page(
        request,
        "touched.html",
        rows=[(row, author(row.actor, actors), _what(row), _url(row)) for row in rows],
        label=LABELS[kind],
        monday=since,
        most=MOST,
        path="/exceptions",
    )


def _rate(week: Week, touches: int) -> str:
    """Per 100 classes of the week, or as counted where it has none."""
    rate = week.rate(touches)
    return f"{rate:.1f}" if rate is not None else f"{touches} touches" if touches else "–"


def _what(row: Touched) -> str:
    return ", ".join(change_words(kind) for kind in row.changes)


def _url(row: Touched) -> str:
    """The page of what was touched, if that is not the class."""
    return {"exception": f"/exceptions/{row.subject_id}", "notice": f"/outbox/{row.subject_id}"}.get(
        row.subject, ""
    )
