"""What a view of the record is: its query, its columns, and the words on each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["uuid", "text", "timestamp", "time", "seconds", "number", "integer", "boolean", "texts"]

SQL_TYPES: Final[Mapping[Kind, str]] = {
    "uuid": "uuid",
    "text": "text",
    "timestamp": "timestamptz",
    "time": "time",
    "seconds": "float8",
    "number": "float8",
    "integer": "int8",
    "boolean": "boolean",
    "texts": "text[]",
}


@dataclass(frozen=True)
class Column:
    """`expression` is SQL over the aliases of the view's source; the view casts it to the type of its kind."""

    name: str
    kind: Kind
    expression: str
    description: str

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.kind]


@dataclass(frozen=True)
class RecordView:
    """One table of the record as readers see it.

    `source` is a FROM clause whose first table is a tenant's; what it joins belongs to the same organization, since
    every key names it. `scope` is the column that says whose the row is.
    """

    name: str
    description: str
    source: str
    scope: str
    key: tuple[str, ...]  # columns that tell the rows apart
    columns: tuple[Column, ...]
    where: str = ""
    sort: tuple[str, ...] = ()  # the order of an export; by key where none is given

    @property
    def by_session(self) -> bool:
        """Its rows belong to sessions, so a period can be asked for."""
        return any(column.name == "session_id" for column in self.columns)

    @property
    def by_subject(self) -> bool:
        """Some of its rows belong to no session."""
        return any(column.name == "subject_kind" for column in self.columns)

    @property
    def order(self) -> tuple[str, ...]:
        return self.sort or self.key

    def query(self, scope: str = "") -> str:
        """The SELECT. Without a condition on `scope` it relies on row-level security."""
        columns = ",\n".join(f"    ({c.expression})::{c.sql_type} as {c.name}" for c in self.columns)
        conditions = " and ".join(
            part for part in (f"{self.scope} = {scope}" if scope else "", self.where) if part
        )
        end = f"\nwhere {conditions}" if conditions else ""
        return f"select\n{columns}\nfrom {self.source}{end}"


def organization(scope: str) -> Column:
    return Column("organization_id", "uuid", scope, "The organization whose record this is.")


def uuid_of(identity: str) -> str:
    """An identity as the participant's key; null for one that is none."""
    return f"case when pg_input_is_valid({identity}, 'uuid') then {identity}::uuid end"
