"""Counts the statements that the application sends, as Postgres itself counts them."""

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
    """On a server that was started with COUNTING.

    Begin and commit of transactions count; notifications, which are sent in their own time, do not.
    """
    found = Counted()
    with psycopg.connect(urls.superuser, autocommit=True) as connection:
        connection.execute("create extension if not exists pg_stat_statements")
        connection.execute("select pg_stat_statements_reset()")
        yield found
        row = connection.execute(_COUNT, [APPLICATION]).fetchone()
        assert row is not None
        found.statements = row[0]
