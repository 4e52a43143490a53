"""Imports of bookings as durable runs: the rows of a file are stored, and booked batch by batch by a workflow.

What became of each row is written after its batch. A batch that is interrupted is made again: the id of a class follows
from its row, so that what was booked is found and not booked twice. Each person is told of all their classes of an
import in one message, which waits for its end.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import HomeroomError, InvalidInput, NotFound, as_stored, from_stored
from domain.people.access import AccessRole, Principal
from domain.sessions.booking_imports import ImportState, RowOutcome
from models.authorship import author
from models.booking_import import BookingImport as BookingImportRun
from models.booking_import import BookingImportRow
from models.database import Database
from models.json_values import storable
from models.repositories import booking_imports as repository
from models.repositories import pages
from models.repositories.pages import PageRequest
from services.bulk_import import refused_rows
from services.bulk_import.bookings import BookingImport, BookingRow, given_in, rows_of_file
from services.bulk_import.importer import Outcome, Refusal
from services.bulk_import.parsing import Row
from services.class_commands import ClassCommands
from services.digests import keep_gathering
from workflows.client import BookingImportClient
from workflows.contracts.booking_imports import ImportLook, ImportRef

BATCH = 40  # rows of one step
_MOST_NAME = 200  # characters of a file's name


@dataclass(frozen=True)
class RunProgress:
    """An import, and how many of its rows have which outcome."""

    run: BookingImportRun
    counts: Counter[RowOutcome]


class BookingImports:
    """Commands to imports of bookings, and their reads."""

    def __init__(self, database: Database, client: BookingImportClient) -> None:
        self._database = database
        self._client = client

    async def start(
        self, who: Principal, import_id: UUID, file_name: str, rows: Iterator[Row], now: datetime
    ) -> BookingImportRun:
        """Store the rows of a file and let them be booked. Called again with the same id, it returns the import.

        Raises InvalidInput for a file with too many rows, Unavailable.
        """
        read = await asyncio.to_thread(lambda: [_stored(row) for row in rows_of_file(rows)])
        # The workflow waits a while for its row: no row is ever without a workflow.
        ref = ImportRef(who.organization_id, import_id)
        await self._client.start(ref)
        async with self._database.tenant(who.organization_id) as db:
            run = await db.get(BookingImportRun, import_id)
            if run is None:
                run = BookingImportRun(
                    id=import_id,
                    organization_id=who.organization_id,
                    file_name="".join(filter(str.isprintable, file_name))[:_MOST_NAME],
                    row_count=len(read),
                    created_by=who.actor,
                    created_at=now,
                )
                await repository.add(db, run, read)
        await self._client.start_or_later(ref)
        return run

    async def correct(
        self, who: Principal, import_id: UUID, rows: Iterator[Row], now: datetime
    ) -> BookingImportRun:
        """Book rows in place of all those that are refused, as further rows of the import.

        Raises NotFound, InvalidInput for no row or too many, TransitionRefused while rows wait, Unavailable.
        """
        read = await asyncio.to_thread(lambda: [_stored(row) for row in rows_of_file(rows)])
        if not read:
            raise InvalidInput("there is no row", next_step="Dismiss the refused rows if none is wanted.")
        async with self._database.tenant(who.organization_id) as db:
            run = await refused_rows.take_back(db, import_id, refused_rows.CORRECTED)
            first = run.row_count + 1
            run.state, run.finished_at, run.row_count = ImportState.RUNNING, None, run.row_count + len(read)
            numbered = [row | {"number": first + index} for index, row in enumerate(read)]
            await repository.add_rows(db, run, numbered)
            await db.flush()
            # The row is locked: the first batch of the workflow waits for the commit.
            await self._client.start(ImportRef(who.organization_id, import_id))
        return run

    async def dismiss(self, who: Principal, import_id: UUID, now: datetime) -> None:
        """Set the refused rows aside. Raises NotFound, TransitionRefused while rows wait."""
        async with self._database.tenant(who.organization_id) as db:
            await refused_rows.dismiss(db, import_id, now)

    async def progress(self, who: Principal, import_id: UUID) -> RunProgress:
        """Raises NotFound."""
        async with self._database.tenant(who.organization_id) as db:
            run = await repository.get(db, import_id)
            return RunProgress(run, (await repository.counts(db, [run.id]))[run.id])

    async def rows(
        self,
        who: Principal,
        import_id: UUID,
        outcome: RowOutcome | None = None,
        *,
        after: int = 0,
        most: int | None = None,
    ) -> list[BookingImportRow]:
        """The rows after a number, or those of an outcome, by number. Raises NotFound."""
        async with self._database.tenant(who.organization_id) as db:
            await repository.get(db, import_id)
            return await repository.rows(db, import_id, outcome, after=after, most=most)


async def listed(db: AsyncSession, wanted: PageRequest) -> tuple[list[RunProgress], bool]:
    """A page of imports with their progress, and whether others follow."""
    runs, more = await pages.page(db, BookingImportRun, wanted)
    counts = await repository.counts(db, [run.id for run in runs])
    return [RunProgress(run, counts[run.id]) for run in runs], more


class BookingRuns:
    """Books the rows of imports, for their workflows."""

    def __init__(self, database: Database, classes: ClassCommands) -> None:
        self._database = database
        self._classes = classes

    async def book(self, ref: ImportRef, now: datetime) -> ImportLook:
        """Book the next rows, a batch at most; returns how far the import is. Raises Unavailable."""
        async with self._database.tenant(ref.organization_id) as db:
            try:
                run = await repository.get(db, ref.import_id)
            except NotFound:
                return ImportLook(None)
            batch = await repository.waiting(db, run.id, BATCH)
            known = await repository.class_rows(db, run.id)
            await keep_gathering(db, run.id, now)
        who = Principal(ref.organization_id, AccessRole.OPS, run.created_by)
        importing = BookingImport(self._database, self._classes, who, act_id=run.id)
        with author(run.created_by):
            outcomes = await importing.book(map(_read, batch), known, run.created_at) if batch else []
        return await self._written(ref, outcomes, now)

    async def _written(self, ref: ImportRef, outcomes: Iterable[Outcome], now: datetime) -> ImportLook:
        async with self._database.tenant(ref.organization_id) as db:
            run = await repository.get(db, ref.import_id, lock=True)
            waiting = {row.number: row for row in await repository.waiting(db, run.id, BATCH)}
            for outcome in outcomes:
                if row := waiting.get(outcome.candidate.number):
                    _write(row, outcome)
            await db.flush()
            counts = (await repository.counts(db, [run.id]))[run.id]
            if not counts[RowOutcome.WAITING] and run.state == ImportState.RUNNING:
                run.state, run.finished_at = ImportState.DONE, now
                await refused_rows.report(db, run, now)
                await refused_rows.settle_earlier(db, run, now)
            return ImportLook(
                run.state,
                counts[RowOutcome.WAITING],
                counts[RowOutcome.BOOKED],
                counts[RowOutcome.BOOKED_BEFORE],
                counts[RowOutcome.REFUSED],
            )


def refusal_of(problem: Mapping[str, Any]) -> HomeroomError | list[dict[str, Any]]:
    """Why a stored row is refused: an error, or the errors of its values as pydantic writes them."""
    if errors := problem.get("errors"):
        return list(errors)
    return from_stored(problem)


def _stored(row: Row) -> dict[str, Any]:
    """A row that can't be read is refused at once."""
    given = given_in(row)
    stored: dict[str, Any] = {"number": row.number, "line": row.line, "remark": ""}
    if isinstance(given, BookingRow):
        content = storable(given.model_dump(mode="json", exclude_defaults=True))
        return stored | {"outcome": RowOutcome.WAITING, "content": content, "problem": {}}
    said = row.cells if isinstance(row.content, InvalidInput) else row.content
    content = storable(refused_rows.cells_of(said))
    return stored | {"outcome": RowOutcome.REFUSED, "content": content, "problem": _problem(given)}


def _read(row: BookingImportRow) -> Row:
    return Row(row.number, row.line, 0, row.content)


def _write(row: BookingImportRow, outcome: Outcome) -> None:
    """What became of the row; what it says is kept until it is booked, so that it can be corrected."""
    row.remark = outcome.remark
    if outcome.refusal:
        row.outcome, row.problem = RowOutcome.REFUSED, _problem(outcome.refusal)
    else:
        row.content = {}
        row.outcome = RowOutcome.BOOKED_BEFORE if outcome.remark else RowOutcome.BOOKED
    row.class_id = outcome.candidate.id if outcome.candidate.id.int else None


def _problem(refusal: Refusal) -> dict[str, Any]:
    if isinstance(refusal, ValidationError):
        found = {"errors": json.loads(refusal.json(include_url=False, include_input=False))}
    else:
        found = as_stored(refusal)
    problem: dict[str, Any] = storable(found)
    return problem
