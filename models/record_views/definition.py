"""The definition of a record view: its query and its described columns."""

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
    """A column. `expression` is SQL over the aliases of the view's source, cast to the type of its kind."""

    name: str
    kind: Kind
    expression: str
    description: str

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.kind]


@dataclass(frozen=True)
class RecordView:
    """A view of the record.

    `source` is a FROM clause whose first table has tenant rows. Joined rows belong to the same organization, which is
    part of every key. `scope` is the column with the row's organization.
    """

    name: str
    description: str
    source: str
    scope: str
    key: tuple[str, ...]  # columns that identify a row
    columns: tuple[Column, ...]
    where: str = ""
    sort: tuple[str, ...] = ()  # the order of an export; by key where none is given

    @property
    def by_session(self) -> bool:
        """Whether its rows belong to sessions, and so can be selected by period."""
        return any(column.name == "session_id" for column in self.columns)

    @property
    def by_subject(self) -> bool:
        """Whether some of its rows belong to no session."""
        return any(column.name == "subject_kind" for column in self.columns)

    @property
    def order(self) -> tuple[str, ...]:
        return self.sort or self.key

    def query(self, scope: str = "") -> str:
        """The SELECT for the organization that the SQL `scope` gives. Without it, row-level security has to apply."""
        columns = ",\n".join(f"    ({c.expression})::{c.sql_type} as {c.name}" for c in self.columns)
        conditions = " and ".join(
            part for part in (f"{self.scope} = {scope}" if scope else "", self.where) if part
        )
        end = f"\nwhere {conditions}" if conditions else ""
        return f"select\n{columns}\nfrom {self.source}{end}"


def organization(scope: str) -> Column:
    return Column("organization_id", "uuid", scope, "The organization whose record this is.")


def uuid_of(identity: str) -> str:
    """SQL for an identity as the participant's key; null for an identity that is not a key."""
    return f"case when pg_input_is_valid({identity}, 'uuid') then {identity}::uuid end"
