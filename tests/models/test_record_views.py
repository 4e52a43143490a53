"""The views of the record are described throughout, and the migrations create them as the code defines them."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from models.record_views import VIEWS
from models.record_views.schema import schema_sql
from tests.stack import DatabaseUrls, TestPostgres

pytestmark = [pytest.mark.adapter, pytest.mark.check]

_COLUMNS = """
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = 'record'::regnamespace order by c.relname, a.attnum
"""
_VIEWS = """
    select relname, pg_get_viewdef(oid), obj_description(oid), reloptions
    from pg_class where relnamespace = 'record'::regnamespace order by relname
"""
_TYPES = {"timestamptz": "timestamp with time zone", "float8": "double precision", "int8": "bigint"}
_TYPES |= {"time": "time without time zone"}


@pytest.fixture(scope="module")
def migrated(postgres_server: TestPostgres, migrated_template: str) -> Iterator[DatabaseUrls]:
    urls = postgres_server.create_database(template=migrated_template)
    yield urls
    postgres_server.drop_database(urls.name)


def _rows(urls: DatabaseUrls, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(urls.superuser) as connection:
        return connection.execute(query).fetchall()


def test_migrations_create_the_views_of_the_code(migrated: DatabaseUrls) -> None:
    before = _rows(migrated, _VIEWS), _rows(migrated, _COLUMNS)
    with psycopg.connect(migrated.owner) as connection:
        connection.execute(schema_sql())
    after = _rows(migrated, _VIEWS), _rows(migrated, _COLUMNS)
    assert before == after, "write a migration: python -m scripts.record_schema NUMBER"


def test_columns_have_the_types_and_descriptions_of_the_code(migrated: DatabaseUrls) -> None:
    expected = {
        (view.name, column.name, _TYPES.get(column.sql_type, column.sql_type), column.description)
        for view in VIEWS.values()
        for column in view.columns
    }
    assert set(_rows(migrated, _COLUMNS)) == expected


def test_every_view_is_a_security_barrier_with_a_comment(migrated: DatabaseUrls) -> None:
    actual = {name: (comment, options) for name, _, comment, options in _rows(migrated, _VIEWS)}
    assert actual == {view.name: (view.description, ["security_barrier=true"]) for view in VIEWS.values()}


@pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view.name)
def test_every_column_is_described(view: Any) -> None:
    names = [column.name for column in view.columns]
    assert len(set(names)) == len(names)
    assert view.description.endswith(".")
    for column in view.columns:
        assert len(column.description) > 8, column.name
        assert column.description.endswith("."), column.name
        if column.kind == "seconds":
            assert column.name.endswith("_seconds")
        if column.kind == "timestamp":
            assert column.name.endswith("_at") or column.name == "send_after"
    assert names[0] == "organization_id"
    assert {*view.key, *view.order} <= set(names)
    assert set(view.key) <= set(view.order)
