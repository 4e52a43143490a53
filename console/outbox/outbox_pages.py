"""The outbox: every message with its content and the state of its delivery."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from api.http.list_queries import NoticesQuery
from api.http.paging import next_cursor
from api.http.security_headers import MAIL
from api.live.streams import LiveStream
from console.frame.history import history
from console.frame.labels import notice_label
from console.frame.lists import paged, read_query
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, by_htmx, page
from console.frame.subjects import subject_link
from console.frame.viewers import CurrentUser
from domain.notices.kinds import KINDS, DeliveryState
from domain.people.access import Permission
from domain.subjects import Subject, SubjectKind
from models.repositories import names, notices, sessions

router = APIRouter(
    prefix="/outbox",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.NOTICES_READ)],
)
_FILTERS = (
    ("state", "State", [("", "All"), *((state.value, state.value.capitalize()) for state in DeliveryState)]),
    (
        "kind",
        "Kind",
        [("", "All kinds"), *((kind.value, notice_label(kind)) for kind in KINDS)],
    ),
)


@router.get("")
async def list_all(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    wanted = read_query(request, NoticesQuery)
    async with shared.database.tenant(who.organization_id) as db:
        rows, more = await notices.page(db, wanted.wanted(), wanted.state)
    list_page = paged(request, rows, wanted.sort, next_cursor(rows, more, wanted.sort))
    template = "parts/outbox.html" if by_htmx(request) else "outbox.html"
    return page(request, template, list=list_page, filters=_FILTERS, now=now, path="/outbox")


@router.get("/live")
async def live(shared: Shared, who: CurrentUser) -> Response:
    return LiveStream(shared.feed.changes(who.organization_id, "notice.*"), HEADERS)


@router.get("/{notice_id}")
async def show(request: Request, notice_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        notice = await notices.get(db, notice_id)
        session = await sessions.get_session(db, notice.session_id) if notice.session_id else None
        to = Subject(SubjectKind(notice.recipient_kind), notice.recipient_id)
        by_subject = await names.of_subjects(db, {notice.about, to})
        past = await history(db, who, notice_id)
    return page(
        request,
        "notice.html",
        notice=notice,
        row=notice,
        session=session,
        recipient=subject_link(who, to, by_subject.get(to, "")),
        about=subject_link(who, notice.about, by_subject.get(notice.about, "")),
        now=now,
        history=past,
        path="/outbox",
    )


@router.get("/{notice_id}/mail")
async def mail(notice_id: UUID, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        notice = await notices.get(db, notice_id)
    return Response(notice.html, media_type="text/html", headers=MAIL)
