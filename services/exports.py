"""Exports a table of an organization's record as a stream."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from uuid import UUID

from domain.errors import InvalidInput, NotFound, RateLimited
from models.database import Database
from models.record_views import VIEWS, RecordView
from models.repositories import exports
from models.repositories.exports import Period
from services.export_formats import ExportFormat, encoder
from services.export_spool import Spool

_BATCH_ROWS = 20_000  # a row group of Parquet: some megabytes of memory
_PATIENCE = 60.0  # seconds that a request waits for a place among its organization's downloads
_RETRY_AFTER = "30"  # seconds


def view_named(name: str) -> RecordView:
    """The record view of this name. Raises NotFound."""
    if name not in VIEWS:
        raise NotFound(
            "the record has no such table",
            next_step=f"The tables are {', '.join(VIEWS)}: see GET /v1/exports.",
        )
    return VIEWS[name]


class Export:
    """A file that is written to disk at the database's speed and read at the client's.

    Its beginning exists, so errors up to there can still become an error response.
    """

    def __init__(self, spool: Spool, writing: asyncio.Task[None], release: Callable[[], None]) -> None:
        self._spool = spool
        self._writing = writing
        self._release = release
        self._closed = False

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The file, once; the export is closed with its end."""
        try:
            async for chunk in self._spool.chunks():
                yield chunk
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """End the export, also before its last piece.

        The table is read to the end of the present batch: a query that is cancelled would leave its cursor open.
        """
        if not self._closed:
            self._closed = True
            self._spool.close()
            self._release()
        await asyncio.wait([self._writing])  # last, because the caller may be cancelled here


class _Places:
    """What one organization may have at once: open downloads, and tables that are read from the database."""

    def __init__(self, downloads: int, reads: int) -> None:
        self.downloads = asyncio.Semaphore(downloads)
        self.reads = asyncio.Semaphore(reads)
        self.users = 0


class Exports:
    """Reads at most `most` tables at once, each on one database connection; further ones wait.

    No organization takes all of these turns, and a turn never waits for a client: it ends when the table is on disk.
    Each organization may have `downloads` exports open; further ones wait for `patience` seconds.
    """

    def __init__(
        self,
        database: Database,
        most: int,
        rows: int = _BATCH_ROWS,
        *,
        downloads: int = 4,
        patience: float = _PATIENCE,
    ) -> None:
        self._database = database
        self._turns = asyncio.Semaphore(most)
        self._reads_per_organization = max(1, most // 2)
        self._downloads_per_organization = downloads
        self._places: dict[UUID, _Places] = {}
        self._rows = rows
        self._patience = patience

    async def begin(
        self, organization_id: UUID, view: RecordView, form: ExportFormat, period: Period
    ) -> Export:
        """Start the export of one table, as it is at one moment. Raises InvalidInput, RateLimited, Unavailable."""
        if period.since and period.until and period.since >= period.until:
            raise InvalidInput("the period ends before it starts", next_step="Put `from` before `to`.")
        with ExitStack() as cleanup:
            places = cleanup.enter_context(self._places_of(organization_id))
            await self._take_download(places)
            cleanup.callback(places.downloads.release)
            spool = Spool()
            writing = asyncio.create_task(self._write(spool, places, organization_id, view, form, period))
            export = Export(spool, writing, cleanup.pop_all().close)
        try:
            await spool.has_content()
        except BaseException:
            await export.aclose()
            raise
        return export

    @contextmanager
    def _places_of(self, organization_id: UUID) -> Iterator[_Places]:
        places = self._places.setdefault(
            organization_id, _Places(self._downloads_per_organization, self._reads_per_organization)
        )
        places.users += 1
        try:
            yield places
        finally:
            places.users -= 1
            if not places.users:
                del self._places[organization_id]

    async def _take_download(self, places: _Places) -> None:
        try:
            await asyncio.wait_for(places.downloads.acquire(), self._patience)
        except TimeoutError as error:
            raise RateLimited(
                "your organization has as many exports open as it may",
                next_step="Finish or cancel other downloads, or wait for the time in Retry-After.",
                retry_after=_RETRY_AFTER,
            ) from error

    async def _write(
        self,
        spool: Spool,
        places: _Places,
        organization_id: UUID,
        view: RecordView,
        form: ExportFormat,
        period: Period,
    ) -> None:
        try:
            pieces = self._pieces(places, organization_id, view, form, period)
            async with aclosing(pieces):
                async for piece in pieces:
                    if spool.is_closed:
                        return
                    await spool.append(piece)
        except Exception as error:  # for the reader, who comes to it after what was written before
            spool.end(error)
        else:
            spool.end()

    async def _pieces(
        self, places: _Places, organization_id: UUID, view: RecordView, form: ExportFormat, period: Period
    ) -> AsyncGenerator[bytes, None]:
        writer = encoder(view, form)
        async with (
            places.reads,
            self._turns,
            self._database.tenant(organization_id) as db,
            aclosing(exports.batches(db, view, period, self._rows)) as batches,
        ):
            async for rows in batches:
                yield await asyncio.to_thread(writer.add, rows)
        yield writer.end()
