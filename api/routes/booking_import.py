"""Booking classes from a file: check it, or book it as an import that goes on by itself and whose progress is read."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.http.authentication import needs
from api.http.bulk_report import RESPONSE, Report, ReportStream, problem_of
from api.http.dependencies import Now, Shared, TheCaller
from api.http.idempotency import NewIds, StreamedRoute, claim_of, idempotency_key
from api.http.post_only import post_only
from api.http.state import State
from api.http.upload_spool import spooled
from api.routes.bulk import CSV, JSON_LINES, reader_of
from api.schemas.booking_imports import BookingImportOut
from domain.people.access import Permission, Principal
from domain.sessions.booking_imports import ImportState, RowOutcome
from models.booking_import import BookingImport
from services.bulk_import.booking_runs import BATCH
from services.bulk_import.bookings import COLUMNS, BookingRow, previewed

router = APIRouter(prefix="/v1", tags=["sessions"], route_class=StreamedRoute)
post_only(router, "/sessions/bulk")
WRITE = [needs(Permission.SESSIONS_WRITE)]
_LOOK_EVERY = 0.3  # seconds between looks at the progress of an import
_TEXT = {"type": "string", "description": "Separated by commas, semicolons or tabs; UTF-8 or UTF-16."}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            JSON_LINES: {"schema": BookingRow.model_json_schema()},
            CSV: {"schema": _TEXT},
        },
    }
}


@router.post(
    "/sessions/bulk",
    response_class=StreamingResponse,
    responses={200: RESPONSE},
    dependencies=WRITE,
    summary="Book classes from a file",
    openapi_extra=_BODY,
)
async def book_from_file(
    request: Request,
    who: TheCaller,
    shared: Shared,
    now: Now,
    dry_run: bool = Query(False, description="Report the outcome of each row without booking anything."),
) -> Response:
    """Send CSV with a header, or one JSON object per line, with the columns `course`, `instructor`, `starts`, and if
    you like `minutes` or `ends`, `time_zone`, `students`, `external_id` and `override_reason`.

    Courses, instructors and students are given by name, mail address, external id or id. `starts` is wall time in the
    class's zone, such as `2030-03-04 16:00`. Without `students`, everybody enrolled is booked. A row that was booked
    before is not booked again: it counts as taken, with a remark.

    The rows are booked as an import, whose report is streamed. It goes on if you hang up: `Location` says where its
    progress is read.
    """
    if dry_run:
        read = reader_of(request, COLUMNS)
        async with spooled(request) as body:
            rows = await asyncio.to_thread(read, body.file)
            report = Report(dry_run=True)
            lines = report.lines(await previewed(shared.database, who, rows, now))
        return Response(lines + report.end(), media_type=JSON_LINES)
    run = await _started(request, who, shared, now, "")
    stream = ReportStream(_followed(shared, who, run.id), _nothing)
    stream.headers["Location"] = f"/v1/booking-imports/{run.id}"
    return stream


@router.post(
    "/booking-imports",
    status_code=202,
    dependencies=WRITE,
    summary="Book classes from a file in the background",
    openapi_extra=_BODY,
)
async def start_import(
    request: Request,
    who: TheCaller,
    shared: Shared,
    now: Now,
    file_name: str = Query("", max_length=200, description="Shown in the list of imports."),
) -> BookingImportOut:
    """Send rows as to `POST /v1/sessions/bulk`; they are booked one after the other, whatever becomes of this request.

    Each person is told of all their classes in one message, after the last of them. Sent again under its
    Idempotency-Key, a file is the same import.
    """
    run = await _started(request, who, shared, now, file_name)
    found = await shared.booking_imports.progress(who, run.id)
    return BookingImportOut.of(found, shared.booking_import_workflow_url(run.id))


async def _started(
    request: Request, who: Principal, shared: State, now: datetime, file_name: str
) -> BookingImport:
    """Store the rows of the body; under an Idempotency-Key that was sent before, the import that exists."""
    read = reader_of(request, COLUMNS)
    async with spooled(request) as body:
        rows = await asyncio.to_thread(read, body.file)
        key = idempotency_key(request)
        ids = NewIds((await claim_of(request, key, body.sha256.encode())).seed if key else None)
        return await shared.booking_imports.start(who, ids.next(), file_name, rows, now)


async def _followed(shared: State, who: Principal, import_id: UUID) -> AsyncIterator[bytes]:
    """The report of an import, as its rows are booked."""
    report, last = Report(dry_run=False), 0
    while True:
        found = await shared.booking_imports.progress(who, import_id)
        done = found.run.state == ImportState.DONE
        lines = b""
        for row in await shared.booking_imports.rows(who, import_id, after=last, most=BATCH):
            if row.outcome == RowOutcome.WAITING:
                break
            lines += report.row(row.number, row.line, row.class_id, problem_of(row), row.remark)
            last = row.number
        if lines:
            yield lines
        if done and last == found.run.row_count:
            break
        if not lines:
            await asyncio.sleep(_LOOK_EVERY)
    yield report.end()


async def _nothing() -> None:
    """There is nothing to clean up."""
