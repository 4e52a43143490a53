"""Imports the rows of a file in batches of one transaction each; a row that is refused does not stop the others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict, HomeroomError, InvalidInput
from models.database import Database
from models.integrity import as_domain_error
from models.repositories import intake
from services.bulk_import.parsing import Row
from services.bulk_import.row_schemas import external_ids, row_schema, with_ids
from services.inputs.fields import Schema
from services.resources.resource import Resource

_MAX_ADDRESSES = 100_000
MAX_ROWS, MAX_BYTES = 500, 4_000_000  # in one transaction

Refusal = HomeroomError | ValidationError


@dataclass(frozen=True)
class Candidate:
    """A row of the file, before it is written."""

    number: int
    line: int
    id: UUID
    new: Schema | Refusal  # the content of the row, or why it is refused


@dataclass(frozen=True)
class Outcome:
    """The result of importing a row."""

    candidate: Candidate
    refusal: Refusal | None  # None: it is imported
    remark: str = ""  # on an imported row that may be a mistake


@dataclass(frozen=True)
class BulkImport:
    """`id_of` gives a row its id by its number, so that the same file sent again under its key writes the same rows."""

    database: Database
    resource: Resource[Any]
    tenant: UUID
    id_of: Callable[[int], UUID]
    dry_run: bool = False

    async def take(self, rows: Iterator[Row], now: datetime) -> AsyncIterator[list[Outcome]]:
        """Import the rows; yields the outcomes batch by batch, in the order of the file.

        Raises Unavailable; the batches yielded before are written.
        """
        addresses = _Addresses()
        while batch := await asyncio.to_thread(self._read, rows):
            valid = [row for row in batch if isinstance(row.new, Schema)]
            refusals = await self._batch(valid, now) if valid else {}
            yield [_outcome(row, refusals, addresses) for row in batch]

    def _read(self, rows: Iterator[Row]) -> list[Candidate]:
        batch: list[Candidate] = []
        size = 0
        for row in rows:
            batch.append(Candidate(row.number, row.line, self.id_of(row.number), self._validated(row)))
            size += row.size
            if len(batch) == MAX_ROWS or size > MAX_BYTES:
                break
        return batch

    def _validated(self, row: Row) -> Schema | Refusal:
        if isinstance(row.content, InvalidInput):
            return row.content
        try:
            return row_schema(self.resource).model_validate(row.content)
        except ValidationError as error:
            return error

    async def _batch(self, batch: Sequence[Candidate], now: datetime) -> dict[UUID, Refusal | None]:
        try:
            async with self.database.tenant(self.tenant) as db:
                return await self._attempt(db, batch, now)
        except (IntegrityError, DataError, InvalidInput):
            return await self._one_by_one(batch, now)

    async def _one_by_one(self, batch: Sequence[Candidate], now: datetime) -> dict[UUID, Refusal | None]:
        """Write a batch row by row, because one of them made the whole batch fail."""
        refusals: dict[UUID, Refusal | None] = {}
        async with self.database.tenant(self.tenant) as db:
            for row in batch:
                try:
                    refusals |= await self._attempt(db, [row], now)
                except IntegrityError as error:
                    refusals[row.id] = as_domain_error(error)
                except DataError:
                    refusals[row.id] = InvalidInput("a value can't be stored")
        return refusals

    async def _attempt(
        self, db: AsyncSession, batch: Sequence[Candidate], now: datetime
    ) -> dict[UUID, Refusal | None]:
        async with db.begin_nested() as attempt:
            refused = await self._write(db, batch, now)
            if self.dry_run:
                await attempt.rollback()
        return {row.id: refused.get(row.id) for row in batch}

    async def _write(
        self, db: AsyncSession, batch: Sequence[Candidate], now: datetime
    ) -> dict[UUID, HomeroomError]:
        """Write the rows; returns the refusals by id."""
        table, refused = self.resource.table, dict[UUID, HomeroomError]()
        existing = await intake.in_use_by_id(db, table, [row.id for row in batch])
        news = {row.id: row.new for row in batch if row.id not in existing and isinstance(row.new, Schema)}
        news = _without_refusals(await self._with_our_ids(db, news), refused)
        results = await self.resource.refusals(db, list(news.values()))
        refusals = {key: refusal for key, refusal in zip(news, results, strict=True) if refusal}
        refused |= refusals
        news = {key: new for key, new in news.items() if key not in refusals}
        completed = dict(zip(news, await self.resource.completed(db, list(news.values())), strict=True))
        rows = [self.resource.row(self.tenant, key, new, now) for key, new in completed.items()]
        written = await intake.add_new(db, table, rows)
        await self._write_further(db, {key: new for key, new in completed.items() if key in written}, now)
        unwritten = {key: new for key, new in completed.items() if key not in written}
        return refused | await self._conflicts(db, unwritten)

    async def _with_our_ids(
        self, db: AsyncSession, news: Mapping[UUID, Schema]
    ) -> dict[UUID, Schema | HomeroomError]:
        resolved: dict[UUID, Schema | HomeroomError] = dict(news)
        for field, table in self.resource.references.items():
            named = {external_id for new in news.values() for external_id in external_ids(new, field)}
            ours = await intake.by_external_ids(db, table, named)
            for key, new in resolved.items():
                if isinstance(new, Schema):
                    resolved[key] = with_ids(new, field, ours)
        return resolved

    async def _write_further(self, db: AsyncSession, news: Mapping[UUID, Schema], now: datetime) -> None:
        further: dict[Any, list[dict[str, Any]]] = {}
        for key, new in news.items():
            for table, rows in self.resource.further_rows(self.tenant, key, new, now).items():
                further.setdefault(table, []).extend(rows)
        await intake.add_all(db, further)

    async def _conflicts(
        self, db: AsyncSession, unwritten: Mapping[UUID, Schema]
    ) -> dict[UUID, HomeroomError]:
        """Why rows were not written, without those that the same upload, sent twice, has written in the meantime."""
        if not unwritten:
            return {}
        existing = await intake.in_use_by_id(db, self.resource.table, unwritten)
        named = {key: getattr(new, "external_id", None) for key, new in unwritten.items()}
        taken = await intake.by_external_ids(
            db, self.resource.table, {external_id for external_id in named.values() if external_id}
        )
        return {
            key: _taken(self.resource.name, external_id if external_id in taken else None)
            for key, external_id in named.items()
            if key not in existing
        }


class _Addresses:
    """Finds rows whose mail address an earlier row of the file has. Remembers the first addresses only."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[int, str]] = {}

    def remark(self, row: Candidate) -> str:
        address = getattr(row.new, "email", None)
        if not isinstance(address, str):
            return ""
        key = address.casefold()
        number, earlier = self._rows.get(key, (row.number, address))
        if number != row.number:
            return f"row {number} has the same address" + (
                ", which differs in capitals only" if earlier != address else ""
            )
        if len(self._rows) < _MAX_ADDRESSES:
            self._rows[key] = row.number, address
        return ""


def _outcome(row: Candidate, refusals: Mapping[UUID, Refusal | None], addresses: _Addresses) -> Outcome:
    refusal = refusals[row.id] if isinstance(row.new, Schema) else row.new
    return Outcome(row, refusal, "" if refusal else addresses.remark(row))


def _without_refusals(
    resolved: Mapping[UUID, Schema | HomeroomError], refused: dict[UUID, HomeroomError]
) -> dict[UUID, Schema]:
    """The resolved inputs; refusals are moved to `refused`."""
    refused |= {key: result for key, result in resolved.items() if isinstance(result, HomeroomError)}
    return {key: result for key, result in resolved.items() if isinstance(result, Schema)}


def _taken(name: str, external_id: str | None) -> Conflict:
    what = f"a {name} with the external id {external_id!r}" if external_id else f"this {name}"
    return Conflict(f"{what} already exists", next_step="Read the existing one and change it if needed.")
