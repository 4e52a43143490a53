"""audience of statements: every stored statement says which families may read it

Revision ID: 0014
Revises: 0013
"""

from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import JSONB

from domain.record.audience import StatementAudience
from domain.record.audience_rule import AudienceRule
from domain.record.documentation import Statement
from domain.record.student_names import ClassStudent

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

RECORD = Path(__file__).parents[1] / "record"
BATCH = 500  # revisions
STATEMENTS = TypeAdapter(tuple[Statement, ...])
AUDIENCE = TypeAdapter(StatementAudience)

REVISIONS = sa.text("""
    select session_id, revision, statements from documentation_revision
    where (session_id, revision) > (:session_id, :revision) order by session_id, revision limit :batch
""").columns(statements=JSONB)
STUDENTS = sa.text("""
    select session_id, id, student_id, name from participant
    where session_id = any(:sessions) and role = 'student' and student_id is not null order by role, name
""")
WORDS_OF_STUDENTS = sa.text("""
    select u.session_id, u.id, u.identity from utterance u
    join participant p on p.session_id = u.session_id and p.id::text = u.identity
    where u.session_id = any(:sessions) and p.role = 'student'
""")
STORE = sa.text("""
    update documentation_revision set statements = :statements where session_id = :session_id and revision = :revision
""").bindparams(sa.bindparam("statements", type_=JSONB))
FORGET = """
    update documentation_revision set statements =
        (select coalesce(jsonb_agg(value - 'audience' order by position), '[]')
         from jsonb_array_elements(statements) with ordinality as e(value, position))
"""


def upgrade() -> None:
    _without_notice(_decide_audiences)
    _recreate_views("0014.sql")


def downgrade() -> None:
    _without_notice(lambda: op.execute(FORGET))
    _recreate_views("0012.sql")


def _without_notice(change: Any) -> None:
    """The log of changes and its readers do not hear of revisions that get nothing but an audience."""
    op.execute("alter table documentation_revision disable trigger told")
    change()
    op.execute("alter table documentation_revision enable trigger told")


def _decide_audiences() -> None:
    connection = op.get_bind()
    after = {"session_id": UUID(int=0), "revision": 0}
    while rows := connection.execute(REVISIONS, {**after, "batch": BATCH}).all():
        rules = _rules(connection, sorted({row.session_id for row in rows}))
        connection.execute(
            STORE,
            [
                {
                    "session_id": row.session_id,
                    "revision": row.revision,
                    "statements": _with_audiences(row.statements, rules[row.session_id]),
                }
                for row in rows
            ],
        )
        after = {"session_id": rows[-1].session_id, "revision": rows[-1].revision}


def _rules(connection: sa.Connection, sessions: list[UUID]) -> dict[UUID, AudienceRule]:
    students: dict[UUID, list[ClassStudent]] = defaultdict(list)
    for row in connection.execute(STUDENTS, {"sessions": sessions}):
        students[row.session_id].append(ClassStudent(row.student_id, str(row.id), row.name))
    speakers: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for row in connection.execute(WORDS_OF_STUDENTS, {"sessions": sessions}):
        speakers[row.session_id][row.id] = row.identity
    return {key: AudienceRule(students[key], speakers[key]) for key in sessions}


def _with_audiences(stored: list[dict[str, Any]], rule: AudienceRule) -> list[dict[str, Any]]:
    """The statements as they are, each with the audience that the rule gives it."""
    audiences = [rule.decide(statement) for statement in STATEMENTS.validate_python(stored)]
    return [
        {**one, "audience": AUDIENCE.dump_python(audience, mode="json")}
        for one, audience in zip(stored, audiences, strict=True)
    ]


def _recreate_views(script: str) -> None:
    """Run as the driver takes it, so that colons and percent signs have no special meaning."""
    op.get_bind().exec_driver_sql((RECORD / script).read_text().replace("%", "%%"))
