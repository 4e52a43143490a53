"""A SQL reader sees the record of its organization and nothing else, whatever it tries."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from cli.local.database import limit_readers
from cli.reader import reader_url
from domain.errors import NotAllowed, NotFound, Unavailable
from models.changes import RESYNC, ChangeNotifier, listen
from models.database import Database
from models.record_views import VIEWS
from models.record_views.schema import schema_sql
from models.repositories import change_log, housekeeping, readers
from services.reader_watch import ReaderWatch
from tests.models.full_record import HARD, make_record, new_role
from tests.models.rows import NOON, Tenant, make_tenant
from tests.stack import DatabaseUrls, TestPostgres, wait_until

pytestmark = pytest.mark.adapter

LIMITS = readers.Limits(connections=2, statement_seconds=30)


@dataclass(frozen=True)
class Library:
    """Two organizations with a full record, and a reader of the first."""

    urls: DatabaseUrls
    mine: Tenant
    theirs: Tenant
    role: str
    url: str

    def rows(self, query: str, values: Any = None) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query, values).fetchall()


@contextmanager
def reading(urls: DatabaseUrls, organization_id: UUID) -> Iterator[tuple[str, str]]:
    """The role and the URL of a reader."""
    reader = readers.Reader(new_role(), organization_id, "a test", NOON)
    readers.add(urls.owner, reader, "a-password", LIMITS)
    try:
        yield reader.role_name, reader_url(urls.owner, reader.role_name, "a-password")
    finally:
        if any(one.role_name == reader.role_name for one in readers.every(urls.owner)):
            readers.remove(urls.owner, reader.role_name)


@pytest.fixture(scope="module")
async def library(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[Library]:
    urls = postgres_server.create_database(template=migrated_template)
    async with aclosing(Database(urls.application)) as database:
        mine, theirs = await make_record(database, urls), await make_record(database, urls)
    with reading(urls, mine.id) as (role, url):
        yield Library(urls, mine, theirs, role, url)
    postgres_server.drop_database(urls.name)


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_every_view_shows_only_the_readers_organization(library: Library, view: str) -> None:
    rows = library.rows(f"select distinct organization_id from record.{view}")
    assert rows == [(library.mine.id,)]


@pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view.name)
def test_key_of_a_view_is_unique(library: Library, view: Any) -> None:
    key = ", ".join(view.key)
    assert library.rows(f"select {key} from record.{view.name} group by {key} having count(*) > 1") == []


# A {mine} or {theirs} is an organization's id.
SETTINGS = {
    "the application's scope": "set app.organization_id = '{theirs}'",
    "the application's scope, by function": "select set_config('app.organization_id', '{theirs}', false)",
    "row security": "set row_security = off",
    "another search path": "set search_path = public, record, pg_catalog",
    "a role of its own name": "set role {role}",
    "no role": "reset session authorization; reset role",
    "a limit less": "set default_transaction_read_only = off; set statement_timeout = 0",
}


@pytest.mark.parametrize("attempt", SETTINGS.values(), ids=SETTINGS)
def test_no_setting_shows_other_organizations(library: Library, attempt: str) -> None:
    with psycopg.connect(library.url, autocommit=True) as connection:
        connection.execute(attempt.format(theirs=library.theirs.id, role=library.role))
        seen = connection.execute("select organization_id from record.students").fetchall()
        assert seen == [(library.mine.id,)]


DENIED = {
    "role of the owner": "set role homeroom_owner",
    "role of the application": "set role homeroom_app",
    "role of the superuser": "set role postgres",
    "session of the owner": "set session authorization homeroom_owner",
    "session of the application": "set session authorization homeroom_app",
    "a table": "select * from public.student",
    "the table of readers": "select * from public.sql_reader",
    "move itself": "update public.sql_reader set organization_id = '{theirs}'",
    "the keys": "select * from public.api_key",
    "a function across tenants": "select public.session_tenant('{theirs}')",
    "a table, by a function that runs SQL": "select query_to_xml('select * from public.student', true, true, '')",
    "a table, by dump": "copy public.student to stdout",
    "a table, by column privileges": "select name from public.student for update",
    "statistics of tables": "select * from pg_statistic",
    "passwords": "select * from pg_authid",
    "files of the server": "select pg_read_file('postgresql.conf')",
    "programs of the server": "copy record.students to program 'cat'",
    "a new table": "create table public.mine (id int)",
    "a new table in the record": "create table record.mine (id int)",
    "a temporary table": "create temporary table mine (id int)",
    "a new schema": "create schema mine",
    "a function of its own": "create function record.leak(text) returns bool language sql as 'select true'",
    "a procedure of its own": "create procedure public.leak() language sql as 'select 1'",
    "another view": "create or replace view record.students as select 1",
    "the barrier": "alter view record.students set (security_barrier = false)",
    "a new role": "create role mine",
    "its own limits of connections": "alter role {role} connection limit 100",
    "an extension": "create extension dblink",
    "a published copy": "create publication mine for all tables",
    "a slot": "select pg_create_logical_replication_slot('mine', 'pgoutput')",
    "insert": "insert into record.students (organization_id, name) values ('{mine}', 'Mallory')",
    "update": "update record.students set name = 'Mallory'",
    "delete": "delete from record.utterances",
    "truncate": "truncate public.student",
    "lock": "begin; lock table record.students in access exclusive mode",
    "an advisory lock": "select pg_advisory_lock(1)",
    "an advisory lock of a transaction": "select pg_try_advisory_xact_lock(1, 2)",
    "a large object": "select lo_create(0)",
    "a large object with content": "select lo_from_bytea(0, 'x')",
    "a message in the write-ahead log": "select pg_logical_emit_message(false, 'p', 'x')",
    "a block of code": "do $$ begin raise log 'x'; end $$",
    "more of the disk": "set temp_file_limit = -1",
    "more of the disk, for its sessions to come": "alter role {role} set temp_file_limit = -1",
    "more of the log": "set log_min_messages = debug5",
    "more of the log, for its sessions to come": "alter role {role} set log_min_messages = debug5",
    "a notification for each row": "select pg_notify('c', n::text) from generate_series(1, 9) as n",
    "a function of its session": "create function pg_temp.leak() returns int language sql as 'select 1'",
    "a row's lock": "select 1 from record.students for share",
    "the feed's horizon": "select public.change_log_complete_below()",
    "the end of readers": "select public.end_overdue_readers()",
    "the end of others": "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'homeroom_app'",
}


@pytest.mark.parametrize("attempt", DENIED.values(), ids=DENIED)
def test_everything_but_reading_the_record_is_denied(library: Library, attempt: str) -> None:
    names = {"mine": library.mine.id, "theirs": library.theirs.id, "role": library.role}
    refusals = (
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.FeatureNotSupported,  # what a view cannot do
        psycopg.errors.ObjectNotInPrerequisiteState,
    )
    with (
        psycopg.connect(library.urls.application),
        psycopg.connect(library.url, autocommit=True) as connection,
    ):
        connection.execute("set default_transaction_read_only = off")
        with pytest.raises(refusals):
            connection.execute(attempt.format(**names))


def test_reader_cannot_grant_its_privileges(library: Library) -> None:
    rights = (
        "select relname, relacl::text from pg_class where relnamespace = 'record'::regnamespace order by 1"
    )
    before = library.rows(rights)
    with psycopg.connect(library.url, autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute("grant select on record.students to public")
    assert library.rows(rights) == before


LEAK = """
    create schema left_open;
    create function left_open.tell(text) returns boolean language plpgsql cost 0.0000001 as
        $$ begin raise notice '%', $1; return true; end $$;
    grant usage on schema left_open to public
