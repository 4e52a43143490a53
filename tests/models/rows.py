"""Makes a valid row of every table from the metadata, so that new tables are tested from the start."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, Range
from sqlalchemy.types import TypeEngine

from models.course import Course
from models.database import Database
from models.tables import OWNER_ONLY, UNSCOPED, metadata

NOON = datetime(2030, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TENANT = metadata.tables["organization"]
APPEND_ONLY = {"change_log", "session_event", "documentation_revision"}
TENANT_TABLES = [table for table in metadata.sorted_tables if table.name not in UNSCOPED]

Values = dict[str, Any]


@dataclass(frozen=True)
class Tenant:
    """An organization's rows by table name."""

    id: UUID = field(default_factory=uuid4)
    rows: dict[str, Values] = field(default_factory=dict)

    def __getitem__(self, table: str) -> Values:
        return self.rows[table]

    @property
    def session_id(self) -> UUID:
        found: UUID = self["session"]["id"]
        return found


def course(tenant: Tenant, title: str) -> Course:
    return Course(id=uuid4(), organization_id=tenant.id, title=title, subject="s", created_at=NOON)


async def make_tenant(database: Database, *, before: sa.Table | None = None) -> Tenant:
    """An organization with a row in every table of the application, or only in the tables before `before`."""
    tenant = Tenant()
    tables = [table for table in metadata.sorted_tables if table.name not in OWNER_ONLY]
    async with database.tenant(tenant.id) as db:
        for table in tables[: tables.index(before)] if before is not None else tables:
            tenant.rows[table.name] = row_of(table, tenant)
            await db.execute(sa.insert(table).values(tenant[table.name]))
    return tenant


async def another_session(database: Database, tenant: Tenant, **other: Any) -> UUID:
    values = row_of(metadata.tables["session"], tenant) | other
    async with database.tenant(tenant.id) as db:
        await db.execute(sa.insert(metadata.tables["session"]).values(values))
    made: UUID = values["id"]
    return made


def row_of(table: sa.Table, tenant: Tenant) -> Values:
    """Another valid row of this tenant, which refers to the tenant's rows in the tables before."""
    values = {column.name: _value(column) for column in table.columns if not _computed(column)}
    if "organization_id" in values:
        values["organization_id"] = tenant.id
    for column, referred in references(table):
        values[column.name] = tenant[referred.table.name][referred.name]
    if table is TENANT:
        values["id"] = tenant.id
    if "ends_at" in values:
        values["ends_at"] = NOON + HOUR
    if "hold_id" in values:
        values |= {"hold_id": None, "expires_at": None}
    if "recurrence" in values:
        values |= {"recurrence": "FREQ=WEEKLY", "time_zone": "Europe/Madrid"}
    if "occurrence_since" in values:
        values |= {"moves": 0, "occurrence_since": None}
    for name in ("removed_at", "sent_out_at", "resolved_at"):
        if name in values:
            values[name] = None
    return values


def references(table: sa.Table) -> Iterator[tuple[sa.Column[Any], sa.Column[Any]]]:
    """Each column with the column it refers to; for a session that is computed, the subject it comes from."""
    for key in sorted(table.foreign_keys, key=lambda key: (key.parent.name, key.target_fullname)):
        yield table.c.subject_id if _computed(key.parent) else key.parent, key.column


def scope_column(table: sa.Table) -> sa.Column[Any]:
    """The column that row-level security compares."""
    return table.c.id if table is TENANT else table.c.organization_id


def same_row(table: sa.Table, row: Values) -> sa.ColumnElement[bool]:
    keys = [column for column in table.primary_key.columns if column.name in row]
    return sa.and_(*(column == row[column.name] for column in keys or [table.c.subject_id]))


def _computed(column: sa.Column[Any]) -> bool:
    return column.identity is not None or column.computed is not None


_OF_TYPE: dict[type[TypeEngine[Any]], Callable[[], Any]] = {
    sa.Uuid: uuid4,
    sa.DateTime: lambda: NOON,
    sa.Date: NOON.date,
    sa.Time: lambda: time(21),
    sa.Integer: lambda: 1,
    sa.BigInteger: lambda: 1,
    sa.Float: lambda: 1.0,
    sa.Boolean: lambda: False,
    TSTZRANGE: lambda: Range(NOON, NOON + HOUR, bounds="[)"),
}


def _value(column: sa.Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, sa.types.TypeDecorator):
        kind = kind.impl_instance
    if isinstance(kind, sa.Enum):
        assert kind.enum_class is not None
        return next(iter(kind.enum_class))
    if isinstance(kind, sa.DateTime) and not kind.timezone:  # a wall time
        return NOON.replace(tzinfo=None)
    if isinstance(kind, sa.String):
        return uuid4().hex
    if isinstance(kind, JSONB):
        assert isinstance(column.server_default, sa.DefaultClause)
        return json.loads(str(column.server_default.arg))
    return _OF_TYPE[type(kind)]()
