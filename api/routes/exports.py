"""The record of the caller's organization as files."""

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
        None, validation_alias="from", description="Sessions that start then or later."
    )
    end: Moment | None = Field(None, validation_alias="to", description="Sessions that start before.")


class ExportStream(StreamingResponse):
    """Ends what it sends when the client goes away, so that the database connection is free at once."""

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
    """The tables of the record and what each column means."""
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
    asked: Annotated[PeriodQuery, Query()],
) -> ExportStream:
    """One table of the record, as it is at one moment.

    A period chooses the rows of sessions that start in it; tables that belong to no session are whole. A file that was
    cut off has no end: the connection breaks before its last chunk, and a Parquet file lacks its footer.
    """
    view = view_named(table)
    made = await shared.exports.begin(who.organization_id, view, form, Period(asked.start, asked.end))
    return ExportStream(made, form, view.name)