"""


def test_functions_in_a_condition_are_not_called_for_hidden_rows(library: Library) -> None:
    """Not even a function so cheap that the planner would call it first. A reader itself cannot create one."""
    notices: list[str | None] = []
    with psycopg.connect(library.urls.superuser, autocommit=True) as superuser:
        superuser.execute(LEAK)
        try:
            with psycopg.connect(library.url) as connection:
                connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
                connection.execute("set enable_indexscan = off; set enable_bitmapscan = off")
                connection.execute("select 1 from record.students where left_open.tell(name)")
        finally:
            superuser.execute("drop schema left_open cascade")
    assert notices == [HARD], "one row, the reader's"


def test_errors_reveal_no_hidden_row(library: Library) -> None:
    """The reader's own row passes, so an error could only come from a row that it must not see."""
    values = {"own": library.mine["student"]["id"], "mine": library.mine.id}
    for condition in (
        "case when student_id = %(own)s then true else (name || '!')::int = 1 end",
        "1 / (student_id = %(own)s)::int > 0",
        "1 / (organization_id = %(mine)s)::int > 0",
    ):
        assert library.rows(f"select student_id from students where {condition}", values) == [
            (values["own"],)
        ]


def test_column_statistics_are_not_shown(library: Library) -> None:
    with psycopg.connect(library.urls.owner, autocommit=True) as owner:
        owner.execute("analyze public.student")
    assert library.rows("select * from pg_stats where schemaname = 'public'") == []


