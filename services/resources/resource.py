"""The base class of resources: records that are created, read, listed, changed and retired."""

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
from services.channel_targets import ChannelTargets
from services.inputs.fields import Schema
from signing.sealing import Sealer

Row = TypeVar("Row", bound=SQLModel)
Existing = TypeVar("Existing")


@dataclass(frozen=True)
class Outside:
    """Parts outside the database that some kinds need before they are written."""

    openid: OpenIdConnect
    client_secrets: Sealer  # for the client secrets of identity providers
    channels: ChannelTargets


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
    ] = {}  # field of `new` that holds one id or several, to the table of these ids
    cells: ClassVar[Mapping[str, Callable[[str], Any]]] = {}  # list field to the parser of its CSV items

    async def get(self, db: AsyncSession, key: UUID) -> Row:
        """The row of this id. Raises NotFound."""
        return self._existing(await db.get(self.table, key), key)

    async def seen(self, db: Reading, key: UUID) -> Any:
        """As `get`, for reading only. Raises NotFound."""
        return self._existing(await pages.read_one(db, self.table, key), key)

    @property
    def shown_by_one_query(self) -> bool:
        """Whether a response has only columns of the kind's own table."""
        return type(self).related is Resource.related

    async def admit(self, outside: Outside, new_or_change: Schema) -> Schema:
        """Check an input against parts outside the database, and return it as it is written."""
        return new_or_change

    async def create(self, db: AsyncSession, tenant: UUID, key: UUID, new: Schema, now: datetime) -> Row:
        """Create a row; called again with the same id, it returns the row that exists."""
        if existing := await db.get(self.table, key):
            return existing
        row = await self.make(db, tenant, key, new, now)
        await db.flush()
        return row

    async def make(self, db: AsyncSession, tenant: UUID, key: UUID, new: Schema, now: datetime) -> Row:
        """Write a new row and the rows that belong to it. Raises UnknownReference."""
        (refusal,) = await self.refusals(db, [new])
        if refusal:
            raise refusal
        (completed,) = await self.completed(db, [new])
        row = self.table(**self.row(tenant, key, completed, now))
        db.add(row)
        await db.flush()
        await intake.add_all(db, self.further_rows(tenant, key, completed, now))
        return row

    async def refusals(self, db: AsyncSession, news: Sequence[Schema]) -> list[HomeroomError | None]:
        """For each input, why it cannot be created because of rows in other tables; None if it can."""
        refusals: list[HomeroomError | None] = [None] * len(news)
        for field, table in self.references.items():
            named = [_ids(getattr(new, field)) for new in news]
            lives = await intake.held_in_use(db, table, {key for keys in named for key in keys})
            for index, keys in enumerate(named):
                refusals[index] = refusals[index] or entities.unusable(table, keys, lives)
        return refusals

    async def completed(self, db: AsyncSession, news: Sequence[Schema]) -> Sequence[Schema]:
        """The inputs with values that are left out and depend on other rows."""
        return news

    def row(self, tenant: UUID, key: UUID, new: Schema, now: datetime) -> dict[str, Any]:
        """The values of a new row."""
        own = self.columns(new.model_dump())
        return {"id": key, "organization_id": tenant, "created_at": now} | own

    def further_rows(
        self, tenant: UUID, key: UUID, new: Schema, now: datetime
    ) -> Mapping[type[SQLModel], list[dict[str, Any]]]:
        """Rows of other tables that are created along with it, by table."""
        return {}

    def columns(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values of an input that are columns of the row."""
        fields = self.table.model_fields
        return {name: value for name, value in values.items() if name in fields}

    async def update(
        self, db: AsyncSession, key: UUID, change: Schema, version: int | None, now: datetime
    ) -> Row:
        """Change a row. Raises NotFound, StaleVersion, TransitionRefused for a row that is retired."""
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
        """Apply a change to rows of other tables."""

    async def retire(self, db: AsyncSession, key: UUID, version: int | None, now: datetime) -> Row:
        """Take a row out of use; rows that refer to it keep it. Raises NotFound, StaleVersion, InUse."""
        row = await self._locked(db, key, version)
        if getattr(row, "retired_at") is None:  # noqa: B009
            await self.check_unused(db, row, now)
            entities.touch(row, {"retired_at": now}, now)
            await db.flush()
        return row

    async def check_unused(self, db: AsyncSession, row: Row, now: datetime) -> None:
        """Raises InUse if the row cannot be retired."""

    async def restore(self, db: AsyncSession, key: UUID, now: datetime) -> Row:
        """Bring a retired row back into use. Raises NotFound."""
        row = await self._locked(db, key, None)
        if getattr(row, "retired_at") is not None:  # noqa: B009
            entities.touch(row, {"retired_at": None}, now)
            await db.flush()
        return row

    async def related(self, db: Readable, rows: Sequence[Any]) -> Mapping[UUID, dict[str, Any]]:
        """Values of responses that come from other tables: by row id, then by name."""
        return {}

    async def _locked(self, db: AsyncSession, key: UUID, version: int | None) -> Row:
        row = self._existing(await entities.lock(db, self.table, key), key)
        check_version(getattr(row, "version"), version)  # noqa: B009
        return row

    def _existing(self, row: Existing | None, key: UUID) -> Existing:
        """Raises NotFound."""
        if row is None:
            raise NotFound(f"there is no {self.name} {key}")
        return row


def _ids(value: UUID | Sequence[UUID]) -> Sequence[UUID]:
    return [value] if isinstance(value, UUID) else value
