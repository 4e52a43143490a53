"""The migration to audiences decides the audience of every stored statement and changes nothing else."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic import command
from psycopg.rows import dict_row

from models.migrate import alembic_config, upgrade
from tests.stack import DatabaseUrls, TestPostgres

pytestmark = pytest.mark.adapter

BEFORE, AUDIENCES = "0013", "0014"
_REVISIONS = 600  # more than one batch

_FILL = """
insert into region values ('local', 'Local') on conflict do nothing;
insert into organization (id, name, region, time_zone, language, version, created_at)
    values (%(org)s, 'Harbour', 'local', 'UTC', 'en', 1, now());
insert into course (id, organization_id, title, subject, level, version, created_at)
    values (%(course)s, %(org)s, 'Mathematics', 'Sums', '', 1, now());
insert into instructor (id, organization_id, name, email, language, time_zone, version, created_at)
    values (%(ada)s, %(org)s, 'Ada Okafor', 'ada@harbour.example', 'en', 'UTC', 1, now());
insert into student (id, organization_id, name, time_zone, version, created_at)
    values (%(noor)s, %(org)s, 'Noor Haddad', 'UTC', 1, now()), (%(leo)s, %(org)s, 'Leo Fischer', 'UTC', 1, now());
insert into session (id, organization_id, region, course_id, instructor_id, title, starts_at, ends_at, time_zone,
                     state, state_changes, created_at)
    values (%(session)s, %(org)s, 'local', %(course)s, %(ada)s, 'Fractions', now(), now() + interval '1 hour', 'UTC',
            'closed', 5, now());
insert into participant (id, organization_id, session_id, role, student_id, instructor_id, name)
    values (%(ada_here)s, %(org)s, %(session)s, 'instructor', null, %(ada)s, 'Ada Okafor'),
           (%(noor_here)s, %(org)s, %(session)s, 'student', %(noor)s, null, 'Noor Haddad'),
           (%(leo_here)s, %(org)s, %(session)s, 'student', %(leo)s, null, 'Leo Fischer');
insert into utterance (id, organization_id, session_id, identity, track_sid, starts_at, ends_at, text, language,
                       confidence, engine)
    values (%(by_ada)s, %(org)s, %(session)s, %(ada_here)s::text, 'TR', now(), now(), 'What is a half?', 'en', 1, 'e'),
           (%(by_leo)s, %(org)s, %(session)s, %(leo_here)s::text, 'TR', now(), now(), 'Two.', 'en', 1, 'e'),
           (%(by_noor)s, %(org)s, %(session)s, %(noor_here)s::text, 'TR', now(), now(), 'One.', 'en', 1, 'e');
insert into documentation (organization_id, session_id, status, revision, changes_wanted, approved_by, approved_at)
    values (%(org)s, %(session)s, 'approved', %(revisions)s, '', 'instructor:1', now());
insert into documentation_revision (organization_id, session_id, revision, author, reason, statements, created_at)
    select %(org)s, %(session)s, n, 'engine:extractive', 'drafted', %(statements)s::jsonb, now()
    from generate_series(1, %(revisions)s) as n;
"""
_PEOPLE = ("org", "course", "session", "ada", "noor", "leo", "ada_here", "noor_here", "leo_here")


def _statement(text: str, *cited: UUID, section: str = "homework", **more: Any) -> dict[str, Any]:
    citations = [{"utterance_id": str(key), "quote": "…"} for key in cited]
    check = {"question": None, "answer": None, "outcome": None}
    return {"section": section, "text": text, "citations": citations, **check, **more}


@pytest.fixture
def values() -> dict[str, Any]:
    keys: dict[str, Any] = {name: uuid4() for name in (*_PEOPLE, "by_ada", "by_leo", "by_noor")}
    statements = [
        _statement("Do page twelve.", keys["by_ada"]),
        _statement("Leo mixes up thirds and sixths."),
        _statement("Leo mixes up thirds, Noor does not."),
        _statement("Asked.", keys["by_ada"], keys["by_leo"], section="comprehension", outcome="partly"),
        _statement("Both were asked.", keys["by_leo"], keys["by_noor"]),
        _statement("Noor and Leo read the dialogue."),
    ]
    return {**keys, "statements": json.dumps(statements), "revisions": _REVISIONS}


@pytest.fixture
def filled(postgres_server: TestPostgres, values: dict[str, Any]) -> Iterator[DatabaseUrls]:
    """A database with the schema before the migration and an approved documentation."""
    urls = postgres_server.create_database()
    upgrade(urls.owner, BEFORE)
    # The script holds several statements, which the client-side cursor sends at once.
    with psycopg.connect(urls.superuser, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(_FILL, values)
    yield urls
    postgres_server.drop_database(urls.name)


def _rows(urls: DatabaseUrls, query: str) -> list[dict[str, Any]]:
    with psycopg.connect(urls.superuser, row_factory=dict_row) as connection:
        return connection.execute(query).fetchall()


def _revisions(urls: DatabaseUrls) -> list[dict[str, Any]]:
    return _rows(urls, "select * from documentation_revision order by revision")


def _audiences(statements: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    return [(one["audience"]["kind"], one["audience"]["students"]) for one in statements]


def test_every_statement_gets_an_audience_and_stays_as_it_was(
    filled: DatabaseUrls, values: dict[str, Any]
) -> None:
    before = _revisions(filled)
    logged = _rows(filled, "select count(*) from change_log")
    upgrade(filled.owner, AUDIENCES)
    after = _revisions(filled)

    noor, leo = str(values["noor"]), str(values["leo"])
    wanted = [
        ("everybody", []),
        ("students", [leo]),
        ("staff", []),
        ("students", [leo]),
        ("staff", []),
        ("students", sorted([noor, leo])),
    ]
    assert len(after) == _REVISIONS
    for earlier, later in zip(before, after, strict=True):
        assert _audiences(later["statements"]) == wanted
        assert {one["audience"].pop("by_hand") for one in later["statements"]} == {False}
        for one in later["statements"]:
            del one["audience"]
        assert later == earlier
    assert _rows(filled, "select count(*) from change_log") == logged, "the change log has no new entry"
    told = "select tgenabled from pg_trigger where tgname = 'told' and tgrelid = 'documentation_revision'::regclass"
    assert [row["tgenabled"] for row in _rows(filled, told)] == ["O"]


def test_the_view_of_statements_shows_the_audience(filled: DatabaseUrls) -> None:
    upgrade(filled.owner, AUDIENCES)
    (definition,) = _rows(filled, "select pg_get_viewdef('record.statements'::regclass) as of_it")
    assert "audience_student_ids" in definition["of_it"]


def test_downgrade_takes_the_audiences_away_again(filled: DatabaseUrls) -> None:
    before = _revisions(filled)
    upgrade(filled.owner, AUDIENCES)
    command.downgrade(alembic_config(filled.owner), BEFORE)
    assert _revisions(filled) == before
