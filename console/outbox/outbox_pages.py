"""The outbox: every message with its content and the state of its delivery."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import Field
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from api.http.list_queries import NoticesQuery
from api.http.paging import next_cursor
from api.http.security_headers import MAIL
from api.http.stream_access import browser_access
from api.live.streams import LiveStream
from console.frame.history import history
from console.frame.labels import notice_label
from console.frame.lists import SIZES, paged, read_query
from console.frame.permits import Permits, permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, by_htmx, done, page
from console.frame.subjects import recipient_links, subject_link
from console.frame.viewers import CurrentUser, same_origin
from domain.errors import NotAllowed
from domain.notices.kinds import KINDS, DeliveryState
from domain.people.access import Permission
from domain.subjects import Subject, SubjectKind
from models.repositories import names, notices, sessions
from services import form_keys
from services.inputs.fields import Email, Schema

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


class AgainForm(Schema):
    key: UUID = Field(default_factory=uuid7)  # a form that is sent twice sends one message
    address: Email | Literal[""] = ""


@router.get("")
async def list_all(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    wanted = read_query(request, NoticesQuery)
    async with shared.database.tenant(who.organization_id) as db:
        rows, more = await notices.page(db, wanted.wanted(), wanted.state)
        readers = await recipient_links(db, who, rows)
    list_page = paged(request, rows, wanted.sort, next_cursor(rows, more, wanted.sort))
    template = "parts/outbox.html" if by_htmx(request) else "outbox.html"
    return page(
        request, template, list=list_page, filters=_FILTERS, readers=readers, now=now, sizes=SIZES, path="/outbox"
    )  # fmt: skip


@router.get("/live")
async def live(request: Request, shared: Shared, who: CurrentUser) -> Response:
    access = browser_access(request, Permits(Permission.NOTICES_READ))
    return LiveStream(shared.feed.changes(who.organization_id, "notice.*"), HEADERS, access)


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
        who=who,
        notice=notice,
        row=notice,
        session=session,
        recipient=subject_link(who, to, by_subject.get(to, "")),
        about=subject_link(who, notice.about, by_subject.get(notice.about, "")),
        now=now,
        history=past,
        path="/outbox",
    )


@router.post("/{notice_id}/again", dependencies=[Depends(same_origin)])
async def send_again(
    request: Request,
    notice_id: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    form: Annotated[AgainForm, Form()],
) -> Response:
    needed = [Permission.SESSIONS_WRITE, *([Permission.PEOPLE_WRITE] if form.address else [])]
    if not all(who.may(permission) for permission in needed):
        raise NotAllowed
    async with shared.database.tenant(who.organization_id) as db:
        action, values = f"send again {notice_id}", {"address": form.address}
        again_id = await form_keys.claim(db, who, form.key, action, values, now)
    again = await shared.send_again.send(who, notice_id, again_id, form.address or None, now)
    return done(request, f"/outbox/{again.id}", f"Sent again to {again.address}.")


@router.get("/{notice_id}/mail")
async def mail(notice_id: UUID, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        notice = await notices.get(db, notice_id)
    return Response(notice.html, media_type="text/html", headers=MAIL)
