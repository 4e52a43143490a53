"""Exports a table of an organization's record as a stream."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from domain.errors import InvalidInput, NotFound
from models.database import Database
from models.record_views import VIEWS, RecordView
from models.repositories import exports
from models.repositories.exports import Period
from services.export_formats import ExportFormat, encoder

_BATCH_ROWS = 20_000  # a row group of Parquet: some megabytes of memory


def view_named(name: str) -> RecordView:
    """The record view of this name. Raises NotFound."""
    if name not in VIEWS:
        raise NotFound(
            "the record has no such table",
            next_step=f"The tables are {', '.join(VIEWS)}: see GET /v1/exports.",
        )
    return VIEWS[name]


@dataclass(frozen=True)
class Export:
    """A file in pieces. The first piece exists, so errors up to there can still become an error response."""

    first: bytes
    rest: AsyncGenerator[bytes, None]

    async def pieces(self) -> AsyncIterator[bytes]:
        yield self.first
        async for piece in self.rest:
            yield piece

    async def aclose(self) -> None:
        """End the export, also before its last piece."""
        await self.rest.aclose()


class Exports:
    """Runs at most `most` exports at once, each on one database connection; further ones wait."""

    def __init__(self, database: Database, most: int, rows: int = _BATCH_ROWS) -> None:
        self._database = database
        self._slots = asyncio.Semaphore(most)
        self._rows = rows

    async def begin(
        self, organization_id: UUID, view: RecordView, form: ExportFormat, period: Period
    ) -> Export:
        """Start the export of one table, as it is at one moment. Raises InvalidInput, Unavailable."""
        if period.since and period.until and period.since >= period.until:
            raise InvalidInput("the period ends before it starts", next_step="Put `from` before `to`.")
        pieces = self._pieces(organization_id, view, form, period)
        return Export(await anext(pieces), pieces)

    async def _pieces(
        self, organization_id: UUID, view: RecordView, form: ExportFormat, period: Period
    ) -> AsyncGenerator[bytes, None]:
        writer = encoder(view, form)
        async with (
            self._slots,
            self._database.tenant(organization_id) as db,
            aclosing(exports.batches(db, view, period, self._rows)) as batches,
        ):
            async for rows in batches:
                yield await asyncio.to_thread(writer.add, rows)
        yield writer.end()
