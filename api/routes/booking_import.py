"""Bookings of many classes from a file."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import datetime

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from uuid_utils.compat import uuid7

from api.http.authentication import needs
from api.http.bulk_report import RESPONSE, Report, ReportStream
from api.http.dependencies import Now, Shared, TheCaller
from api.http.idempotency import StreamedRoute
from api.http.post_only import post_only
from api.http.upload_spool import spooled
from api.routes.bulk import CSV, JSON_LINES, reader_of
from domain.errors import HomeroomError
from domain.people.access import Permission
from services.bulk_import.bookings import COLUMNS, BookingImport, BookingRow
from services.bulk_import.parsing import Row

router = APIRouter(prefix="/v1", tags=["sessions"], route_class=StreamedRoute)
post_only(router, "/sessions/bulk")
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
    dependencies=[needs(Permission.SESSIONS_WRITE)],
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
    """
    read = reader_of(request, COLUMNS)
    async with AsyncExitStack() as cleanup:
        body = await cleanup.enter_async_context(spooled(request))
        rows = await asyncio.to_thread(read, body.file)
        intake = BookingImport(shared.database, shared.classes, who, dry_run, act_id=uuid7())
        return ReportStream(_report(intake, rows, now), cleanup.pop_all().aclose)


async def _report(intake: BookingImport, rows: Iterator[Row], now: datetime) -> AsyncIterator[bytes]:
    report = Report(intake.dry_run)
    try:
        async for outcomes in intake.take(rows, now):
            yield report.lines(outcomes)
    except HomeroomError as error:
        yield report.interrupted(error)
    else:
        yield report.end()
