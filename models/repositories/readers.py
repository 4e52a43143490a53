"""Creates, lists and removes SQL readers. Each call is a transaction as the schema's owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from domain.errors import NotAllowed, NotFound, Unavailable

# Initial settings of a session. A role may change them, so nothing depends on them: that it can only read, and only its
# own organization, is a matter of rights, and workers end the sessions that exceed the limits in `sql_reader`.
_DEFAULTS: Final = {
    "default_transaction_read_only": "on",
    "idle_in_transaction_session_timeout": "10min",
    "search_path": "record",
    "timezone": "UTC",
}
# A role may not change these, which keep the disk for everybody else. `reader_limits.sql` has them too.
_LIMITS: Final = {
    "temp_file_limit": "2GB",  # per session
    "log_min_messages": "fatal",  # errors and debugging output of a reader stay out of the server's log
}
_SHARE_OF_CONNECTIONS: Final = 4  # of the server's connections, readers have one in so many


@dataclass(frozen=True)
class Reader:
    role_name: str
    organization_id: UUID
    label: str
    created_at: datetime


@dataclass(frozen=True)
class Limits:
    connections: int
    statement_seconds: int


def add(owner_url: str, reader: Reader, password: str, limits: Limits) -> None:
    """Raises NotFound for an unknown organization, Unavailable.

    NotAllowed where the owner may not make roles, or where logins have rights that a reader must not have.
    """
    with _as_owner(owner_url) as db:
        organization = db.execute("select 1 from public.organization where id = %s", [reader.organization_id])
        if organization.fetchone() is None:
            raise NotFound("there is no such organization")
        _check_limits(db)
        _check_connections(db, limits.connections)
        _make_role(db, reader.role_name, password, limits)
        db.execute(
            "insert into public.sql_reader (role_name, organization_id, label, created_at, statement_seconds)"
            " values (%s, %s, %s, %s, %s)",
            [
                reader.role_name,
                reader.organization_id,
                reader.label,
                reader.created_at,
                limits.statement_seconds,
            ],
        )


def every(owner_url: str) -> list[Reader]:
    """All readers, by organization, the oldest first. Raises Unavailable."""
    query = "select role_name, organization_id, label, created_at from public.sql_reader"
    with _as_owner(owner_url) as db, db.cursor(row_factory=class_row(Reader)) as cursor:
        return cursor.execute(f"{query} order by organization_id, created_at, role_name").fetchall()


def remove(owner_url: str, role_name: str) -> None:
    """End the role's sessions and drop it. Raises NotFound, Unavailable."""
    with _as_owner(owner_url) as db:
        deleted = db.execute("delete from public.sql_reader where role_name = %s", [role_name])
        if deleted.rowcount == 0:
            raise NotFound("there is no such reader", next_step="See `homeroom reader list`.")
    # Its open sessions see nothing from here on, so the rest can be done by hand should it fail.
    with _as_owner(owner_url) as db:
        if db.execute("select 1 from pg_roles where rolname = %s", [role_name]).fetchone():
            db.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [role_name]
            )
            db.execute(sql.SQL("drop owned by {}").format(sql.Identifier(role_name)))
            db.execute(sql.SQL("drop role {}").format(sql.Identifier(role_name)))


def _check_limits(db: psycopg.Connection[Any]) -> None:
    """Raises NotAllowed where a reader could do more than read: only a superuser can change that."""
    open_databases = db.execute(
        "select string_agg(quote_ident(datname), ', ' order by datname) from pg_database"
        " where datallowconn and has_database_privilege('public', oid, 'connect')"
    ).fetchone()
    functions = ("pg_advisory_lock(bigint)", "lo_create(oid)", "pg_notify(text, text)")
    limited = db.execute(
        "select not bool_or(has_function_privilege('public', f, 'execute'))"
        " and not has_language_privilege('public', 'plpgsql', 'usage')"
        " and (select bool_and(has_parameter_privilege(p, 'set')) from unnest(%s::text[]) as p)"
        " from unnest(%s::text[]) as f",
        [[*_LIMITS], [*functions]],
    ).fetchone()
    if not (limited and limited[0]):
        raise NotAllowed(
            "every login of this database may take advisory locks, run code, notify and fill the disk",
            next_step="As a superuser, run models/reader_limits.sql in it.",
        )
    if open_databases and open_databases[0]:
        raise NotAllowed(
            f"every login of this server may connect to {open_databases[0]}",
            next_step="As a superuser, run `revoke connect, temporary on database … from public` for each of them.",
        )


def _check_connections(db: psycopg.Connection[Any], wanted: int) -> None:
    """Raises NotAllowed where the readers of the server could keep Homeroom's own processes from connecting."""
    row = db.execute(
        "select current_setting('max_connections')::int / %s - coalesce(sum(rolconnlimit), 0)"
        " from public.sql_reader join pg_roles on rolname = role_name",
        [_SHARE_OF_CONNECTIONS],
    ).fetchone()
    free = max(0, int(row[0])) if row else 0
    if wanted > free:
        raise NotAllowed(
            f"readers may have {free} more connections, a quarter of the server's with those that they have",
            next_step="Use --connections with a smaller number, remove a reader, or raise max_connections.",
        )


def _make_role(db: psycopg.Connection[Any], name: str, password: str, limits: Limits) -> None:
    role = sql.Identifier(name)
    # The owner inherits the rights of the roles it creates, so that it can end their sessions and drop their grants.
    db.execute("set local createrole_self_grant = 'inherit'")
    hashed = db.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    create = sql.SQL("create role {} with login noinherit connection limit {} password {}")
    db.execute(create.format(role, sql.Literal(limits.connections), sql.Literal(hashed)))
    defaults = {
        **_DEFAULTS,
        "statement_timeout": f"{limits.statement_seconds}s",
        **_LIMITS,
    }
    for setting, value in defaults.items():
        statement = sql.SQL("alter role {} set {} = {}")
        db.execute(statement.format(role, sql.Identifier(setting), sql.Literal(value)))
    for right in (
        "connect on database {here}",
        "usage on schema record",
        "select on all tables in schema record",
    ):
        grant = sql.SQL("grant " + right + " to {role}")
        db.execute(grant.format(here=sql.Identifier(db.info.dbname), role=role))


@contextmanager
def _as_owner(url: str) -> Iterator[psycopg.Connection[Any]]:
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise NotAllowed(
            "the database owner isn't allowed to create roles",
            next_step="As a superuser, run `alter role homeroom_owner createrole`.",
        ) from error
    except psycopg.errors.UndefinedTable as error:
        raise Unavailable(
            "the database has no table of readers", next_step="Run `homeroom migrate`."
        ) from error
    except psycopg.OperationalError as error:
        raise Unavailable("the database isn't responding") from error
