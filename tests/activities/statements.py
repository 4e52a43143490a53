"""Counts the statements of the application with Postgres's pg_stat_statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from cli.local.database import APPLICATION
from cli.local.postgres import FAST_AND_UNSAFE
from tests.stack import DatabaseUrls

COUNTING = {"shared_preload_libraries": "pg_stat_statements"}
COUNTING_AND_UNSAFE = {**FAST_AND_UNSAFE, **COUNTING}
_COUNT = """
    select coalesce(sum(calls), 0)::int from pg_stat_statements
    where userid = %s::regrole and dbid = (select oid from pg_database where datname = current_database())
      and query not like '%%pg_notify%%'
"""


@dataclass
class Counted:
    statements: int = 0


@contextmanager
def counted_statements(urls: DatabaseUrls) -> Iterator[Counted]:
    """Counts the statements that are sent while the block runs, on a server that was started with COUNTING.

    Begin and commit count; notifications do not, because they are sent later, from another task.
    """
    counted = Counted()
    with psycopg.connect(urls.superuser, autocommit=True) as connection:
        connection.execute("create extension if not exists pg_stat_statements")
        connection.execute("select pg_stat_statements_reset()")
        yield counted
        row = connection.execute(_COUNT, [APPLICATION]).fetchone()
        assert row is not None
        counted.statements = row[0]
