"""The migrations create the tables of the code, and the constraints and privileges that autogenerate ignores."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from cli.local.database import APPLICATION, OWNER
from models.database import sqlalchemy_url
from models.migrate import alembic_config, upgrade
from models.tables import UNSCOPED, metadata
from tests.models.rows import TENANT_TABLES, scope_column
from tests.stack import DatabaseUrls, TestPostgres

pytestmark = [pytest.mark.adapter, pytest.mark.check]

TENANT_NAMES = {table.name for table in TENANT_TABLES}


@pytest.fixture
def empty(postgres_server: TestPostgres) -> Iterator[DatabaseUrls]:
    urls = postgres_server.create_database()
    yield urls
    postgres_server.drop_database(urls.name)


@pytest.fixture(scope="module")
def migrated(postgres_server: TestPostgres, migrated_template: str) -> Iterator[DatabaseUrls]:
    urls = postgres_server.create_database(template=migrated_template)
    yield urls
    postgres_server.drop_database(urls.name)


def _rows(urls: DatabaseUrls, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(urls.superuser) as connection:
        return connection.execute(query, values).fetchall()


def _differences(urls: DatabaseUrls) -> list[Any]:
    engine = sa.create_engine(sqlalchemy_url(urls.owner), poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, metadata))


def _tables(urls: DatabaseUrls) -> set[str]:
    return {name for (name,) in _rows(urls, "select tablename from pg_tables where schemaname = 'public'")}


def test_migrations_create_the_tables_of_the_code(migrated: DatabaseUrls) -> None:
    assert _differences(migrated) == []
    assert _tables(migrated) == set(metadata.tables) | {"alembic_version"}


def test_downgrade_to_empty_and_upgrade_again(empty: DatabaseUrls) -> None:
    upgrade(empty.owner)
    command.downgrade(alembic_config(empty.owner), "base")
    assert _tables(empty) == {"alembic_version"}
    functions = "select proname from pg_proc where pronamespace = 'public'::regnamespace and probin is null"
    assert _rows(empty, functions) == []
    upgrade(empty.owner)
    assert _differences(empty) == []


def test_last_migration_can_be_downgraded_and_upgraded(empty: DatabaseUrls) -> None:
    upgrade(empty.owner)
    command.downgrade(alembic_config(empty.owner), "-1")
    command.upgrade(alembic_config(empty.owner), "+1")
    assert _differences(empty) == []


def test_check_and_exclusion_constraints_are_in_the_database(migrated: DatabaseUrls) -> None:
    """Autogenerate compares neither."""
    expected = {
        (table.name, str(constraint.name))
        for table in metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint | ExcludeConstraint)
    }
    query = "select conrelid::regclass::text, conname from pg_constraint "
    query += "where contype in ('c', 'x') and conrelid <> 0"
    assert set(_rows(migrated, query)) == expected


def test_exclusion_constraint_forbids_overlapping_times_of_a_person(migrated: DatabaseUrls) -> None:
    """Of classes and holds alike, at once and in every row."""
    query = """
        select conrelid::regclass::text, pg_get_constraintdef(oid), condeferrable, convalidated
        from pg_constraint where contype = 'x'
    """
    definition = "EXCLUDE USING gist (organization_id WITH =, person_id WITH =, during WITH &&)"
    assert _rows(migrated, query) == [("booked_time", definition, False, True)]


def test_row_level_security_is_on_for_every_tenant_table(migrated: DatabaseUrls) -> None:
    query = (
        "select relname, relrowsecurity from pg_class where relkind = 'r' and relnamespace = %s::regnamespace"
    )
    actual = dict(_rows(migrated, query, "public"))
    assert {name for name, protected in actual.items() if protected} == TENANT_NAMES
    assert {name for name, protected in actual.items() if not protected} == UNSCOPED


@pytest.mark.parametrize("table", TENANT_TABLES, ids=lambda table: table.name)
def test_one_policy_binds_rows_to_the_organization(migrated: DatabaseUrls, table: sa.Table) -> None:
    query = (
        "select policyname, permissive, roles, cmd, qual, with_check from pg_policies where tablename = %s"
    )
    column = scope_column(table).name
    rule = f"({column} = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)"
    assert _rows(migrated, query, table.name) == [("tenant", "PERMISSIVE", ["public"], "ALL", rule, rule)]


def test_application_role_cannot_bypass_the_policies(migrated: DatabaseUrls) -> None:
    role = "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = %s"
    assert _rows(migrated, role, APPLICATION) == [(False,) * 5]
    member = "select count(*) from pg_auth_members where member = %s::regrole"
    assert _rows(migrated, member, APPLICATION) == [(0,)]
    owners = "select distinct tableowner from pg_tables where schemaname = 'public'"
    assert _rows(migrated, owners) == [(OWNER,)]


def test_application_role_has_only_the_needed_privileges(migrated: DatabaseUrls) -> None:
    query = """
        select table_name, array_agg(privilege_type::text order by privilege_type::text)
        from information_schema.role_table_grants where grantee = %s group by table_name
    """
    granted = dict(_rows(migrated, query, APPLICATION))
    appended = {"change_log", "session_event", "documentation_revision", "region"}
    append, change = ["INSERT", "SELECT"], ["DELETE", "INSERT", "SELECT", "UPDATE"]
    expected = {name: append if name in appended else change for name in TENANT_NAMES | appended}
    assert granted == expected | {"sign_in_attempt": ["DELETE", "INSERT", "SELECT"]}
    with (
        psycopg.connect(migrated.application) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("create table mine (id int)")


def test_cross_tenant_functions_are_the_known_ones_and_not_public(migrated: DatabaseUrls) -> None:
    query = """
        select proname, proconfig, has_function_privilege(%s, oid, 'execute'),
               coalesce(proacl::text like '%%{=X%%', true)
        from pg_proc where prosecdef and pronamespace = 'public'::regnamespace order by proname
    """
    path = ["search_path=pg_catalog, public"]
    names = (
        "api_key_by_prefix",
        "calendar_feed_of",
        "calendars_to_read",
        "cases_unresolved_before",
        "change_log_held_back_since",
        "changed_organizations",
        "double_bookings",
        "early_ended",
        "end_overdue_readers",
        "forget_expired",
        "holder_of_join_code",
        "identity_provider_by_domain",
        "join_code_holder",
        "kept_out_of_rooms",
        "loose_ends",
        "organizations_with_classes",
        "overrun_people",
        "people_by_email",
        "poor_telemetry",
        "presence_events",
        "proven_domain_by_name",
        "removed_participants",
        "rotas_to_check",
        "rows_with_text",
        "running_presence",
        "running_recordings",
        "session_tenant",
        "sessions_with_late_audio",
        "sessions_without_room",
        "sign_in_link_by_token",
        "signed_in_by_token",
        "silent_captures",
        "unanswered_asks",
        "unconcerning_cases",
        "undelivered_notices",
        "unfinished_sessions",
        "unfollowed_cases",
        "unknown_sessions",
        "unrecorded_classes",
        "unresolved_cases",
        "waiting_audio",
    )
    options = {"rows_with_text": [*path, "plan_cache_mode=force_custom_plan"]}
    expected = [(name, options.get(name, path), True, False) for name in names]
    assert _rows(migrated, query, APPLICATION) == expected
