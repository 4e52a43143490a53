"""The settings page of closed days: add one or a calendar of them, change and remove them, each after a preview."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import Response
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from api.http.authentication import Needs
from api.http.dependencies import Now, Shared
from api.http.problems import status_of
from api.http.state import State
from console.frame import forms
from console.frame.forms import Field
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.settings_tabs import tabs
from console.frame.viewers import CurrentUser, same_origin
from domain.errors import HomeroomError, InvalidInput, PayloadTooLarge
from domain.people.access import Permission, Principal
from models.closure import Closure
from models.repositories import closures as repository
from models.repositories.pages import PageRequest
from services import closures, organizations
from services.closures import ClosureEffect, StandingClass
from services.inputs.closures import (
    BookedClasses,
    ClosureChange,
    ClosureEdit,
    ClosureFile,
    Closures,
    NewClosure,
    NewClosures,
)

PATH = "/settings/closures"
router = APIRouter(prefix=PATH, include_in_schema=False, route_class=PageRoute)
WRITE = [Depends(same_origin), permits(Permission.POLICY_WRITE)]
_MOST = 200
_MOST_BYTES = 900_000
_FIELDS = (
    Field("name", "Name", hint="People read it, such as Christmas holidays.", wrong="Enter a name."),
    Field("first_day", "First day", "date", wrong="Enter a date."),
    Field("last_day", "Last day", "date", "Left out: the first day alone.", "Enter a date."),
    Field(
        "region",
        "Region",
        hint="Only classes of courses that require it. Left out: the whole school.",
        empty="",
    ),
)


@dataclass(frozen=True)
class Proposed:
    """Closures that are about to be added, with the classes that are booked on their days."""

    closures: Sequence[NewClosure]
    booked: Sequence[StandingClass]

    @property
    def written(self) -> str:
        return json.dumps([one.model_dump(mode="json") for one in self.closures])


@dataclass(frozen=True)
class Changing:
    """A closure that is being changed, and once the form is sent, what that would do."""

    closure: Closure
    edit: ClosureEdit | None = None
    effect: ClosureEffect | None = None

    @property
    def written(self) -> str:
        return self.edit.model_dump_json(exclude_unset=True) if self.edit else ""

    @property
    def booked(self) -> Sequence[StandingClass]:
        return self.effect.booked if self.effect else ()


@router.get("", dependencies=[permits(Permission.POLICY_READ)])
async def show(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    return await _page(request, shared, who, now, _empty())


@router.post("/preview", dependencies=WRITE)
async def preview(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Show what is booked on the days that the form describes."""
    form = forms.with_input(_empty(), await forms.posted(request))
    proposed = None
    try:
        wanted = [NewClosure.model_validate(forms.values(form))]
        proposed = Proposed(wanted, await shared.closures.preview(who, wanted, now))
    except ValidationError as error:
        form = forms.with_errors(form, error)
    return await _page(request, shared, who, now, form, proposed)


@router.post("/file", dependencies=WRITE)
async def read_file(
    request: Request,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    file: Annotated[UploadFile, File()],
) -> Response:
    """Show the days of a file, and what is booked on them."""
    content = await file.read(_MOST_BYTES + 1)
    proposed, problem = None, None
    try:
        if len(content) > _MOST_BYTES:
            raise PayloadTooLarge("the file is larger than 0.9 MB", next_step="Split it, and read the parts.")
        text = content.decode("utf-8-sig", errors="replace") or " "
        wanted = await shared.closure_files.read(who, ClosureFile(content=text), now)
        proposed = Proposed(wanted, await shared.closures.preview(who, wanted, now))
    except HomeroomError as error:
        problem = error
    return await _page(request, shared, who, now, _empty(), proposed, problem)


@router.post("", dependencies=WRITE)
async def add(
    request: Request,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    closed: Annotated[str, Form(max_length=_MOST_BYTES)],
    booked: Annotated[BookedClasses | None, Form()] = None,
) -> Response:
    """Close the days that were shown; `booked` says what becomes of the classes on them."""
    wanted = _read(closed)
    if booked == BookedClasses.CANCEL:
        Needs(Permission.SESSIONS_WRITE).check(who)
    try:
        new = NewClosures(closures=wanted, booked_classes=booked)
        added = await shared.closures.add(who, uuid7(), new, now)
    except HomeroomError as error:
        proposed = Proposed(wanted, await shared.closures.preview(who, wanted, now))
        return await _page(request, shared, who, now, _empty(), proposed, error)
    return go_to(request, PATH, "closed_but_kept" if added.refused else "closed")


