"""Readers that exist keep their statement time-out, up to an hour, as the limit of their statements."""

import psycopg
import pytest

from models.migrate import upgrade
from tests.models.full_record import new_role
from tests.stack import TestPostgres

pytestmark = pytest.mark.adapter

BEFORE, LIMITS = "0028", "0029"


def test_existing_readers_get_their_time_out_as_limit(postgres_server: TestPostgres) -> None:
    urls = postgres_server.create_database()
    upgrade(urls.owner, BEFORE)
    given = {"'45s'": 45, "'9000s'": 3600, "0": 300, "default": 300}
    roles = {new_role(): value for value in given}
    with psycopg.connect(urls.owner) as owner:
        owner.execute("insert into region values ('local', 'Local')")
        owner.execute(
            "insert into organization (id, name, region, time_zone, language, version, created_at) "
            "values (gen_random_uuid(), 'Harbour', 'local', 'UTC', 'en', 1, now())"
        )
        for role, value in roles.items():
            owner.execute(f"create role {role}")
            owner.execute(f"alter role {role} set statement_timeout = {value}")
            owner.execute("insert into sql_reader select %s, id, '', now() from organization", [role])
    upgrade(urls.owner, LIMITS)
    with psycopg.connect(urls.owner) as owner:
        rows = owner.execute("select role_name, statement_seconds from sql_reader").fetchall()
        for role in roles:
            owner.execute(f"drop role {role}")
    assert set(rows) == {(role, given[value]) for role, value in roles.items()}
    postgres_server.drop_database(urls.name)
