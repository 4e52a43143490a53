"""One kind of thing that is made, read, listed, changed and retired; kinds with more to say override a step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from domain.errors import HomeroomError, NotFound, TransitionRefused
from domain.people.access import Permission
from integrations.openid import OpenIdConnect
from models.reading import Readable, Reading
from models.repositories import entities, intake, pages
from models.repositories.entities import check_version
from services.inputs.fields import Schema
from signing.sealing import Sealer

Row = TypeVar("Row", bound=SQLModel)
Found = TypeVar("Found")


@dataclass(frozen=True)
class Outside:
    """The world outside the database that some kinds look at before they are written."""

    openid: OpenIdConnect
    client_secrets: Sealer  # for the client secrets of identity providers


class Resource(Generic[Row]):
    """`new` and `change` are the inputs; `sorts`, `filters` and `searched` name columns."""

    name: ClassVar[str]
    table: type[Row]
    new: ClassVar[type[Schema]]
    change: ClassVar[type[Schema]]
    read: ClassVar[Permission]
    write: ClassVar[Permission]
    sorts: ClassVar[tuple[str, ...]] = ("created_at", "name")
    filters: ClassVar[Mapping[str, Any]] = {}  # column to type
    searched: ClassVar[tuple[str, ...]] = ("name",)
    references: ClassVar[
        Mapping[str, type[SQLModel]]
    ] = {}  # field of `new`, one id or several, to their table
    cells: ClassVar[Mapping[str, Callable[[str], Any]]] = {}  # how a CSV cell writes one item of a list

    async def get(self, db: AsyncSession, key: UUID) -> Row:
        """Raises NotFound."""
        return self._there(await db.get(self.table, key), key)

    async def seen(self, db: Reading, key: UUID) -> Any:
        """As `get`, of what is only shown. Raises NotFound."""
        return self._there(await pages.one(db, self.table, key), key)

    @property
    def shown_by_one_query(self) -> bool:
        """All that is shown of it is columns of its own table."""
        return type(self).related is Resource.related

    async def admit(self, outside: Outside, asked: Schema) -> Schema:
        """What is asked for, after a look at the world outside the database."""
        return asked

    async def create(self, db: AsyncSession, tenant: UUID, key: UUID, new: Schema, now: datetime) -> Row:
        """Made again under the same key, it is the one that is there."""
        if there := await db.get(self.table, key):
            return there
        row = await self.make(db, tenant, key, new, now)
        await db.flush()
        return row

    async def make(self, db: AsyncSession, tenant: UUID, key: UUID, new: Schema, now: datetime) -> Row:
        """Raises UnknownReference."""
        (refusal,) = await self.refusals(db, [new])
        if refusal:
            raise refusal
        (whole,) = await self.completed(db, [new])
        row = self.table(**self.row(tenant, key, whole, now))
        db.add(row)
        await db.flush()
        await intake.add_all(db, self.further_rows(tenant, key, whole, now))
        return row

    async def refusals(self, db: AsyncSession, news: Sequence[Schema]) -> list[HomeroomError | None]:
        """For each of these why it cannot be made, as far as that stands in other tables."""
        found: list[HomeroomError | None] = [None] * len(news)
        for field, table in self.references.items():
            named = [_ids(getattr(new, field)) for new in news]
            lives = await intake.lives(db, table, {key for keys in named for key in keys})
            for place, keys in enumerate(named):
                found[place] = found[place] or entities.unusable(table, keys, lives)
        return found

    async def completed(self, db: AsyncSession, news: Sequence[Schema]) -> Sequence[Schema]:
        """With what was left out and comes from other rows."""
        return news

    def row(self, tenant: UUID, key: UUID, new: Schema, now: datetime) -> dict[str, Any]:
        own = self.columns(new.model_dump())
        return {"id": key, "organization_id": tenant, "created_at": now} | own

    def further_rows(
        self, tenant: UUID, key: UUID, new: Schema, now: datetime
    ) -> Mapping[type[SQLModel], list[dict[str, Any]]]:
        """What is made along with it, by table."""
        return {}

    def columns(self, values: dict[str, Any]) -> dict[str, Any]:
        """What of a request goes into the row as it is."""
        known = self.table.model_fields
        return {name: value for name, value in values.items() if name in known}

    async def update(
        self, db: AsyncSession, key: UUID, change: Schema, version: int | None, now: datetime
    ) -> Row:
        """Raises NotFound, StaleVersion, TransitionRefused for one that is retired."""
        row = await self._locked(db, key, version)
        if getattr(row, "retired_at", None) is not None:
            raise TransitionRefused(
                f"this {self.name} is retired", next_step="Restore it first if you want to use it again."
            )
        values = change.model_dump(exclude_unset=True)
        await self.relate(db, row, change, now)
        entities.touch(row, self.columns(values), now)
        await db.flush()
        return row

    async def relate(self, db: AsyncSession, row: Row, change: Schema, now: datetime) -> None:
        """What a change means for other tables."""

    async def retire(self, db: AsyncSession, key: UUID, version: int | None, now: datetime) -> Row:
        """Out of use from now on; what refers to it keeps it. Raises NotFound, StaleVersion, InUse."""
        row = await self._locked(db, key, version)
        if getattr(row, "retired_at") is None:  # noqa: B009
            await self.check_unused(db, row, now)
            entities.touch(row, {"retired_at": now}, now)
            await db.flush()
        return row

    async def check_unused(self, db: AsyncSession, row: Row, now: datetime) -> None:
        """Raises InUse where it cannot be retired."""

    async def restore(self, db: AsyncSession, key: UUID, now: datetime) -> Row:
        row = await self._locked(db, key, None)
        if getattr(row, "retired_at") is not None:  # noqa: B009
            entities.touch(row, {"retired_at": None}, now)
            await db.flush()
        return row

    async def related(self, db: Readable, rows: Sequence[Any]) -> Mapping[UUID, dict[str, Any]]:
        """What belongs to these and is no column, by row and name."""
        return {}

    async def _locked(self, db: AsyncSession, key: UUID, version: int | None) -> Row:
        row = self._there(await entities.lock(db, self.table, key), key)
        check_version(getattr(row, "version"), version)  # noqa: B009
        return row

    def _there(self, row: Found | None, key: UUID) -> Found:
        """Raises NotFound."""
        if row is None:
            raise NotFound(f"there is no {self.name} {key}")
        return row


def _ids(value: UUID | Sequence[UUID]) -> Sequence[UUID]:
    return [value] if isinstance(value, UUID) else value