@router.get("/{closure_id}/edit", dependencies=[permits(Permission.POLICY_WRITE)])
async def edit(request: Request, closure_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    changing = Changing(await _closure(shared, who, closure_id))
    return await _page(request, shared, who, now, _form_of(changing.closure), changing=changing)


@router.post("/{closure_id}/preview", dependencies=WRITE)
async def preview_change(
    request: Request, closure_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    """Show what changing a closure to what the form says would do."""
    changing, problem = Changing(await _closure(shared, who, closure_id)), None
    form = forms.with_input(_form_of(changing.closure), await forms.posted(request))
    try:
        typed = NewClosure.model_validate(forms.values(form))
        edit = ClosureEdit(**typed.model_dump(exclude={"last_day"}), last_day=typed.ends_on)
        effect = await shared.closures.preview_change(who, closure_id, edit, now)
        changing = Changing(changing.closure, edit, effect)
    except ValidationError as error:
        form = forms.with_errors(form, error)
    except HomeroomError as error:
        problem = error
    return await _page(request, shared, who, now, form, changing=changing, problem=problem)


@router.post("/{closure_id}", dependencies=WRITE)
async def change(
    request: Request,
    closure_id: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    changed: Annotated[str, Form(max_length=2_000)],
    version: Annotated[int, Form()],
    booked: Annotated[BookedClasses | None, Form()] = None,
) -> Response:
    """Change a closure as it was shown."""
    if booked == BookedClasses.CANCEL:
        Needs(Permission.SESSIONS_WRITE).check(who)
    try:
        wanted = ClosureChange.model_validate_json(changed).model_copy(update={"booked_classes": booked})
    except ValidationError as error:
        raise InvalidInput("the form was changed on its way", next_step="Open the page again.") from error
    try:
        made = await shared.closures.change(who, closure_id, wanted, version, now)
    except HomeroomError as error:
        changing = Changing(await _closure(shared, who, closure_id))
        return await _page(
            request, shared, who, now, _form_of(changing.closure), changing=changing, problem=error
        )
    return go_to(request, PATH, "closed_but_kept" if made.refused else "closure_changed")


@router.post("/{closure_id}/remove", dependencies=WRITE)
async def remove(request: Request, closure_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    await shared.closures.remove(who, closure_id, now)
    return go_to(request, PATH, "opened_again")


def _read(written: str) -> list[NewClosure]:
    """What `Proposed.written` wrote. Raises InvalidInput."""
    try:
        return Closures.model_validate_json(f'{{"closures": {written}}}').closures
    except ValidationError as error:
        raise InvalidInput("the days can't be read", next_step="Enter them again.") from error


async def _closure(shared: State, who: Principal, closure_id: UUID) -> Closure:
    """Raises NotFound."""
    async with shared.database.tenant(who.organization_id) as db:
        return await repository.get(db, closure_id)


def _form_of(row: Closure) -> forms.Form:
    return forms.build(_FIELDS, NewClosure, row.model_dump())


def _empty() -> forms.Form:
    return forms.build(_FIELDS, NewClosure, {})


async def _page(
    request: Request,
    shared: State,
    who: Principal,
    now: Now,
    form: forms.Form,
    proposed: Proposed | None = None,
    problem: HomeroomError | None = None,
    changing: Changing | None = None,
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        zone = (await organizations.organization(db)).time_zone
        today = now.astimezone(ZoneInfo(zone)).date()
        rows, more = await repository.page(db, PageRequest("first_day", _MOST), today)
        standing = await closures.count_standing(db, rows, now)
    return page(
        request, "closures.html", status_of(problem) if problem else form.status, tabs=tabs(who), path=PATH,
        form=form, rows=rows, more=more, standing=standing, proposed=proposed, problem=problem, zone=zone,
        changing=changing,
        days=days_of, classes_url=_classes_url, edits=who.may(Permission.POLICY_WRITE),
        cancels=who.may(Permission.SESSIONS_WRITE),
    )  # fmt: skip


def days_of(first: date, last: date) -> str:
    """As `24 December 2030`, or `24 December 2030 – 6 January 2031`."""
    start = f"{first.day} {first:%B %Y}"
    return start if first == last else f"{start} – {last.day} {last:%B %Y}"


def _classes_url(row: Closure) -> str:
    """The list of the classes on these days."""
    return f"/classes?since={row.first_day}T00:00&until={row.last_day}T00:00&state=scheduled"
