"""Exports of an organization's record as Parquet, CSV or JSON lines, and its data dictionary."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Receive, Scope, Send

from api.http.authentication import needs
from api.http.dependencies import Shared, TheCaller
from api.http.idempotency import ApiRoute
from api.schemas.exports import DictionaryOut
from domain.people.access import Permission
from models.repositories.exports import Period
from services.export_formats import MEDIA_TYPES, ExportFormat
from services.exports import Export, view_named
from services.inputs.fields import Moment

router = APIRouter(prefix="/v1/exports", tags=["exports"], route_class=ApiRoute)

_FILE = {"schema": {"type": "string", "format": "binary"}}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The table.",
        "content": {name.partition(";")[0]: _FILE for name in MEDIA_TYPES.values()},
    }
}


class PeriodQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    start: Moment | None = Field(
        None, validation_alias="from", description="Only sessions that start at or after this time."
    )
    end: Moment | None = Field(
        None, validation_alias="to", description="Only sessions that start before this time."
    )


class ExportStream(StreamingResponse):
    """Streams an export, and ends it as soon as the client disconnects."""

    def __init__(self, made: Export, form: ExportFormat, name: str) -> None:
        headers = {
            "Content-Disposition": f'attachment; filename="{name}.{form}"',
            "Cache-Control": "no-store",
        }
        super().__init__(made.pieces(), media_type=MEDIA_TYPES[form], headers=headers)
        self._made = made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._made.aclose()


@router.get("", dependencies=[needs(Permission.EXPORTS_READ)])
async def dictionary() -> DictionaryOut:
    """List the tables of the record with the meaning of each column."""
    return DictionaryOut.make()


@router.get(
    "/{table}.{form}",
    response_class=Response,
    responses=_FILES,
    dependencies=[needs(Permission.EXPORTS_READ)],
)
async def export(
    table: str,
    form: ExportFormat,
    who: TheCaller,
    shared: Shared,
    query: Annotated[PeriodQuery, Query()],
) -> ExportStream:
    """Download one table of the record, consistent at one moment.

    `from` and `to` select rows by the start of their session; tables without a session are exported whole. If an
    export fails midway, the connection is closed without a last chunk, and a Parquet file has no footer.
    """
    view = view_named(table)
    made = await shared.exports.begin(who.organization_id, view, form, Period(query.start, query.end))
    return ExportStream(made, form, view.name)
