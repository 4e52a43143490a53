"""All classes, past and coming: a dense list whose filters are in its address, with a selection to act on."""

from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.dependencies import Now, Shared
from api.http.paging import next_cursor
from console.classes import class_filter
from console.classes.class_filter import ROWS
from console.classes.row_times import RowTimes
from console.frame import view_bar
from console.frame.labels import AUDIENCES, CANCELLATIONS, case_label
from console.frame.lists import paged
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, by_htmx, page
from console.frame.viewers import Staff
from domain.errors import NotFound
from domain.record.documentation import DocumentationStatus
from domain.scheduling.closures import closing
from domain.sessions.completeness import Part
from domain.sessions.states import SessionState
from models.repositories import class_lists
from models.repositories.class_lists import ListedClass
from models.saved_view import ViewedList
from models.session import Session
from services.closed_times import closures_between
from services.organizations import organization as organization_of

router = APIRouter(prefix="/classes", include_in_schema=False, route_class=PageRoute)
_DRAFTS = {
    DocumentationStatus.DRAFT: "Draft waits for review",
    DocumentationStatus.CHANGES_REQUESTED: "Changes to the draft requested",
}


@router.get("")
async def classes(request: Request, shared: Shared, who: Staff, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        bar = await view_bar.load(db, who, ViewedList.CLASSES, request)
        if bar.opens and class_filter.is_readable(bar.opens.partition("?")[2]):
            return RedirectResponse(bar.opens, status_code=303, headers=HEADERS)
        organization = await organization_of(db)
        wanted = await class_filter.read(db, request.query_params, ZoneInfo(organization.time_zone), now)
        rows: list[Session] = []
        more = False
        if not wanted.unclear:
            rows, more = await class_lists.page(db, who, wanted.query.wanted(), wanted.narrowed)
        listed = await class_lists.described(db, rows)
        shown = await class_filter.names(db, request.query_params)
        closed = await _closures_of(db, rows)
    sort = wanted.query.sort
    return page(
        request,
        "parts/classes.html" if by_htmx(request) else "classes.html",
        list=paged(request, listed, sort, next_cursor(rows, more, sort)),
        filters=class_filter.choices(),
        unclear=wanted.unclear,
        names=shown,
        zone=organization.time_zone,
        now=now,
        troubles=_troubles,
        closed=closed,
        sizes=[(str(number), str(number)) for number in ROWS],
        size=wanted.query.limit,
        cancellations=list(CANCELLATIONS.items()),
        audiences=AUDIENCES,
        bar=bar,
        times=RowTimes(ZoneInfo(organization.time_zone)),
        path="/classes",
    )


@router.get("/names/{what}")
async def names(request: Request, what: str, shared: Shared, who: Staff) -> Response:
    """Options for a field that takes a name."""
    if what not in class_filter.NAMED:
        raise NotFound("there is no such field")
    async with shared.database.tenant(who.organization_id) as db:
        found = await class_filter.suggestions(db, what, request.query_params.get(what, ""))
    return page(request, "parts/class_names.html", names=found)


async def _closures_of(db: AsyncSession, rows: list[Session]) -> dict[UUID, str]:
    """By class, the name of the closure of the whole school on whose days it takes place."""
    taking_place = [row for row in rows if row.state != SessionState.CANCELLED]
    if not taking_place:
        return {}
    first, last = min(row.starts_at for row in taking_place), max(row.ends_at for row in taking_place)
    times = [time for row, time in await closures_between(db, first, last) if not row.region]
    found = {row.id: closing(times, row.starts_at, row.ends_at) for row in taking_place}
    return {key: closed.name for key, closed in found.items() if closed}


def _troubles(row: ListedClass) -> list[tuple[str, str]]:
    """What is wrong with a class, as pairs of a kind (bad or wait) and a phrase; the worst first."""
    session = row.session
    found = [("bad", case_label(kind)) for kind in row.cases]
    if row.searching:
        found.append(("wait", "Substitute is being searched"))
    if row.is_open_to_volunteers:
        found.append(("wait", "Open to volunteers"))
    if row.instructor_retired and session.state == SessionState.SCHEDULED:
        found.append(("bad", "Instructor is retired"))
    if Part.DOCUMENTATION in session.completeness.get("missing", ()):
        found.append(("bad", "No documentation"))
    elif session.state == SessionState.REVIEW and row.documentation in _DRAFTS:
        found.append(("wait", _DRAFTS[DocumentationStatus(row.documentation)]))
    return found
