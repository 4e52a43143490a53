"""Rows of a file become rows of the record, some hundreds in one transaction, each whole or not at all."""

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
from models.integrity import meaning_of
from models.repositories import intake
from services.bulk_import.parsing import Row
from services.bulk_import.row_schemas import external_ids, row_form, with_ids
from services.inputs.fields import Schema
from services.resources.resource import Resource

ROWS, BYTES = 500, 4_000_000  # most of one transaction

Refusal = HomeroomError | ValidationError


@dataclass(frozen=True)
class Candidate:
    number: int
    line: int
    id: UUID
    new: Schema | Refusal  # what stands in the row, or why it cannot be used


@dataclass(frozen=True)
class Outcome:
    """What became of a row."""

    candidate: Candidate
    refusal: Refusal | None  # None: it is taken


@dataclass(frozen=True)
class BulkImport:
    """`id_of` gives the id of a row by its number: the same one when the same file comes again under its key."""

    database: Database
    resource: Resource[Any]
    tenant: UUID
    id_of: Callable[[int], UUID]
    dry_run: bool = False

    async def take(self, rows: Iterator[Row], now: datetime) -> AsyncIterator[list[Outcome]]:
        """Batch by batch, in the order of the file. Raises Unavailable; what was told by then is written."""
        while batch := await asyncio.to_thread(self._read, rows):
            sound = [one for one in batch if isinstance(one.new, Schema)]
            found = await self._batch(sound, now) if sound else {}
            yield [Outcome(one, found[one.id] if isinstance(one.new, Schema) else one.new) for one in batch]

    def _read(self, rows: Iterator[Row]) -> list[Candidate]:
        batch: list[Candidate] = []
        size = 0
        for row in rows:
            batch.append(Candidate(row.number, row.line, self.id_of(row.number), self._validated(row)))
            size += row.size
            if len(batch) == ROWS or size > BYTES:
                break
        return batch

    def _validated(self, row: Row) -> Schema | Refusal:
        if isinstance(row.content, InvalidInput):
            return row.content
        try:
            return row_form(self.resource).model_validate(row.content)
        except ValidationError as error:
            return error

    async def _batch(self, batch: Sequence[Candidate], now: datetime) -> dict[UUID, Refusal | None]:
        try:
            async with self.database.tenant(self.tenant) as db:
                return await self._attempt(db, batch, now)
        except (IntegrityError, DataError, InvalidInput):
            return await self._one_by_one(batch, now)

    async def _one_by_one(self, batch: Sequence[Candidate], now: datetime) -> dict[UUID, Refusal | None]:
        """For a batch in which one row stands in the way of all."""
        found: dict[UUID, Refusal | None] = {}
        async with self.database.tenant(self.tenant) as db:
            for one in batch:
                try:
                    found |= await self._attempt(db, [one], now)
                except IntegrityError as error:
                    found[one.id] = meaning_of(error)
                except DataError:
                    found[one.id] = InvalidInput("a value can't be stored")
        return found

    async def _attempt(
        self, db: AsyncSession, batch: Sequence[Candidate], now: datetime
    ) -> dict[UUID, Refusal | None]:
        async with db.begin_nested() as attempt:
            refused = await self._write(db, batch, now)
            if self.dry_run:
                await attempt.rollback()
        return {one.id: refused.get(one.id) for one in batch}

    async def _write(
        self, db: AsyncSession, batch: Sequence[Candidate], now: datetime
    ) -> dict[UUID, HomeroomError]:
        """Returns what is refused, and why."""
        table, refused = self.resource.table, dict[UUID, HomeroomError]()
        there = await intake.lives(db, table, [one.id for one in batch])
        news = {one.id: one.new for one in batch if one.id not in there and isinstance(one.new, Schema)}
        news = _parted(await self._with_our_ids(db, news), refused)
        found = await self.resource.refusals(db, list(news.values()))
        refusals = {key: why for key, why in zip(news, found, strict=True) if why}
        refused |= refusals
        news = {key: new for key, new in news.items() if key not in refusals}
        whole = dict(zip(news, await self.resource.completed(db, list(news.values())), strict=True))
        rows = [self.resource.row(self.tenant, key, new, now) for key, new in whole.items()]
        written = await intake.add_new(db, table, rows)
        await self._write_further(db, {key: new for key, new in whole.items() if key in written}, now)
        left = {key: new for key, new in whole.items() if key not in written}
        return refused | await self._conflicts(db, left)

    async def _with_our_ids(
        self, db: AsyncSession, news: Mapping[UUID, Schema]
    ) -> dict[UUID, Schema | HomeroomError]:
        resolved: dict[UUID, Schema | HomeroomError] = dict(news)
        for field, table in self.resource.references.items():
            named = {one for new in news.values() for one in external_ids(new, field)}
            found = await intake.by_external_ids(db, table, named)
            for key, new in resolved.items():
                if isinstance(new, Schema):
                    resolved[key] = with_ids(new, field, found)
        return resolved

    async def _write_further(self, db: AsyncSession, news: Mapping[UUID, Schema], now: datetime) -> None:
        further: dict[Any, list[dict[str, Any]]] = {}
        for key, new in news.items():
            for table, rows in self.resource.further_rows(self.tenant, key, new, now).items():
                further.setdefault(table, []).extend(rows)
        await intake.add_all(db, further)

    async def _conflicts(self, db: AsyncSession, left: Mapping[UUID, Schema]) -> dict[UUID, HomeroomError]:
        """Why rows were left out, without those that a twin of this upload has written meanwhile."""
        if not left:
            return {}
        there = await intake.lives(db, self.resource.table, left)
        named = {key: getattr(new, "external_id", None) for key, new in left.items()}
        held = await intake.by_external_ids(db, self.resource.table, {one for one in named.values() if one})
        return {
            key: _taken(self.resource.name, external_id if external_id in held else None)
            for key, external_id in named.items()
            if key not in there
        }


def _parted(
    resolved: Mapping[UUID, Schema | HomeroomError], refused: dict[UUID, HomeroomError]
) -> dict[UUID, Schema]:
    """The refusals put to the others."""
    refused |= {key: one for key, one in resolved.items() if isinstance(one, HomeroomError)}
    return {key: one for key, one in resolved.items() if isinstance(one, Schema)}


def _taken(name: str, external_id: str | None) -> Conflict:
    what = f"a {name} with the external id {external_id!r}" if external_id else f"this {name}"
    return Conflict(f"{what} already exists", next_step="Read the existing one and change it if needed.")
