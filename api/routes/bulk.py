"""Making many at once, from JSON lines or CSV."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import IO, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse
from uuid_utils.compat import uuid7

from api.http.authentication import needs
from api.http.bulk_report import DESCRIBED, Report, ReportStream, told_again
from api.http.dependencies import Now, Shared, TheCaller
from api.http.idempotency import (
    REPLAYED,
    Claim,
    StreamedRoute,
    claim_of,
    given_key,
    hold,
    keep,
    kept_answer,
    let_go,
    take_or_wait,
)
from api.http.state import State
from api.http.upload_spool import spooled
from api.schemas.resources import described
from domain.errors import HomeroomError, UnsupportedMedia
from services.bulk_import.importer import BulkImport
from services.bulk_import.parsing import Row, csv_rows, json_rows
from services.bulk_import.row_schemas import columns
from services.resources.catalogue import COURSES, ENROLLMENTS, GUARDIANS, INSTRUCTORS, PLANS, STUDENTS, TOPICS
from services.resources.resource import Resource

router = APIRouter(prefix="/v1", route_class=StreamedRoute)

JSON_LINES, CSV = "application/x-ndjson", "text/csv"
# Not members and identity providers: who lets people in is made one by one, and looked at.
_MANY: tuple[Resource[Any], ...] = (GUARDIANS, STUDENTS, INSTRUCTORS, COURSES, TOPICS, PLANS, ENROLLMENTS)
_HELD_EVERY = timedelta(seconds=15)


def serve(resource: Resource[Any]) -> None:
    name, api = resource.name, described(resource)

    async def bulk(
        request: Request,
        who: TheCaller,
        shared: Shared,
        now: Now,
        dry_run: bool = Query(False, description="Say what would become of each row, and write nothing."),
    ) -> Response:
        read = _reader(request, resource)
        async with AsyncExitStack() as left:
            body = await left.enter_async_context(spooled(request))
            rows = read(body.file)
            key = given_key(request)
            claim = await claim_of(request, key, body.sha256.encode()) if key else None
            id_of = _ids(claim)
            if claim and (there := await take_or_wait(shared, claim)) is not None:
                again = told_again(kept_answer(shared, claim, there), id_of)
                return StreamingResponse(again, media_type=JSON_LINES, headers={REPLAYED: "true"})
            intake = BulkImport(shared.database, resource, who.organization_id, id_of, dry_run)
            work = _Work(shared, intake, claim)
            left.push_async_callback(work.release)
            return ReportStream(work.report(rows, now), left.pop_all().aclose)

    router.add_api_route(
        f"/{api.path}/bulk",
        bulk,
        methods=["POST"],
        response_class=StreamingResponse,
        responses={200: DESCRIBED},
        dependencies=[needs(resource.write)],
        tags=[api.tag],
        summary=f"Make many: {name}",
        description=_description(resource),
        operation_id=f"bulk_{type(resource).__name__}",
        openapi_extra={"requestBody": _body(resource)},
    )
    router.add_route(
        f"{router.prefix}/{api.path}/bulk", _other_method, methods=["GET", "PATCH", "PUT", "DELETE"]
    )


async def _other_method(_: Request) -> Response:
    """Else `bulk` would be taken for the id of one."""
    raise HTTPException(405, headers={"Allow": "POST"})


def _description(resource: Resource[Any]) -> str:
    return (
        "One JSON object per line, or CSV in UTF-8 with a header and these columns: "
        f"{', '.join(f'`{name}`' for name in columns(resource))}. An empty cell is left out; the items of a list are "
        "separated by semicolons. Each row is written whole or not at all; a row that is refused stops no other."
    )


def _body(resource: Resource[Any]) -> dict[str, Any]:
    lines = {"$ref": f"#/components/schemas/{resource.new.__name__}"}
    text = {"type": "string", "description": "RFC 4180"}
    return {"required": True, "content": {JSON_LINES: {"schema": lines}, CSV: {"schema": text}}}


def _reader(request: Request, resource: Resource[Any]) -> Callable[[IO[bytes]], Iterator[Row]]:
    """Raises UnsupportedMedia before the body is read."""
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].split(";")[0].strip(' "')
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise UnsupportedMedia(f"the encoding {charset[:40]!r} isn't supported", next_step="Send UTF-8.")
    if kind.strip() == JSON_LINES:
        return json_rows
    if kind.strip() == CSV:
        return lambda file: csv_rows(file, columns(resource))
    raise UnsupportedMedia(next_step=f"Send `Content-Type: {CSV}` or `Content-Type: {JSON_LINES}`.")


def _ids(claim: Claim | None) -> Callable[[int], UUID]:
    """Of rows by their numbers: those of another file under the same key are others."""
    if claim is None:
        return lambda _: uuid7()
    seed = uuid5(claim.seed, claim.fingerprint)
    return lambda number: uuid5(seed, str(number))


class _Work:
    """One upload, and its hold on its Idempotency-Key."""

    def __init__(self, shared: State, intake: BulkImport, claim: Claim | None) -> None:
        self._shared, self._intake, self._claim = shared, intake, claim
        self._held = claim is not None

    async def report(self, rows: Iterator[Row], now: datetime) -> AsyncIterator[bytes]:
        report, held_at = Report(self._intake.dry_run), now
        try:
            async for told in self._intake.take(rows, now):
                yield report.lines(told)
                if self._claim and datetime.now(UTC) - held_at > _HELD_EVERY:
                    held_at = datetime.now(UTC)
                    await hold(self._shared, self._claim, held_at)
            if self._claim and (kept := report.kept()):
                await keep(self._shared, self._claim, 200, kept)
                self._held = False
        except HomeroomError as error:
            yield report.cut(error)
        else:
            yield report.end()

    async def release(self) -> None:
        """An upload that was cut is taken up where it comes again."""
        if self._claim and self._held:
            await let_go(self._shared, self._claim, datetime.now(UTC))


for _resource in _MANY:
    serve(_resource)
