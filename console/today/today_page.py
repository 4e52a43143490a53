"""The live board of the classes around now, for staff."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.http.dependencies import Now, Shared
from api.http.stream_access import browser_access
from api.live.streams import LiveStream
from console.frame import view_bar
from console.frame.labels import CASE_KINDS, ROLES
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from console.frame.viewers import ONLY_STAFF, Staff
from console.today.first_steps import checklist
from domain.sessions.acts import Act
from domain.sessions.headline import Reason
from models.repositories.first_steps import first_steps
from models.saved_view import ViewedList
from services.feed_delay import stands_still_since
from services.organizations import organization as organization_of

HOURS = (4, 12, 24, 48)  # ahead of now, to choose from
_REASONS = {
    Reason.NOT_RECORDED: "Not recorded",
    Reason.INSTRUCTOR_MISSING: "No instructor in the room",
    Reason.ROOM_NOT_OPEN: "Room not open",
    Reason.EXCEPTION: "Urgent exception",
    Reason.POOR_CONNECTION: "Poor connection",
    Reason.TRANSCRIPT_BEHIND: "Transcript behind",
}
_ACTS = {  # in a word for the row, and in full
    Act.NUDGE: ("Nudge", "Nudge the instructor"),
    Act.SUBSTITUTE: ("Substitute", "Find a substitute"),
    Act.OBSERVE: ("Observe", "Join as observer"),
    Act.EXTEND: ("Extend", "Extend the class"),
    Act.MESSAGE: ("Message", "Message the room"),
}

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/today")
async def today(request: Request, shared: Shared, who: Staff, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        bar = await view_bar.load(db, who, ViewedList.BOARD, request)
        if bar.opens:
            return RedirectResponse(bar.opens, status_code=303)
        organization = await organization_of(db)
        steps = checklist(await first_steps(db), organization, who)
        delayed = await stands_still_since(db, now)
    labels = {"cases": {**CASE_KINDS}, "roles": {**ROLES}, "reasons": {**_REASONS}, "acts": {**_ACTS}}
    return page(
        request, "today.html", organization=organization, labels=labels, steps=steps,
        feed_stands_still_since=delayed, bar=bar, hours=HOURS, troubles=_troubles(),
    )  # fmt: skip


@router.get("/today/live")
async def today_live(
    request: Request,
    shared: Shared,
    who: Staff,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
    after: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """The rows of the board as server-sent events, continued after the last one that the browser received.

    EventSource sends that id in a header when it reconnects; the page sends it in `after` when it opens a new stream.
    """
    messages = shared.boards.stream(who.organization_id, last_event_id or after)
    return LiveStream(messages, HEADERS, browser_access(request, ONLY_STAFF))


def _troubles() -> list[tuple[str, list[tuple[str, str]]]]:
    """The kinds of trouble to filter by, in groups, as pairs of value and label; each value once."""
    kinds = sorted(
        ((kind, label) for kind, label in CASE_KINDS.items() if kind not in _REASONS),
        key=lambda pair: pair[1],
    )
    return [
        ("Needs attention", [(reason.value, label) for reason, label in _REASONS.items()]),
        ("Open exception", [(str(kind), label) for kind, label in kinds]),
    ]
