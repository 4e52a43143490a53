"""Pages that create, rotate and revoke API keys. A secret is shown once, in the response that creates it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from api.http.list_queries import KeysQuery
from api.http.paging import next_cursor
from console.frame import forms
from console.frame.forms import Field, Form
from console.frame.history import author, history
from console.frame.lists import paged, read_query
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import by_htmx, go_to, page
from console.frame.settings_tabs import tabs
from console.frame.viewers import CurrentUser, same_origin
from console.records.record_pages import posted_key
from domain.errors import HomeroomError, InvalidInput
from domain.people.access import KEY_ROLES, Permission, permissions_of
from models.organization import ApiKey
from models.repositories import names, pages
from services import api_keys, form_keys
from services.inputs.api_keys import NewKey, Rotation

router = APIRouter(
    prefix="/settings/keys",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.KEYS_MANAGE)],
)
SAME_ORIGIN = Depends(same_origin)
_ROLES = (
    ("integrator", "Integrator: for other systems"),
    ("ops", "Ops: runs daily classes"),
    ("admin", "Admin: full access, including rules and keys"),
)
_LIFETIMES = (("", "Never"), ("30", "30 days"), ("90", "90 days"), ("365", "A year"))
_NEW = (
    Field("name", "Name", hint="What the key is for, such as billing.", wrong="Enter a single line of text."),
    Field("role", "Role", "select", options=lambda: _ROLES),
    Field("lasts", "Expires", "select", options=lambda: _LIFETIMES),
)
OVERLAPS = (("24", "24 hours"), ("1", "1 hour"), ("168", "7 days"), ("720", "30 days"), ("0", "Right away"))


@router.get("")
async def list_keys(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    wanted = read_query(request, KeysQuery)
    async with shared.database.tenant(who.organization_id) as db:
        rows, more = await pages.page(db, ApiKey, wanted.wanted())
    list_page = paged(request, rows, wanted.sort, next_cursor(rows, more, wanted.sort))
    template = "parts/keys.html" if by_htmx(request) else "keys.html"
    return page(
        request, template, list=list_page, now=now, tabs=tabs(who), state_of=state_of, path="/settings/keys"
    )


@router.get("/new")
async def new(request: Request) -> Response:
    form = forms.build(_NEW, NewKey, {"role": "integrator", "lasts": "90"})
    return _form_page(request, form, set())


@router.post("/new", dependencies=[SAME_ORIGIN])
async def make(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    form, scopes = forms.with_input(forms.build(_NEW, NewKey, {}), posted), forms.texts(posted, "scopes")
    key, values = posted_key(posted), {**forms.values(form), "scopes": scopes}
    typed = dict(values)
    lasts = values.pop("lasts")
    try:
        expires_at = now + timedelta(days=int(lasts)) if lasts in dict(_LIFETIMES) and lasts else None
        wanted = NewKey.model_validate({**values, "expires_at": expires_at})
        async with shared.database.tenant(who.organization_id) as db:
            key_id = await form_keys.claim(db, who, key, "make API key", typed, now)
            if await db.get(ApiKey, key_id):
                return go_to(request, f"/settings/keys/{key_id}", "known")
            made = await api_keys.make(db, who, wanted, key_id, now)
    except (ValidationError, HomeroomError) as error:
        return _form_page(request, forms.with_errors(form, error), set(scopes))
    return page(request, "key_made.html", key=made.row, secret=made.api_key, path="/settings/keys")


@router.get("/{key_id}")
async def show(request: Request, key_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        row = await api_keys.get(db, key_id)
        past = await history(db, who, key_id)
        made_by = author(row.created_by, await names.of_actors(db, [row.created_by]))
    return page(
        request, "key.html", row=row, state=state_of(row, now), made_by=made_by, history=past,
        overlaps=OVERLAPS, new_id=uuid7(), path="/settings/keys",
    )  # fmt: skip


@router.post("/{key_id}/rotate", dependencies=[SAME_ORIGIN])
async def rotate(request: Request, key_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    hours = forms.text(posted, "overlap")
    if hours not in dict(OVERLAPS):
        raise InvalidInput("this overlap isn't offered", next_step="Choose one from the list.")
    rotation = Rotation(overlap=timedelta(hours=int(hours)))
    async with shared.database.tenant(who.organization_id) as db:
        action = f"rotate API key {key_id}"
        new_id = await form_keys.claim(db, who, posted_key(posted), action, rotation, now)
        if await db.get(ApiKey, new_id):
            return go_to(request, f"/settings/keys/{new_id}", "known")
        made = await api_keys.rotate(db, who, key_id, rotation.overlap, new_id, now)
        old = await api_keys.get(db, key_id)
    return page(request, "key_made.html", key=made.row, secret=made.api_key, old=old, path="/settings/keys")


@router.post("/{key_id}/revoke", dependencies=[SAME_ORIGIN])
async def revoke(request: Request, key_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await api_keys.revoke(db, who, key_id, now)
    return go_to(request, f"/settings/keys/{key_id}", "revoked")


def state_of(row: ApiKey, now: Any) -> str:
    """active, expired or revoked."""
    if row.revoked_at:
        return "revoked"
    return "expired" if row.expires_at and row.expires_at <= now else "active"


def _form_page(request: Request, form: Form, scopes: set[str]) -> Response:
    all_scopes = sorted({permission for role in KEY_ROLES for permission in permissions_of(role)})
    return page(
        request, "key_form.html", form.status, form=form, scopes=scopes, all_scopes=all_scopes, key=uuid7(),
        path="/settings/keys",
    )  # fmt: skip
