"""Bulk imports of people and courses, from JSON lines or CSV."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import IO, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from uuid_utils.compat import uuid7

from api.http.authentication import needs
from api.http.bulk_report import RESPONSE, Report, ReportStream, replay
from api.http.dependencies import Now, Shared, TheCaller
from api.http.idempotency import (
    REPLAYED,
    Claim,
    StreamedRoute,
    claim_of,
    extend_lock,
    idempotency_key,
    save_answer,
    saved_answer,
    take_or_wait,
    unlock,
)
from api.http.post_only import post_only
from api.http.state import State
from api.http.upload_spool import spooled
from api.schemas.resources import api_of
from domain.errors import HomeroomError, UnsupportedMedia
from domain.people.access import Principal
from services.bulk_import.csv_files import Readers, csv_rows
from services.bulk_import.importer import BulkImport, Outcome
from services.bulk_import.parsing import Row, json_rows
from services.bulk_import.row_schemas import columns
from services.resources.catalogue import COURSES, ENROLLMENTS, GUARDIANS, INSTRUCTORS, PLANS, STUDENTS, TOPICS
from services.resources.resource import Resource

router = APIRouter(prefix="/v1", route_class=StreamedRoute)

JSON_LINES, CSV = "application/x-ndjson", "text/csv"
# Members and identity providers grant access, so each is created and checked on its own.
_IMPORTED: tuple[Resource[Any], ...] = (GUARDIANS, STUDENTS, INSTRUCTORS, COURSES, TOPICS, PLANS, ENROLLMENTS)
_LOCK_INTERVAL = timedelta(seconds=15)


def serve(resource: Resource[Any]) -> None:
    name, api = resource.name, api_of(resource)

    async def bulk(
        request: Request,
        who: TheCaller,
        shared: Shared,
        now: Now,
        dry_run: bool = Query(False, description="Report the outcome of each row without writing anything."),
    ) -> Response:
        read = reader_of(request, columns(resource))
        async with AsyncExitStack() as cleanup:
            body = await cleanup.enter_async_context(spooled(request))
            rows = await asyncio.to_thread(read, body.file)
            key = idempotency_key(request)
            claim = await claim_of(request, key, body.sha256.encode()) if key else None
            id_of = _ids(claim)
            if claim and (earlier := await take_or_wait(shared, claim)) is not None:
                report = replay(saved_answer(shared, claim, earlier), id_of)
                return StreamingResponse(report, media_type=JSON_LINES, headers={REPLAYED: "true"})
            intake = BulkImport(shared.database, resource, who.organization_id, id_of, dry_run)
            upload = _Upload(shared, who, intake, claim)
            cleanup.push_async_callback(upload.release)
            return ReportStream(upload.report(rows, now), cleanup.pop_all().aclose)

    router.add_api_route(
        f"/{api.path}/bulk",
        bulk,
        methods=["POST"],
        response_class=StreamingResponse,
        responses={200: RESPONSE},
        dependencies=[needs(resource.write)],
        tags=[api.tag],
        summary=f"Import {name}s",
        description=_description(resource),
        operation_id=f"bulk_{type(resource).__name__}",
        openapi_extra={"requestBody": _body(resource)},
    )
    post_only(router, f"/{api.path}/bulk")


def _description(resource: Resource[Any]) -> str:
    return (
        "Send one JSON object per line, or CSV with a header. CSV columns: "
        f"{', '.join(f'`{name}`' for name in columns(resource))}. An empty cell leaves the field out; separate list "
        "items with semicolons. Each row is accepted or refused on its own."
    )


def _body(resource: Resource[Any]) -> dict[str, Any]:
    lines = {"$ref": f"#/components/schemas/{resource.new.__name__}"}
    text = {"type": "string", "description": "Separated by commas, semicolons or tabs; UTF-8 or UTF-16."}
    return {"required": True, "content": {JSON_LINES: {"schema": lines}, CSV: {"schema": text}}}


def reader_of(request: Request, named: Readers) -> Callable[[IO[bytes]], Iterator[Row]]:
    """The parser for the request's content type. Raises UnsupportedMedia before the body is read."""
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].split(";")[0].strip(' "')
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise UnsupportedMedia(f"the encoding {charset[:40]!r} isn't supported", next_step="Send UTF-8.")
    if kind.strip() == JSON_LINES:
        return json_rows
    if kind.strip() == CSV:
        return lambda file: csv_rows(file, named)
    raise UnsupportedMedia(next_step=f"Send `Content-Type: {CSV}` or `Content-Type: {JSON_LINES}`.")


def _ids(claim: Claim | None) -> Callable[[int], UUID]:
    """The ids of new rows by row number: the same when a file is sent again under its Idempotency-Key."""
    if claim is None:
        return lambda _: uuid7()
    seed = claim.seed
    return lambda number: uuid5(seed, str(number))


class _Upload:
    """An import in progress, and its lock on its Idempotency-Key if it has one."""

    def __init__(self, shared: State, who: Principal, intake: BulkImport, claim: Claim | None) -> None:
        self._who = who
        self._shared, self._intake, self._claim = shared, intake, claim
        self._locked = claim is not None

    async def report(self, rows: Iterator[Row], now: datetime) -> AsyncIterator[bytes]:
        report, locked_at = Report(self._intake.dry_run), now
        try:
            async for outcomes in self._intake.take(rows, now):
                yield report.lines(await self._with_class_changes(outcomes, now))
                if self._claim and datetime.now(UTC) - locked_at > _LOCK_INTERVAL:
                    locked_at = datetime.now(UTC)
                    await extend_lock(self._shared, self._claim, locked_at)
            if self._claim and (saved := report.saved()):
                await save_answer(self._shared, self._claim, 200, saved)
                self._locked = False
        except HomeroomError as error:
            yield report.interrupted(error)
        else:
            yield report.end()

    async def _with_class_changes(self, outcomes: Sequence[Outcome], now: datetime) -> Sequence[Outcome]:
        """Let the classes of courses follow imported enrollments; a remark on a row says what has changed."""
        if self._intake.resource is not ENROLLMENTS or self._intake.dry_run:
            return outcomes
        imported = [outcome.candidate.id for outcome in outcomes if outcome.refusal is None]
        changes = await self._shared.course_members.imported(self._who, imported, now)
        return [
            replace(outcome, remark=changes[outcome.candidate.id].text)
            if outcome.candidate.id in changes
            else outcome
            for outcome in outcomes
        ]

    async def release(self) -> None:
        """Unlock the key of an interrupted import, so that sending the file again resumes it."""
        if self._claim and self._locked:
            await unlock(self._shared, self._claim, datetime.now(UTC))


for _resource in _IMPORTED:
    serve(_resource)