def test_statements_of_other_sessions_are_not_shown(library: Library) -> None:
    query = "select count(*) from pg_stat_activity where usename <> session_user and query not in ('', %s)"
    with psycopg.connect(library.urls.application) as application:
        application.execute("select 'Noor Haddad'")
        assert library.rows(query, ["<insufficient privilege>"]) == [(0,)]


def test_reader_can_read_only_the_record(library: Library) -> None:
    """By the catalog: relations and functions outside it, and the rights it has on those inside."""
    relations = """
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname not in ('pg_catalog', 'information_schema', 'record') and n.nspname not like 'pg_toast%'
          and has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select')
    """
    assert library.rows(relations) == []
    functions = "select 1 from pg_proc where prosecdef and has_function_privilege(oid, 'execute')"
    assert library.rows(functions) == []
    rights = "select distinct privilege_type from information_schema.role_table_grants where table_schema = 'record'"
    assert library.rows(rights) == [("SELECT",)]
    schemas = "select nspname from pg_namespace where has_schema_privilege(oid, 'usage') and nspname not like 'pg_t%'"
    assert {name for (name,) in library.rows(schemas)} == {"record", "pg_catalog", "information_schema"}
    database = "select has_database_privilege(current_database(), 'temp, create')"
    assert library.rows(database) == [(False,)]


def test_session_of_a_reader_starts_with_limits(library: Library) -> None:
    for name, value in {
        "default_transaction_read_only": "on",
        "statement_timeout": "30s",
        "search_path": "record",
        "TimeZone": "UTC",
        "temp_file_limit": "2GB",
        "log_min_messages": "fatal",
    }.items():
        assert library.rows(f"show {name}") == [(value,)]
    refused = pytest.raises(psycopg.OperationalError, match="too many connections")
    with psycopg.connect(library.url), psycopg.connect(library.url), refused:
        psycopg.connect(library.url)


def test_role_name_does_not_reveal_the_organization(library: Library) -> None:
    """Every role can read the names of all roles."""
    with reading(library.urls, library.theirs.id) as (role, _):
        assert str(library.theirs.id) not in role
        (count,) = library.rows("select count(*) from pg_roles where rolname = %s", [role])
        assert count == (1,)


def test_other_roles_see_no_record(library: Library) -> None:
    for url in (library.urls.application, library.urls.owner):
        with psycopg.connect(url) as connection:
            if url is library.urls.application:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute("select 1 from record.students")
            else:
                connection.execute(
                    "select set_config('app.organization_id', %s, true)", [str(library.mine.id)]
                )
                assert connection.execute("select 1 from record.students").fetchall() == []


async def _complete_below(database: Database) -> int:
    async with database.unscoped() as db:
        return await change_log.newest_complete(db) + 1


async def test_readers_transaction_does_not_hold_back_the_change_feed(library: Library) -> None:
    async with aclosing(Database(library.urls.application)) as database:
        with psycopg.connect(library.url) as reader:
            reader.execute("set transaction read write")
            row = reader.execute("select pg_current_xact_id()::text::bigint").fetchone()
            assert row is not None
            await make_tenant(database)
            assert await _complete_below(database) > row[0]
            async with database.unscoped() as db:
                assert await change_log.held_back_since(db) is None, "the feed has these changes"


@pytest.mark.parametrize("role", ["application", "owner", "superuser"])
async def test_own_transaction_holds_back_the_change_feed(library: Library, role: str) -> None:
    """Until it ends, beside a reader's, whoever of Homeroom's roles it belongs to."""
    async with aclosing(Database(library.urls.application)) as database:
        with psycopg.connect(library.url) as reader, psycopg.connect(getattr(library.urls, role)) as writer:
            reader.execute("set transaction read write")
            reader.execute("select pg_current_xact_id()")
            row = writer.execute("select pg_current_xact_id()::text::bigint").fetchone()
            assert row is not None
            await make_tenant(database)
            assert await _complete_below(database) == row[0]
            async with database.unscoped() as db:
                assert await change_log.held_back_since(db) is not None
            writer.rollback()
            assert await _complete_below(database) > row[0]


