"""Creates the database, its owner role and the application role if they are missing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

OWNER: Final = "homeroom_owner"
APPLICATION: Final = "homeroom_app"
_READER_LIMITS: Final = Path(__file__).parents[2] / "models" / "reader_limits.sql"


@dataclass(frozen=True)
class Passwords:
    owner: str
    application: str


def ensure_database(superuser_url: str, name: str, passwords: Passwords) -> None:
    """Create database and roles if they are missing, and set the roles' passwords."""
    ensure_roles(superuser_url, passwords)
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        exists = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if not exists:
            create_database(connection, name)
        limit_readers(connection, name)


def ensure_roles(superuser_url: str, passwords: Passwords) -> None:
    """The owner runs migrations and creates readers; the application role owns nothing and bypasses no policy."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for role, password, privilege in (
            (OWNER, passwords.owner, "createrole"),
            (APPLICATION, passwords.application, "nocreaterole"),
        ):
            exists = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
            statement = sql.SQL("{} role {} with login nosuperuser nobypassrls nocreatedb {} password {}")
            verb = sql.SQL("alter" if exists else "create")
            connection.execute(
                statement.format(verb, sql.Identifier(role), sql.SQL(privilege), sql.Literal(password))
            )


def create_database(
    connection: "psycopg.Connection[tuple[object, ...]]", name: str, template: str = "template1"
) -> None:
    """Create a database that belongs to the owner, to which the application role may only connect so far."""
    statement = sql.SQL("create database {} owner {} template {} strategy file_copy")
    connection.execute(statement.format(*map(sql.Identifier, (name, OWNER, template))))
    connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
    connection.execute(
        sql.SQL("grant connect on database {} to {}").format(
            sql.Identifier(name), sql.Identifier(APPLICATION)
        )
    )


def limit_readers(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    """Take from every login of a database what only a superuser, whose connection this is, can take from it."""
    login = make_conninfo(connection.info.dsn, password=connection.info.password, dbname=name)
    with psycopg.connect(login) as inside:
        inside.execute(_READER_LIMITS.read_text())
