"""Review: the queue of drafts that wait, and one of them beside its transcript."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from pydantic import Field

from api.http.dependencies import Now, Shared
from console.frame import titles
from console.frame.permits import permits, whose
from console.frame.problem_page import PageRoute
from console.frame.rendering import by_htmx, done, page
from console.frame.viewers import Desk, same_origin
from console.review.review_view import review_view
from domain.people.access import Permission
from domain.record.documentation import Statement
from models.repositories import people, sessions
from services import reviews
from services.inputs.documentation import ChangesWanted, Revision, RevisionIn
from services.inputs.fields import Schema

router = APIRouter(
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.DOCUMENTATION_REVIEW)],
)
PAGE = 50


class Approval(Schema):
    based_on: Revision
    statements: list[Statement] | None = Field(None, max_length=200, description="None: as they are.")


@router.get("/review")
async def queue(
    request: Request,
    shared: Shared,
    link: Desk,
    now: Now,
    after: UUID | None = None,
    instructor_id: Annotated[UUID | None, Query()] = None,
) -> Response:
    instructor_id = whose(link) or instructor_id
    async with shared.database.tenant(link.organization_id) as db:
        waiting = await reviews.queue(db, after=after, instructor_id=instructor_id, limit=PAGE)
        everybody = [] if whose(link) else await people.instructors(db)
        choices = [("", "All instructors"), *((str(i.id), i.name) for i in everybody)]
    template = "parts/review_queue.html" if by_htmx(request) else "review_queue.html"
    return page(request, template, queue=waiting, instructors=choices, instructor_id=instructor_id, now=now)


@router.get("/sessions/{session_id}/review")
async def review(request: Request, session_id: UUID, shared: Shared, link: Desk, now: Now) -> Response:
    async with shared.database.tenant(link.organization_id) as db:
        view = await review_view(db, link, session_id, whose(link))
    return page(
        request,
        "review.html",
        path="/review",
        view=view,
        now=now,
        sections=titles.SECTIONS,
        outcomes=titles.OUTCOMES,
    )


@router.get("/sessions/{session_id}/review/state")
async def state(session_id: UUID, shared: Shared, link: Desk) -> dict[str, Any]:
    """What a page that was opened earlier compares itself with."""
    async with shared.database.tenant(link.organization_id) as db:
        view = await review_view(db, link, session_id, whose(link))
    return {"revision": view.documentation.revision, "waits": view.waits}


@router.get("/sessions/{session_id}/review/changes")
async def changed(
    request: Request,
    session_id: UUID,
    shared: Shared,
    link: Desk,
    earlier: Annotated[Revision, Query(alias="from")],
    later: Annotated[Revision, Query(alias="to")],
) -> Response:
    async with shared.database.tenant(link.organization_id) as db:
        await sessions.get_visible(db, session_id, link)
        found = await reviews.changed_between(db, session_id, earlier, later)
    return page(request, "parts/changes.html", changes=found, sections=titles.SECTIONS)


@router.post("/sessions/{session_id}/review/save", dependencies=[Depends(same_origin)])
async def save(
    session_id: UUID, shared: Shared, link: Desk, now: Now, revision: RevisionIn
) -> dict[str, int]:
    made = await shared.documentation.revise(
        link,
        session_id,
        tuple(revision.statements),
        based_on=revision.based_on,
        reason=revision.reason,
        now=now,
    )
    return {"revision": made}


@router.post("/sessions/{session_id}/review/approve", dependencies=[Depends(same_origin)])
async def approve(
    session_id: UUID, shared: Shared, link: Desk, now: Now, approval: Approval
) -> dict[str, str]:
    """Answers where to go on."""
    async with shared.database.tenant(link.organization_id) as db:
        await sessions.get_visible(db, session_id, link)
        following = await reviews.next_after(db, session_id, whose(link))
    if approval.statements is None:
        await shared.documentation.approve(link, session_id, approval.based_on)
    else:
        await shared.documentation.approve_edited(
            link, session_id, tuple(approval.statements), based_on=approval.based_on, now=now
        )
    return {"next": f"/sessions/{following}/review" if following else "/review"}


@router.post("/sessions/{session_id}/review/request-changes", dependencies=[Depends(same_origin)])
async def request_changes(
    request: Request, session_id: UUID, shared: Shared, link: Desk, wanted: Annotated[ChangesWanted, Form()]
) -> Response:
    await shared.documentation.request_changes(link, session_id, wanted.revision, wanted.reason)
    return done(request, f"/sessions/{session_id}/review", "Changes requested.")