async def test_transaction_in_another_database_does_not_hold_back_the_change_feed(library: Library) -> None:
    other = library.urls.superuser.replace(f"/{library.urls.name}", "/postgres")
    async with aclosing(Database(library.urls.application)) as database:
        with psycopg.connect(other) as elsewhere:
            row = elsewhere.execute("select pg_current_xact_id()::text::bigint").fetchone()
            assert row is not None
            await make_tenant(database)
            assert await _complete_below(database) > row[0]


@pytest.mark.parametrize(("limit", "is_ended"), [(3600, False), (-601, True)])
async def test_readers_long_transaction_is_ended(library: Library, limit: int, is_ended: bool) -> None:
    """Even if its session has lifted the time-outs and its role has changed its own settings."""
    with psycopg.connect(library.url, autocommit=True) as reader:
        reader.execute("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0")
        reader.execute("set default_transaction_read_only = off")
        reader.execute(f"alter role {library.role} set statement_timeout = 0")
        reader.execute("begin")
        reader.execute("select 1")
        with psycopg.connect(library.urls.superuser, autocommit=True) as owner:
            owner.execute(
                "update sql_reader set statement_seconds = %s where role_name = %s", [limit, library.role]
            )
        async with aclosing(Database(library.urls.application)) as database, database.unscoped() as db:
            assert await housekeeping.end_overdue_readers(db) == int(is_ended)
        if is_ended:
            with pytest.raises(psycopg.OperationalError):
                reader.execute("select 1")
    with psycopg.connect(library.urls.superuser, autocommit=True) as owner:
        owner.execute("update sql_reader set statement_seconds = 30")
        owner.execute(f"alter role {library.role} set statement_timeout = '30s'")


KEPT = [("temp_file_limit", "2GB"), ("log_min_messages", "fatal")]


@pytest.mark.parametrize(("setting", "value"), KEPT)
def test_reader_that_was_there_before_gets_the_limits_of_the_disk(
    library: Library, setting: str, value: str
) -> None:
    with psycopg.connect(library.urls.superuser, autocommit=True) as superuser:
        reset = sql.SQL("alter role {} reset {}")
        superuser.execute(reset.format(sql.Identifier(library.role), sql.Identifier(setting)))
        limit_readers(superuser, library.urls.name)
    assert library.rows(f"show {setting}") == [(value,)]


@pytest.mark.parametrize(("setting", "value"), KEPT)
def test_reader_cannot_lift_the_limits_of_the_disk(library: Library, setting: str, value: str) -> None:
    with reading(library.urls, library.mine.id) as (role, url):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("set default_transaction_read_only = off")
            connection.execute(sql.SQL("alter role {} reset all").format(sql.Identifier(role)))
        with psycopg.connect(url) as later:
            assert later.execute(f"show {setting}").fetchall() == [(value,)]


def test_reader_writes_nothing_to_the_log(library: Library, postgres_server: TestPostgres) -> None:
    with psycopg.connect(library.url, autocommit=True) as connection:
        connection.execute(
            "set debug_print_parse = on; set trace_sort = on; set client_min_messages = debug5"
        )
        connection.execute("select 'planted by a reader' from generate_series(1, 9) as n order by n")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("select 'planted by a reader'::int")
    assert "planted by a reader" not in postgres_server.running.log.read_text(errors="replace")


def test_reader_that_takes_much_memory_fails_alone(library: Library, postgres_server: TestPostgres) -> None:
    """Its session even goes on, and so does everybody else's."""
    with psycopg.connect(library.urls.application) as other, psycopg.connect(library.url) as reader:
        other.execute("select 1")
        reader.execute("set work_mem = '1TB'; set hash_mem_multiplier = 1000")
        parts = ", ".join(["repeat('x', 200 * 1024 * 1024)"] * 8)
        with pytest.raises(psycopg.errors.OutOfMemory):
            reader.execute(f"select length(concat(n, x::text)) from (values (array[{parts}])) as v(x), "
                           "generate_series(1, 1) as n")  # fmt: skip
        reader.rollback()
        assert reader.execute("select 1").fetchone() == (1,)
        assert other.execute("select 1").fetchone() == (1,)
    assert postgres_server.running.process.alive


