"""Imports of bookings: list them, read how far one is, and what became of its rows."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.authentication import needs
from api.http.bulk_report import problem_of
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute
from api.http.paging import Listing, Page, next_cursor
from api.http.state import State
from api.schemas.booking_imports import BookingImportOut, BookingImportRowOut
from domain.people.access import Permission
from domain.sessions.booking_imports import ImportState, RowOutcome
from services.bulk_import.booking_runs import RunProgress, listed

router = APIRouter(prefix="/v1/booking-imports", tags=["sessions"], route_class=ApiRoute)
WRITE = [needs(Permission.SESSIONS_WRITE)]


class ImportsQuery(Listing):
    kinds: ClassVar = {"created_at": datetime}
    filters = ("state",)

    state: ImportState | None = None
    sort: Literal["created_at", "-created_at"] = Field(
        "-created_at", description="Start with `-` for latest first."
    )


@router.get("", dependencies=WRITE)
async def list_imports(
    db: Work, shared: Shared, query: Annotated[ImportsQuery, Query()]
) -> Page[BookingImportOut]:
    """List imports of bookings."""
    found, more = await listed(db, query.wanted())
    items = [_shown(shared, one) for one in found]
    return Page(items=items, next_cursor=next_cursor([one.run for one in found], more, query.sort))


@router.get("/{import_id}", dependencies=WRITE)
async def get_import(import_id: UUID, who: TheCaller, shared: Shared) -> BookingImportOut:
    """Read how far an import is."""
    return _shown(shared, await shared.booking_imports.progress(who, import_id))


@router.get("/{import_id}/rows", dependencies=WRITE)
async def list_rows(
    import_id: UUID, who: TheCaller, shared: Shared, outcome: RowOutcome | None = None
) -> list[BookingImportRowOut]:
    """List the rows of an import, at most 2,000, with the reason of each that is refused."""
    rows = await shared.booking_imports.rows(who, import_id, outcome)
    return [BookingImportRowOut.of(row, problem_of(row)) for row in rows]


@router.post("/{import_id}/dismiss", dependencies=WRITE)
async def dismiss_rows(import_id: UUID, who: TheCaller, shared: Shared, now: Now) -> BookingImportOut:
    """Set the refused rows of an import aside: its exception `bookings_refused` is resolved."""
    await shared.booking_imports.dismiss(who, import_id, now)
    return _shown(shared, await shared.booking_imports.progress(who, import_id))


def _shown(shared: State, found: RunProgress) -> BookingImportOut:
    return BookingImportOut.of(found, shared.booking_import_workflow_url(found.run.id))
