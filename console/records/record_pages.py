"""List, page, form, retirement and return of every kind that has them."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.background import BackgroundTask
from starlette.datastructures import FormData
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from api.http.list_queries import list_query
from api.http.paging import next_cursor
from api.http.state import State
from console.frame import forms
from console.frame.forms import Form
from console.frame.history import history
from console.frame.lists import asked, listed
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import by_htmx, page, went
from console.frame.viewers import Desk, same_origin
from console.records import related
from console.records.kinds import KINDS, PEOPLE, Kind
from domain.errors import HomeroomError, InvalidInput, StaleVersion
from domain.people.access import Permission, Principal
from models.repositories import pages

router = APIRouter(include_in_schema=False, route_class=PageRoute)
OWN_SITE = Depends(same_origin)


def serve(kind: Kind) -> None:
    resource, one = kind.resource, f"{kind.base}/{{key}}"
    query = list_query(resource)
    read, write = permits(resource.read), permits(resource.write)

    @router.get(kind.base, dependencies=[read])
    async def list_all(request: Request, shared: Shared, who: Desk) -> Response:
        wanted = asked(request, query, sort=kind.heading).wanted()
        async with shared.database.tenant(who.organization_id) as db:
            rows, more = await pages.page(db, resource.table, wanted)
        found = listed(request, rows, wanted.sort, next_cursor(rows, more, wanted.sort))
        template = "parts/records.html" if by_htmx(request) else "records.html"
        return page(request, template, kind=kind, list=found, tabs=tabs(who, kind), sorts=resource.sorts)

    @router.get(f"{kind.base}/new", dependencies=[write])
    async def new(request: Request) -> Response:
        return _form_page(request, kind, _new_form(kind))

    @router.post(f"{kind.base}/new", dependencies=[OWN_SITE, write])
    async def make(request: Request, shared: Shared, who: Desk, now: Now) -> Response:
        posted = await forms.posted(request)
        form, key = forms.typed(_new_form(kind), posted), made_as(posted)
        try:
            made = resource.new.model_validate(forms.body(form))
            async with shared.database.tenant(who.organization_id) as db:
                row = await resource.create(db, who.organization_id, key, made, now)
                invitation = await shared.invitations.write(db, who, row, now)
        except (ValidationError, HomeroomError, IntegrityError) as error:
            return _form_page(request, kind, forms.refused(form, error), key=key)
        answer = went(request, f"{kind.base}/{key}", "made")
        if invitation:
            answer.background = BackgroundTask(shared.invitations.deliver, invitation)
        return answer

    @router.get(one, dependencies=[read])
    async def detail(request: Request, key: UUID, shared: Shared, who: Desk, now: Now) -> Response:
        return await record_page(request, shared, who, kind, key, now)

    @router.get(f"{one}/edit", dependencies=[write])
    async def edit(request: Request, key: UUID, shared: Shared, who: Desk) -> Response:
        async with shared.database.tenant(who.organization_id) as db:
            row = await resource.get(db, key)
            form = await _change_form(db, kind, row)
        return _form_page(request, kind, form, row)

    @router.post(f"{one}/edit", dependencies=[OWN_SITE, write])
    async def change(request: Request, key: UUID, shared: Shared, who: Desk, now: Now) -> Response:
        posted = await forms.posted(request)
        async with shared.database.tenant(who.organization_id) as db:
            row = await resource.get(db, key)
            present = await _change_form(db, kind, row)
        form = forms.typed(present, posted)
        try:
            wanted = resource.change.model_validate(forms.body(form))
            async with shared.database.tenant(who.organization_id) as db:
                await resource.update(db, key, wanted, version_of(posted), now)
        except StaleVersion as error:
            return _form_page(request, kind, forms.overtaken(form, present, error), row)
        except (ValidationError, HomeroomError, IntegrityError) as error:
            return _form_page(
                request, kind, forms.refused(form, error), row, version=forms.text(posted, "version")
            )
        return went(request, f"{kind.base}/{key}", "saved")

    @router.get(f"{one}/retire", dependencies=[write])
    async def ask(request: Request, key: UUID, shared: Shared, who: Desk) -> Response:
        async with shared.database.tenant(who.organization_id) as db:
            row = await resource.get(db, key)
        return page(
            request, "retire.html", kind=kind, row=row, name=getattr(row, kind.heading), path=kind.base
        )

    @router.post(f"{one}/retire", dependencies=[OWN_SITE, write])
    async def retire(request: Request, key: UUID, shared: Shared, who: Desk, now: Now) -> Response:
        async with shared.database.tenant(who.organization_id) as db:
            await resource.retire(db, key, None, now)
        return went(request, f"{kind.base}/{key}", "retired")

    @router.post(f"{one}/restore", dependencies=[OWN_SITE, write])
    async def restore(request: Request, key: UUID, shared: Shared, who: Desk, now: Now) -> Response:
        async with shared.database.tenant(who.organization_id) as db:
            await resource.restore(db, key, now)
        return went(request, f"{kind.base}/{key}", "restored")


async def record_page(
    request: Request,
    shared: State,
    who: Principal,
    kind: Kind,
    key: UUID,
    now: Any,
    status: int = 200,
    **more: Any,
) -> Response:
    """The page of one; `more` is what a form in it that was refused holds."""
    async with shared.database.tenant(who.organization_id) as db:
        row = await kind.resource.get(db, key)
        present = await _values(db, kind, row)
        shown = await related.of(db, who, kind.one, key, now)
        past = await history(db, who, key)
    facts = [
        (one.label, one.shown(present.get(one.name)), one.kind)
        for one in kind.fields
        if not one.new_only and one.name != kind.heading
    ]
    return page(
        request,
        "record.html",
        status,
        kind=kind,
        row=row,
        name=getattr(row, kind.heading),
        facts=facts,
        history=past,
        now=now,
        path=kind.base,
        tabs=tabs(who, kind),
        **{**shown, **more},
    )


def tabs(who: Principal, kind: Kind) -> list[tuple[str, str, None]]:
    if kind not in PEOPLE:
        return []
    return [(one.many, one.base, None) for one in PEOPLE if who.may(one.resource.read)]


def made_as(posted: FormData) -> UUID:
    """The id of what a form makes: sent twice it makes one thing. Raises InvalidInput."""
    try:
        return UUID(forms.text(posted, "key"))
    except ValueError as error:
        raise InvalidInput("the form is incomplete", next_step="Reload the page and try again.") from error


def version_of(posted: FormData) -> int:
    """Which version somebody changes. Raises InvalidInput."""
    text = forms.text(posted, "version")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidInput("the form is incomplete", next_step="Reload the page and try again.")
    return int(text)


def _new_form(kind: Kind) -> Form:
    usual = {
        name: one.get_default(call_default_factory=True)
        for name, one in kind.resource.new.model_fields.items()
        if not one.is_required()
    }
    return forms.blank(kind.fields, kind.resource.new, usual)


async def _change_form(db: AsyncSession, kind: Kind, row: Any) -> Form:
    fields = [one for one in kind.fields if not one.new_only]
    return forms.blank(fields, kind.resource.new, await _values(db, kind, row))


async def _values(db: AsyncSession, kind: Kind, row: Any) -> dict[str, Any]:
    """What a row holds and what belongs to it, by name."""
    related = await kind.resource.related(db, [row])
    return {**row.model_dump(), **related.get(row.id, {})}


def _form_page(
    request: Request, kind: Kind, form: Form, row: Any = None, *, key: UUID | None = None, version: str = ""
) -> Response:
    if row is None:
        hidden, action, back = {"key": str(key or uuid7())}, f"{kind.base}/new", kind.base
        title = f"Add a {kind.one}" if kind.one[0] not in "aeiou" else f"Add an {kind.one}"
        if kind.one == "member":
            title = "Add a staff member"
    else:
        hidden, title = {"version": version or str(row.version)}, f"Edit {getattr(row, kind.heading)}"
        action, back = f"{kind.base}/{row.id}/edit", f"{kind.base}/{row.id}"
    return page(
        request, "record_form.html", form.status, form=form, hidden=hidden, title=title, action=action, back=back,
        path=kind.base, save="Save" if row is not None else "Add",
    )  # fmt: skip


@router.get("/people", dependencies=[permits(Permission.PEOPLE_READ)])
async def people(request: Request) -> Response:
    return went(request, "/people/students")


for _kind in KINDS:
    serve(_kind)