def test_readers_leave_connections_to_the_application(library: Library) -> None:
    """However many there are: together they have a quarter of the server's."""
    with psycopg.connect(library.urls.owner) as owner:
        row = owner.execute("select current_setting('max_connections')::int / 4").fetchone()
    assert row is not None
    quarter = row[0]
    with pytest.raises(NotAllowed, match="more connections"):
        readers.add(library.urls.owner, _new_reader(library), "a", replace(LIMITS, connections=quarter))
    rest = replace(LIMITS, connections=quarter - LIMITS.connections)
    last = _new_reader(library)
    readers.add(library.urls.owner, last, "a", rest)
    try:
        with pytest.raises(NotAllowed, match="may have 0 more connections"):
            readers.add(library.urls.owner, _new_reader(library), "a", LIMITS)
    finally:
        readers.remove(library.urls.owner, last.role_name)


def _new_reader(library: Library) -> readers.Reader:
    return readers.Reader(new_role(), library.mine.id, "", NOON)


def _fill_notifications(url: str, until: Callable[[], bool]) -> None:
    """As fast as a reader can, which has the command and no function."""
    with psycopg.connect(url, autocommit=True) as flooding:
        for batch in range(10_000):
            if until():
                return
            flooding.execute(
                ";".join(f"notify flood, '{batch} {n} {'x' * 7_900}'" for n in range(200)), prepare=False
            )
    raise AssertionError("the queue was not filled")


@pytest.mark.parametrize("held_by", ["a transaction", "a client that does not read"])
async def test_reader_that_holds_the_queue_of_notifications_is_ended(library: Library, held_by: str) -> None:
    """And a page's listener goes on meanwhile, as it takes no message of a reader."""

    def queue() -> float:
        with psycopg.connect(library.urls.superuser) as connection:
            (row,) = connection.execute("select pg_notification_queue_usage()").fetchall()
        return float(row[0])

    async with (
        aclosing(Database(library.urls.application)) as database,
        aclosing(listen(library.urls.application)) as messages,
    ):
        assert await anext(messages) == {RESYNC}
        with psycopg.connect(library.url, autocommit=True) as holding:
            holding.execute("set idle_in_transaction_session_timeout = 0; listen flood")
            if held_by == "a transaction":
                holding.execute("begin; select 1")
            _fill_notifications(library.url, lambda: queue() > 0.011)
            assert await ReaderWatch(database).end_overdue() >= 1
            with pytest.raises(psycopg.OperationalError):
                holding.execute("select 1")
        await asyncio.to_thread(wait_until, lambda: queue() < 0.001, what="the queue is empty")
        notifier = ChangeNotifier(library.urls.application)
        notifier.notify([changed := uuid4()])
        assert await anext(messages) == {str(changed)}
        await notifier.aclose()


