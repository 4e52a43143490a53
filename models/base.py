"""Building blocks of all tables: naming convention, UTC timestamps, tenant column, subjects, JSON columns."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

from domain.subjects import Subject, SubjectKind

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


class UTCDateTime(sa.TypeDecorator[datetime]):
    """A timestamptz that refuses naive datetimes and always returns UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a timestamp without a time zone is ambiguous; pass an aware datetime")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None


def utc(default: Any = ..., *, server_default: Any = None) -> Any:
    """A UTC timestamp column; required unless a default is given."""
    if server_default is not None:
        return Field(
            None,
            sa_column_kwargs={"server_default": server_default},
            sa_type=_type(UTCDateTime),
            nullable=False,
        )
    return Field(default, sa_type=_type(UTCDateTime))


def enum_column(enum: type, default: Any = ..., *, primary_key: bool = False) -> Any:
    """An enumeration stored as its value, so that adding a value needs no type migration."""
    kind = sa.Enum(enum, native_enum=False, values_callable=lambda e: [m.value for m in e], length=40)
    return Field(default, sa_type=_type(kind), primary_key=primary_key)


def json_object() -> Any:
    return Field(default_factory=dict, sa_type=_type(JSONB), sa_column_kwargs={"server_default": "{}"})


def json_list() -> Any:
    return Field(default_factory=list, sa_type=_type(JSONB), sa_column_kwargs={"server_default": "[]"})


def _type(kind: Any) -> Any:
    """SQLModel annotates `sa_type` as a class; SQLAlchemy takes instances as well."""
    return kind


def within_tenant(table: str, column: str = "", ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """`column` (by default `<table>_id`) refers to a row of `table` of the same organization.

    Postgres checks foreign keys without row-level security, so the key itself has to name the organization.
    """
    own = column or f"{table}_id"
    referred = [f"{table}.organization_id", f"{table}.id"]
    return sa.ForeignKeyConstraint(["organization_id", own], referred, ondelete=ondelete)


def referred_within_tenant() -> sa.UniqueConstraint:
    """The unique key that `within_tenant` keys of other tables refer to."""
    return sa.UniqueConstraint("organization_id", "id")


def external_ids_are_unique(table: str) -> sa.Index:
    """External ids are unique within an organization, except empty ones."""
    return sa.Index(
        f"uq_{table}_organization_id_external_id",
        "organization_id",
        "external_id",
        unique=True,
        postgresql_where=sa.text("external_id is not null"),
    )


def listed_by(table: str, *columns: str) -> sa.Index:
    """An index with which pages of an organization's rows in this order are read without sorting."""
    return sa.Index(f"ix_{table}_listed_by_{columns[-1]}", "organization_id", *columns, "id")


def listed_within(table: str, *columns: str, last: str = "id", where: str = "") -> sa.Index:
    """An index for pages of an organization's rows that are filtered by all but the last of the columns.

    `last` sets rows with equal values apart. `where` is the condition of a partial index.
    """
    name = f"ix_{table}_{'_'.join(columns)}"
    condition = sa.text(where) if where else None
    return sa.Index(name, "organization_id", *columns, last, postgresql_where=condition)


def listed_retired(table: str, column: str) -> sa.Index:
    """An index of the retired rows, which are few, for pages of them in the order of this column."""
    return sa.Index(
        f"ix_{table}_retired",
        "organization_id",
        column,
        "id",
        postgresql_where=sa.text("retired_at is not null"),
    )


def searched_text(table: str, column: str) -> sa.Index:
    """An index of a text's trigrams, by which `rows_with_text` finds rows that contain a text."""
    return sa.Index(
        f"ix_{table}_{column}_trigrams",
        column,
        postgresql_using="gin",
        postgresql_ops={column: "gin_trgm_ops"},
    )


class TenantRow(SQLModel):
    """A row of an organization's data; row-level security compares its id with the transaction's."""

    organization_id: UUID = Field(foreign_key="organization.id", index=True)


class SubjectRow(TenantRow):
    """A row about a subject: a session, a person, a course… Its foreign key is `session_of_subject`."""

    __mapper_args__: ClassVar = {"eager_defaults": True}  # statements return the computed column

    subject_kind: SubjectKind = enum_column(SubjectKind)
    subject_id: UUID

    @property
    def about(self) -> Subject:
        return Subject(self.subject_kind, self.subject_id)


def session_of_subject() -> Any:
    """The subject's id where the subject is a session, computed by the database.

    It carries the foreign key that keeps such a row within the session's organization. The expression is spelled as
    Postgres stores it, so that comparing migrations with tables finds no difference.
    """
    rule = "CASE WHEN subject_kind::text = 'session'::text THEN subject_id ELSE NULL::uuid END"
    return Field(None, sa_column_args=(sa.Computed(rule, persisted=True),))
