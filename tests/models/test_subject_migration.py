"""The migration to subjects keeps every row of a filled database and sets its session as subject."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from psycopg.rows import dict_row

from models.migrate import alembic_config, upgrade
from tests.stack import DatabaseUrls, TestPostgres

pytestmark = pytest.mark.adapter

TABLES = ("notice", "exception_case", "class_file")
BEFORE, SUBJECTS = "0006", "0007"
_ORGANIZATIONS = 2
_SESSIONS = 3  # of each organization
_EACH = 4  # notices, cases and files of each session

_FILL = """
insert into region values ('local', 'Local') on conflict do nothing;
insert into organization (id, name, region, time_zone, language, version, created_at)
    values (%(org)s, 'Harbour', 'local', 'UTC', 'en', 1, now());
insert into course (id, organization_id, title, subject, level, version, created_at)
    values (%(course)s, %(org)s, 'Mathematics', 'Sums', '', 1, now());
insert into instructor (id, organization_id, name, email, language, time_zone, version, created_at)
    values (%(instructor)s, %(org)s, 'Ada', 'ada@harbour.example', 'en', 'UTC', 1, now());
"""
_SESSION = """
insert into session (id, organization_id, region, course_id, instructor_id, title, starts_at, ends_at, time_zone,
                     state, state_changes, created_at)
    values (%(session)s, %(org)s, 'local', %(course)s, %(instructor)s, 'Fractions', now(), now() + interval '1 hour',
            'UTC', 'closed', 5, now());
insert into notice (id, organization_id, key, session_id, kind, recipient_kind, recipient_id, address, subject, html,
                    text, class_starts_at, send_after, created_at, sent_at, failed_at, attempts, error)
    select gen_random_uuid(), %(org)s, gen_random_uuid()::text, %(session)s, 'reminder', 'instructor',
           %(instructor)s, 'ada@harbour.example', 'Reminder ' || n, repeat('<p>', 2000), 'text', now(), now(), now(),
           case when n %% 2 = 0 then now() end, case when n = 1 then now() end, n,
           case when n = 1 then 'withdrawn' else '' end
    from generate_series(1, %(each)s) as n;
insert into exception_case (id, organization_id, session_id, kind, occasion, severity, owner, state, due_at, detail,
                            opened_at, resolved_by, resolution, assignee)
    select gen_random_uuid(), %(org)s, %(session)s, 'step_failed', 'step ' || n, 'high', 'ops', 'open', now(),
           jsonb_build_object('step', n), now(), '', '', ''
    from generate_series(1, %(each)s) as n;
insert into class_file (id, organization_id, session_id, name, media_type, size, sha256, key, created_by, created_at)
    select gen_random_uuid(), %(org)s, %(session)s, 'sheet ' || n, 'text/plain', n, 'hash', 'files/' || n, 'operator',
           now()
    from generate_series(1, %(each)s) as n;
"""
_CASES_OF_COURSES = """
insert into exception_case (id, organization_id, subject_kind, subject_id, kind, occasion, severity, owner, state,
                            due_at, opened_at, resolved_by, resolution, assignee)
    select gen_random_uuid(), organization_id, 'course', id, 'step_failed', '', 'low', 'ops', 'open', now(), now(),
           '', '', ''
    from course
"""


@pytest.fixture
def filled(postgres_server: TestPostgres) -> Iterator[DatabaseUrls]:
    """A database with the schema before the migration and rows of several organizations."""
    urls = postgres_server.create_database()
    upgrade(urls.owner, BEFORE)
    # Each script holds several statements, which the client-side cursor sends at once.
    with psycopg.connect(urls.superuser, cursor_factory=psycopg.ClientCursor) as connection:
        for _ in range(_ORGANIZATIONS):
            values: dict[str, Any] = {name: uuid4() for name in ("org", "course", "instructor")}
            connection.execute(_FILL, values)
            for _ in range(_SESSIONS):
                connection.execute(_SESSION, values | {"session": uuid4(), "each": _EACH})
    yield urls
    postgres_server.drop_database(urls.name)


def _all(urls: DatabaseUrls, table: str) -> list[dict[str, Any]]:
    with psycopg.connect(urls.superuser, row_factory=dict_row) as connection:
        return connection.execute(f"select * from {table} order by id").fetchall()


def _logged(urls: DatabaseUrls) -> int:
    with psycopg.connect(urls.superuser) as connection:
        row = connection.execute("select count(*) from change_log").fetchone()
    assert row is not None
    return int(row[0])


def test_every_row_gets_its_session_as_subject(filled: DatabaseUrls) -> None:
    before = {table: _all(filled, table) for table in TABLES}
    assert [len(rows) for rows in before.values()] == [_ORGANIZATIONS * _SESSIONS * _EACH] * len(TABLES)
    logged = _logged(filled)
    upgrade(filled.owner, SUBJECTS)
    for table, earlier in before.items():
        added: dict[str, Any] = {"subject_kind": "session"}
        if table == "notice":
            added |= {"sealed": "", "deliver_by": None}
        assert _all(filled, table) == [row | added | {"subject_id": row["session_id"]} for row in earlier]
    assert _logged(filled) == logged, "the change log has no new entry"


def test_record_views_show_the_subject(filled: DatabaseUrls) -> None:
    upgrade(filled.owner, SUBJECTS)
    for view in ("notices", "exceptions"):
        with psycopg.connect(filled.superuser) as connection:
            columns = connection.execute(f"select * from record.{view} limit 0").description
        assert columns is not None
        assert {"subject_kind", "subject_id", "session_id"} <= {column.name for column in columns}


def test_downgrade_keeps_the_rows_about_sessions(filled: DatabaseUrls) -> None:
    before = {table: _all(filled, table) for table in TABLES}
    upgrade(filled.owner, SUBJECTS)
    with psycopg.connect(filled.superuser) as connection:
        connection.execute(_CASES_OF_COURSES)
    command.downgrade(alembic_config(filled.owner), BEFORE)
    assert {table: _all(filled, table) for table in TABLES} == before