async def test_watch_goes_on_after_an_error(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    function = "execute on function public.end_overdue_readers()"
    async with aclosing(Database(library.urls.application)) as database:
        with (
            psycopg.connect(library.url) as reader,
            psycopg.connect(library.urls.superuser, autocommit=True) as superuser,
        ):
            superuser.execute(f"revoke {function} from homeroom_app")
            watching = asyncio.create_task(ReaderWatch(database, every=0.05).run())
            try:
                failed = "can't be watched"
                await asyncio.to_thread(wait_until, lambda: failed in caplog.text, what="the watch fails")
                superuser.execute(f"grant {function} to homeroom_app")
                reader.execute("select 1")
                superuser.execute("update sql_reader set statement_seconds = -601")
                ended = "ended overdue sessions"
                await asyncio.to_thread(wait_until, lambda: ended in caplog.text, what="a session is ended")
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
                superuser.execute(f"grant {function} to homeroom_app")
                superuser.execute("update sql_reader set statement_seconds = 30")
            with pytest.raises(psycopg.OperationalError):
                reader.execute("select 1")


async def test_queue_of_others_ends_no_session_of_a_reader(library: Library) -> None:
    async with aclosing(Database(library.urls.application)) as database:
        with psycopg.connect(library.url) as reader:
            reader.execute("listen flood")
            reader.execute("select 1")
            assert await ReaderWatch(database).end_overdue() == 0
            assert reader.execute("select 1").fetchone() == (1,)


async def test_reader_can_connect_to_no_other_database(library: Library) -> None:
    for other in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(library.url.replace(f"/{library.urls.name}", f"/{other}"))


@pytest.mark.parametrize(
    ("grant", "revoke", "next_step"),
    [
        (
            "grant execute on function lo_create(oid) to public",
            "revoke execute on function lo_create(oid) from public",
            "reader_limits.sql",
        ),
        (
            "grant usage on language plpgsql to public",
            "revoke usage on language plpgsql from public",
            "reader_limits.sql",
        ),
        (
            "revoke set on parameter temp_file_limit from homeroom_owner",
            "grant set on parameter temp_file_limit to homeroom_owner",
            "reader_limits.sql",
        ),
        (
            "revoke set on parameter log_min_messages from homeroom_owner",
            "grant set on parameter log_min_messages to homeroom_owner",
            "reader_limits.sql",
        ),
        (
            "grant execute on function pg_notify(text, text) to public",
            "revoke execute on function pg_notify(text, text) from public",
            "reader_limits.sql",
        ),
        (
            "grant connect on database postgres to public",
            "revoke connect on database postgres from public",
            "revoke connect",
        ),
    ],
)
def test_reader_is_not_added_where_logins_have_further_rights(
    library: Library, grant: str, revoke: str, next_step: str
) -> None:
    reader = readers.Reader(new_role(), library.mine.id, "", NOON)
    with psycopg.connect(library.urls.superuser, autocommit=True) as superuser:
        superuser.execute(grant)
        try:
            with pytest.raises(NotAllowed) as refused:
                readers.add(library.urls.owner, reader, "a", LIMITS)
        finally:
            superuser.execute(revoke)
    assert next_step in refused.value.next_step


async def test_reader_of_another_database_cannot_connect(
    library: Library, postgres_server: TestPostgres, migrated_template: str
) -> None:
    urls = postgres_server.create_database(template=migrated_template)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(library.url.replace(f"/{library.urls.name}", f"/{urls.name}"))
    postgres_server.drop_database(urls.name)


def test_recreated_views_can_be_read_at_once(library: Library) -> None:
    with psycopg.connect(library.urls.owner) as owner:
        owner.execute(schema_sql())
    assert library.rows("select organization_id from students") == [(library.mine.id,)]


def test_removed_reader_loses_access_at_once(library: Library) -> None:
    with reading(library.urls, library.mine.id) as (role, url), psycopg.connect(url) as open_session:
        assert open_session.execute("select 1 from record.students").fetchall() == [(1,)]
        readers.remove(library.urls.owner, role)
        with pytest.raises(psycopg.OperationalError):
            open_session.execute("select 1 from record.students")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url)
        with pytest.raises(NotFound):
            readers.remove(library.urls.owner, role)
    assert library.rows("select count(*) from pg_roles where rolname = %s", [role]) == [(0,)]


def test_reader_whose_role_was_dropped_can_be_removed(library: Library) -> None:
    with reading(library.urls, library.mine.id) as (role, _):
        with psycopg.connect(library.urls.superuser, autocommit=True) as superuser:
            name = sql.Identifier(role)
            superuser.execute(sql.SQL("drop owned by {}").format(name))
            superuser.execute(sql.SQL("drop role {}").format(name))
        with psycopg.connect(library.urls.owner) as owner:
            owner.execute(schema_sql())
        readers.remove(library.urls.owner, role)


def test_reader_is_not_added_without_organization_privilege_or_database(library: Library) -> None:
    reader = readers.Reader(new_role(), uuid4(), "", datetime.now(UTC))
    with pytest.raises(NotFound):
        readers.add(library.urls.owner, reader, "a", LIMITS)
    assert library.rows("select count(*) from pg_roles where rolname = %s", [reader.role_name]) == [(0,)]
    with psycopg.connect(library.urls.superuser, autocommit=True) as superuser:
        superuser.execute("alter role homeroom_owner nocreaterole")
        try:
            with pytest.raises(NotAllowed) as refused:
                readers.add(library.urls.owner, replace(reader, organization_id=library.mine.id), "a", LIMITS)
        finally:
            superuser.execute("alter role homeroom_owner createrole")
    assert "createrole" in refused.value.next_step
    with pytest.raises(Unavailable):
        readers.every("postgresql://nobody:x@127.0.0.1:1/nothing")


def test_list_has_all_readers(library: Library) -> None:
    with reading(library.urls, library.theirs.id) as (role, _):
        rows = {one.role_name: one.organization_id for one in readers.every(library.urls.owner)}
    assert rows[role] == library.theirs.id
    assert rows[library.role] == library.mine.id
