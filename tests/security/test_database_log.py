"""The database's log holds no value of a statement, its parameters or its errors."""

from contextlib import suppress

import psycopg
import pytest
from psycopg import sql

from tests.stack import DatabaseUrls, TestPostgres

pytestmark = pytest.mark.adapter

PLANTED = "Noor-Haddad-of-Lake-Road"

STATEMENTS = {
    "a text that is no number": "select {value}::int",
    "a parameter that is no number": "select %s::int",
    "a unique key": "create temporary table t (name text unique); insert into t values ({value}), ({value})",
    "a check": "create temporary table t (name text check (name = '')); insert into t values ({value})",
    "an unknown name": "select * from {name}",
    "a warning": "do $$ begin raise warning 'hello {raw}'; end $$",
    "an error in a block": "do $$ begin raise exception 'hello {raw}' using detail = '{raw}', hint = '{raw}'; end $$",
    "a slow statement": "select pg_sleep(0.01), {value}",
    "a statement that is cancelled": "set statement_timeout = 1; select pg_sleep(5), {value}",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_log_has_no_values(
    postgres_server: TestPostgres, database_urls: DatabaseUrls, statement: str
) -> None:
    values = {"value": sql.Literal(PLANTED), "name": sql.Identifier(PLANTED), "raw": sql.SQL(PLANTED)}
    has_parameter = "%s" in statement
    with psycopg.connect(database_urls.superuser, autocommit=True) as connection, suppress(psycopg.Error):
        connection.execute(sql.SQL(statement).format(**values), [PLANTED] if has_parameter else None)
    assert PLANTED not in postgres_server.running.log.read_text(errors="replace")
