"""The queue of exceptions: taken, given to somebody, resolved with words, opened again."""

from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.dependencies import Now, Shared
from api.http.list_queries import CasesQuery
from api.http.paging import next_cursor
from api.http.state import State
from api.live.streams import LiveStream
from console.frame import forms
from console.frame.forms import Field, Form
from console.frame.history import author, history
from console.frame.lists import asked, listed
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, by_htmx, page, went
from console.frame.subjects import subject_link
from console.frame.viewers import Desk, same_origin
from domain.cases.kinds import ExceptionKind, Owner, Severity
from domain.people.access import Permission, Principal
from models.access import Member
from models.repositories import cases, names, pages
from services import cases as operations
from services.inputs.cases import Resolution

router = APIRouter(prefix="/exceptions", include_in_schema=False, route_class=PageRoute)
READ, WRITE = permits(Permission.EXCEPTIONS_READ), permits(Permission.EXCEPTIONS_WRITE)
OWN_SITE = Depends(same_origin)
_STAFF = 200
_RESOLUTION = (
    Field(
        "resolution",
        "What was done",
        "textarea",
        "Anyone who looks at this exception later will see it.",
        empty="",
    ),
)


@router.get("", dependencies=[READ])
async def queue(request: Request, shared: Shared, who: Desk, now: Now) -> Response:
    every = request.query_params.get("state") == "all"
    wanted = asked(request, CasesQuery, leave=("state",), state=None) if every else asked(request, CasesQuery)
    async with shared.database.tenant(who.organization_id) as db:
        rows, more = await cases.page(db, wanted.wanted(), overdue_at=now if wanted.overdue else None)
        known = await names.of_actors(db, {row.case.assignee for row in rows})
    found = listed(request, rows, wanted.sort, next_cursor([row.case for row in rows], more, wanted.sort))
    template = "parts/cases.html" if by_htmx(request) else "cases.html"
    return page(
        request,
        template,
        list=found,
        now=now,
        known=known,
        author=author,
        subject_link=partial(subject_link, who),
        filters=_filters(who),
        path="/exceptions",
    )


@router.get("/live", dependencies=[READ])
async def live(shared: Shared, who: Desk) -> Response:
    return LiveStream(shared.feed.changes(who.organization_id, "exception.*"), HEADERS)


@router.get("/{case_id}", dependencies=[READ])
async def show(request: Request, case_id: UUID, shared: Shared, who: Desk, now: Now) -> Response:
    return await _case_page(request, shared, who, case_id, now, forms.blank(_RESOLUTION, Resolution, {}))


@router.post("/{case_id}/assign", dependencies=[OWN_SITE, WRITE])
async def assign(request: Request, case_id: UUID, shared: Shared, who: Desk) -> Response:
    member = forms.text(await forms.posted(request), "member_id")
    async with shared.database.tenant(who.organization_id) as db:
        await operations.assign(db, who, case_id, UUID(member) if _is_id(member) else None)
    return went(request, f"/exceptions/{case_id}", "assigned")


@router.post("/{case_id}/resolve", dependencies=[OWN_SITE, WRITE])
async def resolve(request: Request, case_id: UUID, shared: Shared, who: Desk, now: Now) -> Response:
    form = forms.typed(forms.blank(_RESOLUTION, Resolution, {}), await forms.posted(request))
    try:
        how = Resolution.model_validate(forms.body(form))
    except ValidationError as error:
        return await _case_page(request, shared, who, case_id, now, forms.refused(form, error), 422)
    async with shared.database.tenant(who.organization_id) as db:
        await operations.resolve(db, who, case_id, how.resolution, now)
    return went(request, f"/exceptions/{case_id}", "resolved")


@router.post("/{case_id}/reopen", dependencies=[OWN_SITE, WRITE])
async def reopen(request: Request, case_id: UUID, shared: Shared, who: Desk) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await operations.reopen(db, case_id)
    return went(request, f"/exceptions/{case_id}", "reopened")


async def _case_page(
    request: Request, shared: State, who: Principal, case_id: UUID, now: Any, form: Form, status: int = 200
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        queued = await cases.get(db, case_id)
        past = await history(db, who, case_id)
        known = await names.of_actors(db, [queued.case.assignee, queued.case.resolved_by])
        detail = await _detail(db, queued.case.detail)
        staff = await _staff(db) if who.may(Permission.MEMBERS_READ) else []
    return page(
        request,
        "case.html",
        status,
        queued=queued,
        row=queued.case,
        about=subject_link(who, queued.case.about, queued.title),
        detail=detail,
        staff=staff,
        form=form,
        assignee=author(queued.case.assignee, known),
        resolved_by=author(queued.case.resolved_by, known),
        history=past,
        now=now,
        path="/exceptions",
    )


async def _staff(db: AsyncSession) -> list[tuple[str, str]]:
    rows, _ = await pages.page(db, Member, pages.Asked("name", _STAFF))
    return [("", "Me"), *((str(row.id), row.name) for row in rows)]


async def _detail(db: AsyncSession, detail: dict[str, Any]) -> list[tuple[str, str]]:
    """What the case is about, with names in place of ids."""
    things = [
        (name.removesuffix("_id"), str(value)) for name, value in detail.items() if name.endswith("_id")
    ]
    known = await names.of_things(db, things)
    return [
        (name.removesuffix("_id").replace("_", " "), known.get(str(value), str(value)))
        for name, value in detail.items()
        if value not in (None, "")
    ]


def _filters(who: Principal) -> list[tuple[str, str, list[tuple[str, str]]]]:
    return [
        ("state", "State", [("", "Open"), ("resolved", "Resolved"), ("all", "All")]),
        ("kind", "Kind", [("", "All kinds"), *((k.value, _words(k.value)) for k in ExceptionKind)]),
        ("severity", "Severity", [("", "All"), *((s.value, _words(s.value)) for s in reversed(Severity))]),
        ("owner", "Owner", [("", "All"), *((o.value, _words(o.value)) for o in Owner)]),
        ("assignee", "Assigned to", [("", "Anyone"), (who.actor, "Me")]),
        ("overdue", "Due", [("", "Any time"), ("true", "Overdue")]),
    ]


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
