"""The review pages: the queue of drafts that wait for a decision, and one draft beside its transcript."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from pydantic import Field

from api.http.dependencies import Now, Shared
from console.frame import labels
from console.frame.permits import own_instructor_id, permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import by_htmx, done, page
from console.frame.texts import gettext, page_language
from console.frame.viewers import CurrentUser, same_origin
from console.review.review_view import review_view, visible_draft, waits
from domain.people.access import Permission
from domain.record.audience import StatementAudience
from domain.record.audience_rule import OutsideAudience
from domain.record.doubtful_numbers import DoubtfulNumber
from models.repositories import people, sessions
from services import reviews
from services.inputs.documentation import ChangesWanted, Revision, RevisionIn, StatementIn
from services.inputs.fields import Schema

router = APIRouter(
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.DOCUMENTATION_REVIEW)],
)
PAGE_SIZE = 50


@dataclass(frozen=True)
class Preview:
    audiences: list[StatementAudience | None]  # one per statement
    warnings: list[OutsideAudience]
    doubtful: list[DoubtfulNumber]


class Edited(Schema):
    statements: list[StatementIn] = Field(max_length=200)


class Approval(Schema):
    based_on: Revision
    statements: list[StatementIn] | None = Field(
        None, max_length=200, description="None: approve the draft unedited."
    )


@router.get("/review")
async def queue(
    request: Request,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    after: UUID | None = None,
    instructor_id: Annotated[UUID | None, Query()] = None,
) -> Response:
    instructor_id = own_instructor_id(who) or instructor_id
    async with shared.database.tenant(who.organization_id) as db:
        waiting = await reviews.queue(db, after=after, instructor_id=instructor_id, limit=PAGE_SIZE)
        chosen = await people.instructors_by_id(db, [instructor_id] if instructor_id else [])
    names = {key: f"{one.name} (0)" for key, one in chosen.items()}
    names |= {one.instructor_id: f"{one.name} ({one.drafts})" for one in waiting.by_instructor}
    choices = [("", gettext("All instructors")), *((str(key), name) for key, name in names.items())]
    if own_instructor_id(who):
        choices = []
    template = "parts/review_queue.html" if by_htmx(request) else "review_queue.html"
    return page(request, template, queue=waiting, instructors=choices, instructor_id=instructor_id, now=now)


@router.get("/sessions/{session_id}/review")
async def review(request: Request, session_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        view = await review_view(db, who, session_id, own_instructor_id(who), now)
    return page(
        request,
        "review.html",
        path="/review",
        view=view,
        now=now,
        sections=labels.section_titles(),
        outcomes=labels.outcome_titles(),
    )


@router.get("/sessions/{session_id}/review/state")
async def state(session_id: UUID, shared: Shared, who: CurrentUser) -> dict[str, Any]:
    """The current revision, with which an open page compares its own."""
    async with shared.database.tenant(who.organization_id) as db:
        session, documentation = await visible_draft(db, who, session_id)
    return {"revision": documentation.revision, "waits": waits(session, documentation)}


@router.get("/sessions/{session_id}/review/changes")
async def changed(
    request: Request,
    session_id: UUID,
    shared: Shared,
    who: CurrentUser,
    earlier: Annotated[Revision, Query(alias="from")],
    later: Annotated[Revision, Query(alias="to")],
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await sessions.get_visible(db, session_id, who)
        changes = await reviews.changed_between(db, session_id, earlier, later, page_language())
    return page(request, "parts/changes.html", changes=changes, sections=labels.section_titles())


@router.post("/sessions/{session_id}/review/save", dependencies=[Depends(same_origin)])
async def save(
    session_id: UUID, shared: Shared, who: CurrentUser, now: Now, revision: RevisionIn
) -> dict[str, int]:
    saved = await shared.documentation.revise(
        who,
        session_id,
        tuple(revision.statements),
        based_on=revision.based_on,
        reason=revision.reason,
        now=now,
    )
    return {"revision": saved.revision}


@router.post("/sessions/{session_id}/review/preview", dependencies=[Depends(same_origin)])
async def preview(session_id: UUID, shared: Shared, who: CurrentUser, edited: Edited) -> Preview:
    """The audiences that saving these statements would give them, the students whom they wrongly tell of, and the
    numbers to check."""
    saved = await shared.documentation.preview(who, session_id, tuple(edited.statements))
    audiences = [statement.audience for statement in saved.statements]
    return Preview(audiences, saved.warnings, saved.doubtful)


@router.post("/sessions/{session_id}/review/approve", dependencies=[Depends(same_origin)])
async def approve(
    session_id: UUID, shared: Shared, who: CurrentUser, now: Now, approval: Approval
) -> dict[str, str]:
    """Approves the draft; the response names the page to go to next."""
    async with shared.database.tenant(who.organization_id) as db:
        await sessions.get_visible(db, session_id, who)
        following = await reviews.next_after(db, session_id, own_instructor_id(who))
    if approval.statements is None:
        await shared.documentation.approve(who, session_id, approval.based_on)
    else:
        await shared.documentation.approve_edited(
            who, session_id, tuple(approval.statements), based_on=approval.based_on, now=now
        )
    return {"next": f"/sessions/{following}/review" if following else "/review"}


@router.post("/sessions/{session_id}/review/request-changes", dependencies=[Depends(same_origin)])
async def request_changes(
    request: Request,
    session_id: UUID,
    shared: Shared,
    who: CurrentUser,
    wanted: Annotated[ChangesWanted, Form()],
) -> Response:
    await shared.documentation.request_changes(who, session_id, wanted.revision, wanted.reason)
    return done(request, f"/sessions/{session_id}/review", gettext("Changes requested."))
