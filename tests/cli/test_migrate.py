"""`homeroom migrate` on new PostgreSQL and Temporal servers."""

import os
import subprocess
import sys

import psycopg
import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey

from tests.stack import TestPostgres, TestTemporal
from workflows.session import search_attributes

pytestmark = pytest.mark.adapter


def _migrate(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    required = {
        "HOMEROOM_HOME": os.devnull,
        "HOMEROOM_ADMIN_TOKEN": "a",
        "HOMEROOM_LINK_SECRETS": '["b"]',
        "HOMEROOM_DATABASE_URL": "postgresql://unused",
        "HOMEROOM_OBJECT_STORE_URL": "memory:///",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOMEROOM_")}
    return subprocess.run(
        [sys.executable, "-m", "cli.main", "migrate", *arguments],
        env={**inherited, **required, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


async def test_namespace_and_search_attributes_are_created_once(temporal_server: TestTemporal) -> None:
    settings = {
        "HOMEROOM_TEMPORAL_ADDRESS": temporal_server.address,
        "HOMEROOM_TEMPORAL_NAMESPACE": "elsewhere",
    }
    first = _migrate("--no-database", **settings)
    assert first.returncode == 0, first.stderr
    assert "the namespace, Homeroom" in first.stdout
    client = await Client.connect(temporal_server.address, namespace="elsewhere")
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace="elsewhere")
    )
    assert {key.name for key in search_attributes.ALL} <= set(listed.custom_attributes)
    assert "nothing to do" in _migrate("--no-database", **settings).stdout


def test_the_schema_is_created_and_belongs_to_the_owner(postgres_server: TestPostgres) -> None:
    urls = postgres_server.create_database()
    for _ in range(2):
        done = _migrate("--no-temporal", HOMEROOM_OWNER_DATABASE_URL=urls.owner)
        assert done.returncode == 0, done.stderr
    with psycopg.connect(urls.owner) as connection:
        row = connection.execute(
            "select count(*), count(*) filter (where tableowner <> 'homeroom_owner') "
            "from pg_tables where schemaname = 'public'"
        ).fetchone()
    assert row is not None
    assert row[0] > 5
    assert row[1] == 0


def test_without_an_owner_url_it_says_what_to_set() -> None:
    done = _migrate("--no-temporal")
    assert done.returncode == 1
    assert "HOMEROOM_OWNER_DATABASE_URL" in done.stderr


def test_workflows_set_only_attributes_that_exist() -> None:
    keys = {key for key in vars(search_attributes).values() if isinstance(key, SearchAttributeKey)}
    assert keys == set(search_attributes.ALL)
