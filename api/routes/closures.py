"""Closures: days without classes. Read them from a file, preview, add, list, change and remove them."""

from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.authentication import Needs, needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.etags import IfMatch, required_version
from api.http.idempotency import ApiRoute, Ids
from api.http.paging import Listing, Page, next_cursor
from api.http.post_only import post_only
from api.schemas.closures import (
    ClosureChangedOut,
    ClosureEffectOut,
    ClosureFileOut,
    ClosureOut,
    ClosurePreviewOut,
    ClosuresAddedOut,
)
from domain.people.access import Permission
from models.repositories import closures as repository
from services.inputs.closures import (
    BookedClasses,
    ClosureChange,
    ClosureEdit,
    ClosureFile,
    Closures,
    NewClosures,
)
from services.inputs.fields import Day

router = APIRouter(prefix="/v1/closures", tags=["scheduling"], route_class=ApiRoute)
READ, WRITE = [needs(Permission.POLICY_READ)], [needs(Permission.POLICY_WRITE)]


class ClosuresQuery(Listing):
    kinds: ClassVar = {"first_day": date}

    until: Day | None = Field(None, description="Only those that end on this day or later. Left out: today.")
    sort: Literal["first_day", "-first_day"] = "first_day"


@router.get("", dependencies=READ)
async def list_closures(db: Work, now: Now, query: Annotated[ClosuresQuery, Query()]) -> Page[ClosureOut]:
    """List the days without classes, by first day."""
    until = query.until or (now - timedelta(days=1)).date()
    rows, more = await repository.page(db, query.wanted(), until)
    return Page(items=[ClosureOut.of(row) for row in rows], next_cursor=next_cursor(rows, more, query.sort))


@router.post("/read", dependencies=WRITE)
async def read_file(file: ClosureFile, who: TheCaller, shared: Shared, now: Now) -> ClosureFileOut:
    """Read closures from an iCalendar or CSV file, for `POST /v1/closures`. Nothing is written.

    Of a calendar, the days from today on are read, two years ahead.
    """
    return ClosureFileOut.of(await shared.closure_files.read(who, file, now))


@router.post("/preview", dependencies=WRITE)
async def preview(wanted: Closures, who: TheCaller, shared: Shared, now: Now) -> ClosurePreviewOut:
    """Show the classes that are booked on these days. Nothing is written."""
    return ClosurePreviewOut.of(await shared.closures.preview(who, wanted.closures, now))


post_only(router, "/read")
post_only(router, "/preview")


@router.post("", status_code=201, dependencies=WRITE)
async def add(wanted: NewClosures, who: TheCaller, ids: Ids, shared: Shared, now: Now) -> ClosuresAddedOut:
    """Close days: slots, quotes and moves don't offer them, and series skip them.

    A booking or move to such a day is refused with `organization-closed`, unless it has an `override_reason`. Classes
    that are booked on these days are kept or cancelled, as `booked_classes` says; to cancel them needs `sessions:write`
    too. A closure that exists already is left as it is.
    """
    if wanted.booked_classes == BookedClasses.CANCEL:
        Needs(Permission.SESSIONS_WRITE).check(who)
    return ClosuresAddedOut.of(await shared.closures.add(who, ids.next(), wanted, now))


@router.get("/{closure_id}", dependencies=READ)
async def get_closure(closure_id: UUID, db: Work) -> ClosureOut:
    """Read a closure."""
    return ClosureOut.of(await repository.get(db, closure_id))


@router.post("/{closure_id}/preview", dependencies=WRITE)
async def preview_change(
    closure_id: UUID, edit: ClosureEdit, who: TheCaller, shared: Shared, now: Now
) -> ClosureEffectOut:
    """Show what a change of a closure would do to booked classes and to series. Nothing is written."""
    return ClosureEffectOut.of(await shared.closures.preview_change(who, closure_id, edit, now))


@router.patch("/{closure_id}", dependencies=WRITE)
async def change(
    closure_id: UUID,
    change: ClosureChange,
    who: TheCaller,
    shared: Shared,
    now: Now,
    if_match: IfMatch = None,
) -> ClosureChangedOut:
    """Change the name, the days or the region of a closure; what is left out stays.

    Classes that are booked on days that close are kept or cancelled, as `booked_classes` says; to cancel them needs
    `sessions:write` too. Classes of series on days that open are planned again. Classes that were cancelled for the
    holiday stay cancelled, and are in `stay_cancelled`: book them again where they are to take place.
    """
    if change.booked_classes == BookedClasses.CANCEL:
        Needs(Permission.SESSIONS_WRITE).check(who)
    version = required_version(if_match) if if_match is not None else None
    return ClosureChangedOut.of(await shared.closures.change(who, closure_id, change, version, now))


@router.delete("/{closure_id}", status_code=204, dependencies=WRITE)
async def remove(closure_id: UUID, who: TheCaller, shared: Shared, now: Now) -> None:
    """Open the days of a closure again. Classes of series that skipped them are planned again."""
    await shared.closures.remove(who, closure_id, now)
