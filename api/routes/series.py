"""Series of classes: preview, create, read, change from a day on, end; move or cancel one class of a series."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.etags import IfMatch, required_version
from api.http.idempotency import ApiRoute, CommandId, Ids
from api.http.paging import Listing, Page, next_cursor
from api.http.post_only import post_only
from api.http.state import State
from api.schemas.series import (
    SeriesClassOut,
    SeriesDifferenceOut,
    SeriesEndOut,
    SeriesOut,
    SeriesPreviewOut,
    TriedAgainOut,
)
from domain.people.access import Permission, Principal
from domain.scheduling.series_changes import SeriesState
from models.repositories import pages
from models.repositories import series as repository
from models.series import Series
from services.inputs.series import (
    NewSeries,
    OccurrenceCancellation,
    OccurrenceMove,
    SeriesChange,
    SeriesEnd,
)

router = APIRouter(prefix="/v1/series", tags=["series"], route_class=ApiRoute)
WRITE = [needs(Permission.SESSIONS_WRITE)]


class SeriesQuery(Listing):
    filters = ("course_id", "instructor_id", "state")
    searched = ("title",)

    course_id: UUID | None = None
    instructor_id: UUID | None = None
    state: SeriesState | None = None
    q: str = Field("", max_length=200, description="Search titles.")
    sort: Literal["created_at", "-created_at"] = Field(
        "-created_at", description="Start with `-` for latest first."
    )


@router.post("/preview", dependencies=WRITE)
async def preview(new: NewSeries, who: TheCaller, shared: Shared, now: Now) -> SeriesPreviewOut:
    """Show the classes that a series would have, and what is in the way of each. Nothing is written."""
    return SeriesPreviewOut.of(await shared.series.preview(who, new, now))


post_only(router, "/preview")


@router.post("", status_code=201, dependencies=WRITE)
async def create(new: NewSeries, who: TheCaller, ids: Ids, shared: Shared, now: Now) -> SeriesOut:
    """Create a series of classes. They are booked eight weeks ahead, each as a single class is.

    Start times are wall time: when clocks change, 17:00 stays 17:00. A class that can't be booked opens an exception
    and is tried again once a day; the others are booked. Without `instructor_id`, classes are booked once a plan of the
    term has found somebody.
    """
    row = await shared.series.create(who, ids.next(), new, now)
    return await _shown(shared, who, row.id, now)


@router.get("", dependencies=WRITE)
async def list_series(
    db: Work, shared: Shared, now: Now, query: Annotated[SeriesQuery, Query()]
) -> Page[SeriesOut]:
    """List series."""
    rows, more = await pages.page(db, Series, query.wanted())
    found = await repository.progress(db, [row.id for row in rows], now)
    items = [SeriesOut.of(row, found[row.id], shared.series_workflow_url(row.id)) for row in rows]
    return Page(items=items, next_cursor=next_cursor(rows, more, query.sort))


@router.get("/{series_id}", dependencies=WRITE)
async def get_series(series_id: UUID, who: TheCaller, shared: Shared, now: Now) -> SeriesOut:
    """Read a series, and how far its classes are booked."""
    return await _shown(shared, who, series_id, now)


@router.get("/{series_id}/classes", dependencies=WRITE)
async def list_classes(series_id: UUID, db: Work) -> list[SeriesClassOut]:
    """List the classes of a series by their scheduled time, at most 1,000."""
    await repository.get(db, series_id)
    return [SeriesClassOut.of(one, session) for one, session in await repository.occurrences(db, series_id)]


@router.post("/{series_id}/change/preview", dependencies=WRITE)
async def preview_change(
    series_id: UUID, change: SeriesChange, who: TheCaller, shared: Shared, now: Now
) -> SeriesDifferenceOut:
    """Show what a change would do to the classes from its day on. Nothing is written."""
    return SeriesDifferenceOut.of(await shared.series.preview_change(who, series_id, change, now))


@router.post("/{series_id}/change", dependencies=WRITE)
async def change(
    series_id: UUID,
    change: SeriesChange,
    who: TheCaller,
    shared: Shared,
    now: Now,
    command: CommandId,
    if_match: IfMatch = None,
) -> SeriesOut:
    """Change time, length, recurrence, instructor or students from a day on.

    Only classes that differ are moved, added or cancelled. Classes that were moved or cancelled by themselves stay as
    they are.
    """
    await shared.series.change(who, series_id, change, _version(if_match), now, command)
    return await _shown(shared, who, series_id, now)


@router.post("/{series_id}/end/preview", dependencies=WRITE)
async def preview_end(
    series_id: UUID, end: SeriesEnd, who: TheCaller, shared: Shared, now: Now
) -> SeriesEndOut:
    """Show which classes ending a series would cancel. Nothing is written."""
    return SeriesEndOut(cancelled=await shared.series.preview_end(who, series_id, end, now))


@router.post("/{series_id}/end", dependencies=WRITE)
async def end(
    series_id: UUID,
    end: SeriesEnd,
    who: TheCaller,
    shared: Shared,
    now: Now,
    command: CommandId,
    if_match: IfMatch = None,
) -> SeriesOut:
    """End a series: its classes after the last day are cancelled."""
    await shared.series.end(who, series_id, end, _version(if_match), now, command)
    return await _shown(shared, who, series_id, now)


@router.post("/{series_id}/try-again", dependencies=WRITE)
async def try_again(series_id: UUID, who: TheCaller, shared: Shared, now: Now) -> TriedAgainOut:
    """Try now to book the classes of a series that were refused."""
    return TriedAgainOut(tried=await shared.series.try_again(who, series_id, now))


@router.post("/{series_id}/classes/{class_id}/move", status_code=204, dependencies=WRITE)
async def move_class(
    series_id: UUID,
    class_id: UUID,
    move: OccurrenceMove,
    who: TheCaller,
    shared: Shared,
    command: CommandId,
    now: Now,
) -> None:
    """Move one class of a series. Later changes of the series leave it where it is."""
    await shared.series.move_class(who, series_id, class_id, move, command, now)


@router.post("/{series_id}/classes/{class_id}/cancel", status_code=204, dependencies=WRITE)
async def cancel_class(
    series_id: UUID,
    class_id: UUID,
    cancellation: OccurrenceCancellation,
    who: TheCaller,
    shared: Shared,
    command: CommandId,
    now: Now,
) -> None:
    """Cancel one class of a series. Later changes of the series bring none in its place."""
    await shared.series.cancel_class(who, series_id, class_id, cancellation, command, now)


def _version(if_match: str | None) -> int | None:
    return required_version(if_match) if if_match is not None else None


async def _shown(shared: State, who: Principal, series_id: UUID, now: datetime) -> SeriesOut:
    async with shared.database.tenant(who.organization_id) as db:
        row = await repository.get(db, series_id)
        found = await repository.progress(db, [row.id], now)
        return SeriesOut.of(row, found[row.id], shared.series_workflow_url(row.id))
