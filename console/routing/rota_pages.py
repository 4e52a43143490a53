"""The pages of on-call rotas: who is on duty, the turns ahead, standing in, and the rota itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from api.http.state import State
from console.frame import choices, forms, times
from console.frame.forms import Field
from console.frame.forms import Form as FormOf
from console.frame.history import author, history
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.settings_tabs import tabs
from console.frame.viewers import CurrentUser, same_origin
from console.records.record_pages import posted_key, posted_version
from domain.cases.routing import Weekday
from domain.errors import HomeroomError, InvalidInput, RepeatedTime, StaleVersion
from domain.people.access import Permission, Principal
from domain.scheduling.wall_time import wall_time_to_utc
from models.access import Member
from models.case_routing import Rota
from models.repositories import case_routing, members, names, pages
from services import form_keys, rotas
from services.inputs.routing import NewOverride, NewRota, RotaChange
from services.organizations import organization
from services.resources.catalogue import ROTAS

router = APIRouter(prefix="/settings/rotas", include_in_schema=False, route_class=PageRoute)
PATH = "/settings/rotas"
READ, WRITE = permits(Permission.ROUTING_READ), permits(Permission.ROUTING_WRITE)
# Everybody who reads a rota may stand in, as in the API.
OVERRIDE = [Depends(same_origin), READ]
_AHEAD = timedelta(weeks=8)
_MOST = 200  # rotas and members that a page offers
_DAYS = tuple((day.value, day.value.capitalize()) for day in Weekday)
_FIELDS = (
    Field("name", "Name", wrong="Enter a single line of text."),
    Field("hand_over_on", "Handed over on", "select", options=lambda: _DAYS),
    Field("hand_over_at", "At", "time"),
    Field("time_zone", "Time zone", "select", options=choices.zones),
    Field("starts_on", "First turn begins on", "date", wrong="Enter a date."),
)
_OVERRIDE_FIELDS = (
    Field("member_id", "Who stands in", "select", options=lambda: ()),
    Field("starts_at", "From", "datetime-local"),
    Field("ends_at", "Until", "datetime-local"),
)
_OFFSET = re.compile(r"-?[0-9]{1,5}")  # from UTC in seconds
_EXTRA_TURNS = 2  # empty ones that the form offers


@router.get("", dependencies=[READ])
async def list_all(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        rows = await case_routing.rotas(db)
        duties = await rotas.duties(db, rows, now, now + _AHEAD)
        retired, _ = await pages.page(db, Rota, pages.PageRequest("name", _MOST, retired=True))
    return page(
        request, "rotas.html", rows=rows, duties=duties, retired=retired, tabs=tabs(who),
        edits=who.may(Permission.ROUTING_WRITE), path=PATH,
    )  # fmt: skip


@router.get("/new", dependencies=[WRITE])
async def new(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        zone = (await organization(db)).time_zone
        today = now.astimezone(ZoneInfo(zone)).date()
        defaults = {"hand_over_on": "monday", "hand_over_at": "09:00", "time_zone": zone, "starts_on": today}
        return await _form_page(request, db, _rota_form(defaults), ())


@router.post("/new", dependencies=[Depends(same_origin), WRITE])
async def make(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    form = forms.with_input(_rota_form({}), posted)
    turns, key = forms.texts(posted, "members"), posted_key(posted)
    async with shared.database.tenant(who.organization_id) as db:
        if forms.text(posted, "do") == "add":
            return await _form_page(request, db, form, turns, key=key, more=True)
    try:
        wanted = NewRota.model_validate(forms.values(form) | {"members": turns})
        async with shared.database.tenant(who.organization_id) as db:
            rota_id = await form_keys.claim(db, who, key, "add rota", wanted, now)
            await ROTAS.create(db, who.organization_id, rota_id, wanted, now)
    except (ValidationError, HomeroomError) as error:
        async with shared.database.tenant(who.organization_id) as db:
            return await _form_page(request, db, forms.with_errors(form, error), turns, key=key)
    return go_to(request, f"{PATH}/{rota_id}", "made")


@router.get("/{rota_id}", dependencies=[READ])
async def show(request: Request, rota_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    return await _rota_page(request, shared, who, rota_id, now)


@router.get("/{rota_id}/edit", dependencies=[WRITE])
async def edit(request: Request, rota_id: UUID, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        row = await ROTAS.get(db, rota_id)
        return await _form_page(request, db, _change_form(row), row.members, row)


@router.post("/{rota_id}/edit", dependencies=[Depends(same_origin), WRITE])
async def change(request: Request, rota_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        row = await ROTAS.get(db, rota_id)
        current = _change_form(row)
        form, turns = forms.with_input(current, posted), forms.texts(posted, "members")
        if forms.text(posted, "do") == "add":
            return await _form_page(
                request, db, form, turns, row, version=forms.text(posted, "version"), more=True
            )
    try:
        wanted = RotaChange.model_validate(forms.values(form) | {"members": turns})
        async with shared.database.tenant(who.organization_id) as db:
            await ROTAS.update(db, rota_id, wanted, posted_version(posted), now)
    except StaleVersion as error:
        async with shared.database.tenant(who.organization_id) as db:
            conflict = forms.with_conflict(form, current, error)
            return await _form_page(request, db, conflict, turns, row)
    except (ValidationError, HomeroomError) as error:
        async with shared.database.tenant(who.organization_id) as db:
            return await _form_page(
                request, db, forms.with_errors(form, error), turns, row, version=forms.text(posted, "version")
            )
    return go_to(request, f"{PATH}/{rota_id}", "saved")


@router.post("/{rota_id}/retire", dependencies=[Depends(same_origin), WRITE])
async def retire(request: Request, rota_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await ROTAS.retire(db, rota_id, None, now)
    return go_to(request, f"{PATH}/{rota_id}", "retired")


@router.post("/{rota_id}/restore", dependencies=[Depends(same_origin), WRITE])
async def restore(request: Request, rota_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await ROTAS.restore(db, rota_id, now)
    return go_to(request, f"{PATH}/{rota_id}", "restored")


@router.post("/{rota_id}/overrides", dependencies=OVERRIDE)
async def stand_in(request: Request, rota_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Give somebody duty for a while; without a beginning, from now on."""
    posted = await forms.posted(request)
    form, key = forms.with_input(_override_form(), posted), posted_key(posted)
    async with shared.database.tenant(who.organization_id) as db:
        zone = ZoneInfo((await case_routing.rota(db, rota_id)).time_zone)
    span = _read_span(form, posted, zone)
    if span.errors:
        return await _rota_page(request, shared, who, rota_id, now, span.shown_in(form), span.sides)
    try:
        wanted = NewOverride.model_validate(
            {
                "member_id": form["member_id"].value,
                "starts_at": span.starts_at or now,
                "ends_at": span.ends_at,
            }
        )
        async with shared.database.tenant(who.organization_id) as db:
            typed = {**forms.values(form), **span.offsets}
            override_id = await form_keys.claim(db, who, key, f"override rota {rota_id}", typed, now)
            await rotas.add_override(db, who, rota_id, override_id, wanted, now)
    except (ValidationError, HomeroomError) as error:
        return await _rota_page(request, shared, who, rota_id, now, forms.with_errors(form, error))
    return go_to(request, f"{PATH}/{rota_id}", "overridden")


