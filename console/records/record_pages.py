"""Routes of every kind of record: list, detail, create, edit, retire and restore."""

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
from console.frame.lists import paged, read_query
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import by_htmx, go_to, page
from console.frame.viewers import CurrentUser, same_origin
from console.records import related
from console.records.kinds import KINDS, PEOPLE, RecordKind
from domain.errors import FormReused, HomeroomError, InvalidInput, StaleVersion
from domain.people.access import Permission, Principal
from models.repositories import pages
from services import form_keys
from services.organizations import organization

router = APIRouter(include_in_schema=False, route_class=PageRoute)
SAME_ORIGIN = Depends(same_origin)
# Where a form that was opened from another page leads back to, by the `after` in its URL.
AFTER = {"today": "/today"}


def add_routes(kind: RecordKind) -> None:
    """Adds the routes of a kind to the router."""
    resource, detail_path = kind.resource, f"{kind.base}/{{key}}"
    query = list_query(resource)
    read, write = permits(resource.read), permits(resource.write)

    @router.get(kind.base, dependencies=[read])
    async def list_all(request: Request, shared: Shared, who: CurrentUser) -> Response:
        wanted = read_query(request, query, sort=kind.name_column).wanted()
        async with shared.database.tenant(who.organization_id) as db:
            rows, more = await pages.page(db, resource.table, wanted)
        list_page = paged(request, rows, wanted.sort, next_cursor(rows, more, wanted.sort))
        template = "parts/records.html" if by_htmx(request) else "records.html"
        return page(request, template, kind=kind, list=list_page, tabs=tabs(who, kind), sorts=resource.sorts)

    @router.get(f"{kind.base}/new", dependencies=[write])
    async def new(request: Request, shared: Shared, who: CurrentUser, after: str = "") -> Response:
        return _form_page(request, kind, await _new_form(shared, who, kind), after=after)

    @router.post(f"{kind.base}/new", dependencies=[SAME_ORIGIN, write])
    async def make(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
        posted = await forms.posted(request)
        form, key = forms.with_input(await _new_form(shared, who, kind), posted), posted_key(posted)
        try:
            new_record = resource.new.model_validate(forms.values(form))
            async with shared.database.tenant(who.organization_id) as db:
                own_id = await form_keys.claim(db, who, key, f"add {kind.noun}", new_record, now)
                row = await resource.create(db, who.organization_id, own_id, new_record, now)
                invitation = await shared.invitations.write(db, who, row, now)
        except (ValidationError, HomeroomError, IntegrityError) as error:
            key_of_next = None if isinstance(error, FormReused) else key
            after = forms.text(posted, "after")
            return _form_page(request, kind, forms.with_errors(form, error), key=key_of_next, after=after)
        location = path_after(forms.text(posted, "after")) or f"{kind.base}/{own_id}"
        response = go_to(request, location, "made")
        if invitation:
            response.background = BackgroundTask(shared.invitations.deliver, invitation)
        return response

    @router.get(detail_path, dependencies=[read])
    async def detail(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
        return await record_page(request, shared, who, kind, key, now)

    @router.get(f"{detail_path}/edit", dependencies=[write])
    async def edit(request: Request, key: UUID, shared: Shared, who: CurrentUser) -> Response:
        async with shared.database.tenant(who.organization_id) as db:
            row = await resource.get(db, key)
            form = await _change_form(db, kind, row)
        return _form_page(request, kind, form, row)

    @router.post(f"{detail_path}/edit", dependencies=[SAME_ORIGIN, write])
    async def change(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
        posted = await forms.posted(request)
        async with shared.database.tenant(who.organization_id) as db:
            row = await resource.get(db, key)
            current = await _change_form(db, kind, row)
        form = forms.with_input(current, posted)
        try:
            wanted = resource.change.model_validate(forms.values(form))
            async with shared.database.tenant(who.organization_id) as db:
                await resource.update(db, key, wanted, posted_version(posted), now)
        except StaleVersion as error:
            return _form_page(request, kind, forms.with_conflict(form, current, error), row)
        except (ValidationError, HomeroomError, IntegrityError) as error:
            return _form_page(
                request, kind, forms.with_errors(form, error), row, version=forms.text(posted, "version")
            )
        return go_to(request, f"{kind.base}/{key}", "saved")

    @router.get(f"{detail_path}/retire", dependencies=[write])
    async def confirm_retirement(request: Request, key: UUID, shared: Shared, who: CurrentUser) -> Response:
        async with shared.database.tenant(who.organization_id) as db:
            row = await resource.get(db, key)
        return page(
            request, "retire.html", kind=kind, row=row, name=getattr(row, kind.name_column), path=kind.base
        )

    @router.post(f"{detail_path}/retire", dependencies=[SAME_ORIGIN, write])
    async def retire(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
        async with shared.database.tenant(who.organization_id) as db:
            await resource.retire(db, key, None, now)
        return go_to(request, f"{kind.base}/{key}", "retired")

    @router.post(f"{detail_path}/restore", dependencies=[SAME_ORIGIN, write])
    async def restore(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
        async with shared.database.tenant(who.organization_id) as db:
            await resource.restore(db, key, now)
        return go_to(request, f"{kind.base}/{key}", "restored")


async def record_page(
    request: Request,
    shared: State,
    who: Principal,
    kind: RecordKind,
    key: UUID,
    now: Any,
    status: int = 200,
    **more: Any,
) -> Response:
    """The page of one record; `more` are forms on it that were refused, with their errors."""
    async with shared.database.tenant(who.organization_id) as db:
        row = await kind.resource.get(db, key)
        values = await _values(db, kind, row)
        shown = await related.related_to(db, who, kind.noun, key, now)
        past = await history(db, who, key)
    facts = [
        (field.label, field.shown(values.get(field.name)), field.kind)
        for field in kind.fields
        if not field.new_only and field.name != kind.name_column
    ]
    return page(
        request,
        "record.html",
        status,
        kind=kind,
        row=row,
        name=getattr(row, kind.name_column),
        facts=facts,
        history=past,
        now=now,
        path=kind.base,
        tabs=tabs(who, kind),
        **{**shown, **more},
    )


def tabs(who: Principal, kind: RecordKind) -> list[tuple[str, str, None]]:
    if kind not in PEOPLE:
        return []
    return [(tab.plural, tab.base, None) for tab in PEOPLE if who.may(tab.resource.read)]


def posted_key(posted: FormData) -> UUID:
    """The key of a form that creates something, for `form_keys.claim`. Raises InvalidInput."""
    try:
        return UUID(forms.text(posted, "key"))
    except ValueError as error:
        raise InvalidInput("the form is incomplete", next_step="Reload the page and try again.") from error


def path_after(after: str) -> str | None:
    """The page that a form leads back to; None: to what it has made."""
    return AFTER.get(after)


def posted_version(posted: FormData) -> int:
    """The version that the form was opened with. Raises InvalidInput."""
    text = forms.text(posted, "version")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidInput("the form is incomplete", next_step="Reload the page and try again.")
    return int(text)


async def _new_form(shared: State, who: Principal, kind: RecordKind) -> Form:
    """Filled with defaults; time zone and language are the organization's."""
    defaults = {
        name: field.get_default(call_default_factory=True)
        for name, field in kind.resource.new.model_fields.items()
        if not field.is_required()
    }
    async with shared.database.tenant(who.organization_id) as db:
        own = await organization(db)
    of_organization = {"time_zone": own.time_zone, "language": own.language}
    return forms.build(kind.fields, kind.resource.new, defaults | of_organization)


async def _change_form(db: AsyncSession, kind: RecordKind, row: Any) -> Form:
    fields = [field for field in kind.fields if not field.new_only]
    return forms.build(fields, kind.resource.new, await _values(db, kind, row))


async def _values(db: AsyncSession, kind: RecordKind, row: Any) -> dict[str, Any]:
    """The values of a row and of the rows related to it, by field name."""
    related = await kind.resource.related(db, [row])
    return {**row.model_dump(), **related.get(row.id, {})}


def _form_page(
    request: Request,
    kind: RecordKind,
    form: Form,
    row: Any = None,
    *,
    key: UUID | None = None,
    version: str = "",
    after: str = "",
) -> Response:
    if row is None:
        hidden, action, back = (
            {"key": str(key or uuid7())},
            f"{kind.base}/new",
            path_after(after) or kind.base,
        )
        hidden |= {"after": after} if after in AFTER else {}
        title = f"Add a {kind.noun}" if kind.noun[0] not in "aeiou" else f"Add an {kind.noun}"
        if kind.noun == "member":
            title = "Add a staff member"
    else:
        hidden, title = {"version": version or str(row.version)}, f"Edit {getattr(row, kind.name_column)}"
        action, back = f"{kind.base}/{row.id}/edit", f"{kind.base}/{row.id}"
    return page(
        request, "record_form.html", form.status, form=form, hidden=hidden, title=title, action=action, back=back,
        path=kind.base, save="Save" if row is not None else "Add",
    )  # fmt: skip


@router.get("/people", dependencies=[permits(Permission.PEOPLE_READ)])
async def people(request: Request) -> Response:
    return go_to(request, "/people/students")


for _kind in KINDS:
    add_routes(_kind)
