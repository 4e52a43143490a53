"""The SQLAlchemy session that collects which class sessions it wrote, and reports them after the commit.

Most writes need no declaration: a flush knows its rows, and inserts, updates and deletes are extended to return the
session of every row they touch. SQL as text names its sessions in the execution option `WRITES_SESSIONS`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.dml import UpdateBase

from models.tables import metadata

WRITES_SESSIONS = "writes_sessions"
EXEMPT: Mapping[str, str] = {
    "booking_request": "its session does not exist yet",
    "change_log": "triggers write it, and the rows that fire them are reported",
    "sign_in_link": "its subjects are people",
    "signed_in": "its subjects are people",
}
"""Tables that have a session's columns but are not reported, and why."""

_SUBJECT = ("subject_kind", "subject_id")
_WRITTEN_TABLE = re.compile(
    r"\b(?:insert\s+into|update|delete\s+from|merge\s+into)\s+(?:only\s+)?(?:\w+\.)?\"?(\w+)", re.IGNORECASE
)


class UndeclaredWriteError(Exception):
    """A mistake in a repository: SQL as text writes rows of sessions without naming the sessions."""


class UnitOfWork(Session):
    """Calls `committed` after each commit with the ids of the sessions that it wrote, if any."""

    def __init__(self, *, committed: Callable[[Collection[UUID]], None], **options: Any) -> None:
        super().__init__(**options)
        self.committed = committed
        self.written: set[UUID] = set()


@sa.event.listens_for(UnitOfWork, "after_flush")
def _collect_from_objects(session: UnitOfWork, _: object) -> None:
    changed = (instance for instance in session.dirty if session.is_modified(instance))
    for instance in chain(session.new, changed, session.deleted):
        columns = session_columns(sa.inspect(instance).mapper.local_table.name)
        session.written |= _sessions(columns, [getattr(instance, name) for name in columns])


@sa.event.listens_for(UnitOfWork, "do_orm_execute")
def _collect_from_statement(state: ORMExecuteState) -> sa.Result[Any] | None:
    if isinstance(state.statement, UpdateBase):
        return _execute_and_collect(state, state.statement)
    if isinstance(state.statement, sa.TextClause):
        _unit_of(state).written |= _declared(state, state.statement)
    return None


@sa.event.listens_for(UnitOfWork, "after_commit")
def _report(session: UnitOfWork) -> None:
    if session.written and not session.in_nested_transaction():
        written, session.written = session.written, set()
        session.committed(written)


def _execute_and_collect(state: ORMExecuteState, statement: UpdateBase) -> sa.Result[Any] | None:
    """Execute a statement and collect the sessions of its rows. None where the table's rows belong to no session."""
    table = statement.table
    assert isinstance(table, sa.TableClause), "Postgres writes one table at a time"
    columns = session_columns(table.name)
    if not columns:
        return None
    result = state.invoke_statement(statement.returning(*(table.c[name] for name in columns)))
    own_columns = len(result.keys()) - len(columns)
    rows = result.freeze()
    for row in rows():
        _unit_of(state).written |= _sessions(columns, row[own_columns:])
    return rows().columns(*range(own_columns)) if own_columns else result


def _declared(state: ORMExecuteState, text: sa.TextClause) -> set[UUID]:
    declared: Iterable[UUID] | None = state.execution_options.get(WRITES_SESSIONS)
    if declared is None and (tables := _session_tables_written_by(text.text)):
        raise UndeclaredWriteError(
            f"this statement writes {', '.join(tables)}: name the sessions in the option {WRITES_SESSIONS}"
        )
    return set(declared or ())


def _unit_of(state: ORMExecuteState) -> UnitOfWork:
    assert isinstance(state.session, UnitOfWork)
    return state.session


def _sessions(columns: Sequence[str], values: Sequence[Any]) -> set[UUID]:
    if columns == _SUBJECT:
        kind, subject_id = values
        return {subject_id} if kind == "session" else set()
    return {value for value in values if value is not None}


@cache
def session_columns(table: str) -> tuple[str, ...]:
    """The columns that hold the sessions of a table's rows; empty for rows that belong to no session."""
    if table in EXEMPT or table not in metadata.tables:
        return ()
    if table == "session":
        return ("id",)
    names = metadata.tables[table].columns.keys()
    ids = tuple(name for name in names if name == "session_id" or name.endswith("_session_id"))
    return ids or (_SUBJECT if set(_SUBJECT) <= set(names) else ())


@lru_cache(maxsize=1000)
def _session_tables_written_by(text: str) -> tuple[str, ...]:
    names = set(_WRITTEN_TABLE.findall(text.lower()))
    return tuple(sorted(name for name in names if session_columns(name)))