@router.post("/{rota_id}/overrides/{override_id}/remove", dependencies=OVERRIDE)
async def remove_override(
    request: Request, rota_id: UUID, override_id: UUID, shared: Shared, who: CurrentUser
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await case_routing.delete_override(db, rota_id, override_id)
    return go_to(request, f"{PATH}/{rota_id}", "removed")


@dataclass(frozen=True)
class _Span:
    """The moments of an override as they were typed; errors and sides of repeated times by field."""

    moments: Mapping[str, datetime]
    offsets: Mapping[str, str]
    errors: Mapping[str, str]
    sides: Mapping[str, Sequence[tuple[str, str]]]

    @property
    def starts_at(self) -> datetime | None:
        return self.moments.get("starts_at")

    @property
    def ends_at(self) -> datetime | None:
        return self.moments.get("ends_at")

    def shown_in(self, form: FormOf) -> FormOf:
        inputs = (replace(entry, error=self.errors.get(entry.name, "")) for entry in form.inputs)
        return replace(form, inputs=tuple(inputs))


def _read_span(form: FormOf, posted: FormData, zone: ZoneInfo) -> _Span:
    """The typed wall times in the rota's zone; a side of a repeated one is chosen in a field of its own."""
    moments: dict[str, datetime] = {}
    errors: dict[str, str] = {}
    sides: dict[str, Sequence[tuple[str, str]]] = {}
    offsets = {name: forms.text(posted, f"{name}_offset") for name in ("starts_at", "ends_at")}
    for name, offset in offsets.items():
        typed = form[name].value.strip()
        if not typed:
            continue
        try:
            wall = datetime.fromisoformat(typed).replace(tzinfo=None)
            chosen = times.from_utc(int(offset)) if _OFFSET.fullmatch(offset) else None
            moments[name] = wall_time_to_utc(wall, zone, offset=chosen)
        except RepeatedTime as error:
            errors[name] = f"{error.title}. {error.next_step}"
            sides[name] = times.sides_of(wall, zone)
        except InvalidInput as error:
            errors[name] = f"{error.detail[:1].upper()}{error.detail[1:]}."
        except (ValueError, OverflowError):  # also the first and the last year of the calendar
            errors[name] = "Enter a date and a time."
    if not form["ends_at"].value.strip():
        errors["ends_at"] = "Required."
    return _Span(moments, offsets, errors, sides)


def _override_form(values: Mapping[str, str] | None = None) -> FormOf:
    return forms.build(_OVERRIDE_FIELDS, NewOverride, values or {})


def _rota_form(values: Mapping[str, object]) -> FormOf:
    """All of it is required, also what the API has defaults for."""
    form = forms.build(_FIELDS, NewRota, values)
    return replace(form, inputs=tuple(replace(entry, required=True) for entry in form.inputs))


def _change_form(row: Rota) -> FormOf:
    return _rota_form(row.model_dump() | {"hand_over_on": row.hand_over_on.value})


async def _rota_page(
    request: Request,
    shared: State,
    who: Principal,
    rota_id: UUID,
    now: datetime,
    form: FormOf | None = None,
    sides: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> Response:
    """`form` is that of an override that was refused; `sides` are its choices between repeated times."""
    async with shared.database.tenant(who.organization_id) as db:
        row = await ROTAS.get(db, rota_id)
        duties = (await rotas.duties(db, [row], now, now + _AHEAD))[rota_id]
        overrides = await rotas.overrides(db, rota_id, now)
        people = {member.id: member.name for member in await members.active(db)}
        named = await names.of(db, Member, [*map(UUID, row.members), *(one.member_id for one in overrides)])
        makers = await names.of_actors(db, [one.created_by for one in overrides])
        past = await history(db, who, rota_id)
    next_change = next((duty.at for duty in duties[1:]), None)
    ends = times.input_value(next_change, row.time_zone) if next_change else ""
    return page(
        request, "rota.html", form.status if form else 200, row=row, duties=duties, overrides=overrides, now=now,
        people=[(str(key), name) for key, name in people.items()], named=named, history=past,
        turns=[named.get(UUID(key), "") for key in row.members], retired={k for k in named if k not in people},
        form=form, override=form or _override_form({"ends_at": ends}), sides=sides or {}, key=uuid7(), path=PATH,
        by={one.id: author(one.created_by, makers) for one in overrides}, edits=who.may(Permission.ROUTING_WRITE),
    )  # fmt: skip


async def _form_page(
    request: Request,
    db: AsyncSession,
    form: FormOf,
    turns: Sequence[str],
    row: Rota | None = None,
    *,
    key: UUID | None = None,
    version: str = "",
    more: bool = False,
) -> Response:
    """`turns` are the ids of the members in their order; `more` adds further places for them."""
    offered = [(str(member.id), member.name) for member in await members.active(db)]
    known = await names.of(db, Member, [UUID(one) for one in turns if _is_id(one)])
    offered += [
        (str(one), f"{name}, retired") for one, name in known.items() if str(one) not in dict(offered)
    ]
    places = [*turns, *[""] * (_EXTRA_TURNS + 2 * more)]
    return page(
        request, "rota_form.html", form.status, form=form, row=row, turns=places, people=offered,
        key=key or uuid7(), version=version or (row.version if row else ""), path=PATH,
    )  # fmt: skip


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
