"""The exception queue: list cases, assign them, resolve them with a note, and reopen them."""

from collections.abc import Mapping
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
from api.http.stream_access import browser_access
from api.live.streams import LiveStream
from console.frame import forms
from console.frame.case_people import people_in_cases
from console.frame.forms import Field, Form
from console.frame.history import author, history
from console.frame.labels import case_label, code_label, moment_label, occasion_label, step_label
from console.frame.lists import paged, read_query
from console.frame.permits import Permits, permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, by_htmx, go_to, page
from console.frame.subjects import subject_link
from console.frame.viewers import CurrentUser, same_origin
from domain.cases.kinds import ExceptionKind, Owner, Severity
from domain.cases.states import CaseState
from domain.people.access import Permission, Principal
from models.access import Member
from models.repositories import cases, names, pages
from services import cases as operations
from services.inputs.cases import Resolution

router = APIRouter(prefix="/exceptions", include_in_schema=False, route_class=PageRoute)
READ, WRITE = permits(Permission.EXCEPTIONS_READ), permits(Permission.EXCEPTIONS_WRITE)
SAME_ORIGIN = Depends(same_origin)
_MAX_STAFF = 200
_RESOLUTION = (
    Field(
        "resolution",
        "What was done",
        "textarea",
        "Shown to anyone who opens this exception later.",
        empty="",
    ),
)


@router.get("", dependencies=[READ])
async def queue(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    every = request.query_params.get("state") == "all"
    wanted = (
        read_query(request, CasesQuery, ignore=("state",), state=None)
        if every
        else read_query(request, CasesQuery)
    )
    async with shared.database.tenant(who.organization_id) as db:
        rows, more = await cases.page(
            db, wanted.wanted(), unresolved=wanted.unresolved, overdue_at=now if wanted.overdue else None
        )
        assignees = await names.of_actors(db, {row.case.assignee for row in rows})
        people = await people_in_cases(db, [row.case for row in rows])
    list_page = paged(request, rows, wanted.sort, next_cursor([row.case for row in rows], more, wanted.sort))
    template = "parts/cases.html" if by_htmx(request) else "cases.html"
    return page(
        request,
        template,
        list=list_page,
        now=now,
        assignees=assignees,
        author=author,
        occasion_label=partial(occasion_label, people=people),
        subject_link=partial(subject_link, who),
        filters=_filters(who),
        path="/exceptions",
    )


@router.get("/live", dependencies=[READ])
async def live(request: Request, shared: Shared, who: CurrentUser) -> Response:
    access = browser_access(request, Permits(Permission.EXCEPTIONS_READ))
    return LiveStream(shared.feed.changes(who.organization_id, "exception.*"), HEADERS, access)


@router.get("/{case_id}", dependencies=[READ])
async def show(request: Request, case_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    return await _case_page(request, shared, who, case_id, now, forms.build(_RESOLUTION, Resolution, {}))


@router.post("/{case_id}/assign", dependencies=[SAME_ORIGIN, WRITE])
async def assign(request: Request, case_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    member = forms.text(await forms.posted(request), "member_id")
    async with shared.database.tenant(who.organization_id) as db:
        await operations.assign(db, who, case_id, UUID(member) if _is_id(member) else None, now)
    return go_to(request, f"/exceptions/{case_id}", "assigned")


@router.post("/{case_id}/resolve", dependencies=[SAME_ORIGIN, WRITE])
async def resolve(request: Request, case_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    form = forms.with_input(forms.build(_RESOLUTION, Resolution, {}), await forms.posted(request))
    try:
        resolution = Resolution.model_validate(forms.values(form))
    except ValidationError as error:
        return await _case_page(request, shared, who, case_id, now, forms.with_errors(form, error), 422)
    async with shared.database.tenant(who.organization_id) as db:
        await operations.resolve(db, who, case_id, resolution.resolution, now)
    return go_to(request, f"/exceptions/{case_id}", "resolved")


@router.post("/{case_id}/reopen", dependencies=[SAME_ORIGIN, WRITE])
async def reopen(request: Request, case_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await operations.reopen(db, who, case_id, now)
    return go_to(request, f"/exceptions/{case_id}", "reopened")


async def _case_page(
    request: Request, shared: State, who: Principal, case_id: UUID, now: Any, form: Form, status: int = 200
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        queued = await cases.get(db, case_id)
        past = await history(db, who, case_id)
        actors = await names.of_actors(db, [queued.case.assignee, queued.case.resolved_by])
        people = await people_in_cases(db, [queued.case])
        detail = await _detail(db, queued.case.detail)
        staff = await _staff(db) if who.may(Permission.MEMBERS_READ) else []
    return page(
        request,
        "case.html",
        status,
        queued=queued,
        row=queued.case,
        about=subject_link(who, queued.case.about, queued.title),
        occasion=occasion_label(queued.case.kind, queued.case.occasion, people),
        detail=detail,
        staff=staff,
        form=form,
        assignee=author(queued.case.assignee, actors),
        resolved_by=author(queued.case.resolved_by, actors),
        history=past,
        now=now,
        path="/exceptions",
    )


async def _staff(db: AsyncSession) -> list[tuple[str, str]]:
    rows, _ = await pages.page(db, Member, pages.PageRequest("name", _MAX_STAFF))
    return [("", "Me"), *((str(row.id), row.name) for row in rows)]


async def _detail(db: AsyncSession, detail: dict[str, Any]) -> list[tuple[str, str]]:
    """The facts of a case as (label, text), with names in place of ids and labels in place of codes."""
    records = [
        (name.removesuffix("_id"), str(value)) for name, value in detail.items() if name.endswith("_id")
    ]
    by_id = await names.of_things(db, records)
    actors = await names.of_actors(db, [str(detail.get("by", ""))])
    return [
        (name.removesuffix("_id").replace("_", " "), by_id.get(str(value)) or _text(name, str(value), actors))
        for name, value in detail.items()
        if value not in (None, "")
    ]


def _text(name: str, value: str, actors: Mapping[str, str]) -> str:
    match name:
        case "by":
            return author(value, actors)
        case "step":
            return step_label(value)
        case "code" | "reason":
            return code_label(value)
    return moment_label(value) or value


def _filters(who: Principal) -> list[tuple[str, str, list[tuple[str, str]]]]:
    return [
        (
            "state",
            "State",
            [
                ("", "Unresolved"),
                *((state.value, state.value.replace("_", " ").capitalize()) for state in CaseState),
                ("all", "All"),
            ],
        ),
        ("kind", "Kind", [("", "All kinds"), *((kind.value, case_label(kind)) for kind in ExceptionKind)]),
        (
            "severity",
            "Severity",
            [("", "All"), *((level.value, level.capitalize()) for level in reversed(Severity))],
        ),
        ("owner", "Owner", [("", "All"), *((owner.value, owner.capitalize()) for owner in Owner)]),
        ("assignee", "Assigned to", [("", "Anyone"), (who.actor, "Me")]),
        ("overdue", "Due", [("", "Any time"), ("true", "Overdue")]),
    ]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
