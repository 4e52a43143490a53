"""references within a tenant: a row cannot refer to a row of another organization

Foreign keys are checked without row-level security, so each of them names the organization itself.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REFERRED = ("course", "guardian", "instructor", "participant", "session", "student", "topic")
# table, column, table it refers to
REFERENCES = (
    ("attendance", "participant_id", "participant"),
    ("attendance", "session_id", "session"),
    ("audio_segment", "session_id", "session"),
    ("booked_time", "session_id", "session"),
    ("briefing", "course_id", "course"),
    ("briefing", "source_session_id", "session"),
    ("documentation", "session_id", "session"),
    ("documentation_revision", "session_id", "session"),
    ("enrollment", "course_id", "course"),
    ("enrollment", "student_id", "student"),
    ("exception_case", "session_id", "session"),
    ("notice", "session_id", "session"),
    ("participant", "instructor_id", "instructor"),
    ("participant", "session_id", "session"),
    ("participant", "student_id", "student"),
    ("session", "course_id", "course"),
    ("session", "instructor_id", "instructor"),
    ("session_event", "session_id", "session"),
    ("session_topic", "session_id", "session"),
    ("session_topic", "topic_id", "topic"),
    ("student_guardian", "guardian_id", "guardian"),
    ("student_guardian", "student_id", "student"),
    ("timeline", "session_id", "session"),
    ("topic", "course_id", "course"),
    ("utterance", "session_id", "session"),
)


def upgrade() -> None:
    for table in REFERRED:
        op.create_unique_constraint(op.f(f"uq_{table}_organization_id_id"), table, ["organization_id", "id"])
    for table, column, referred in REFERENCES:
        op.drop_constraint(op.f(f"fk_{table}_{column}_{referred}"), table, type_="foreignkey")
        op.create_foreign_key(
            op.f(f"fk_{table}_organization_id_{column}_{referred}"),
            table,
            referred,
            ["organization_id", column],
            ["organization_id", "id"],
        )


def downgrade() -> None:
    for table, column, referred in REFERENCES:
        op.drop_constraint(
            op.f(f"fk_{table}_organization_id_{column}_{referred}"), table, type_="foreignkey"
        )
        op.create_foreign_key(op.f(f"fk_{table}_{column}_{referred}"), table, referred, [column], ["id"])
    for table in REFERRED:
        op.drop_constraint(op.f(f"uq_{table}_organization_id_id"), table, type_="unique")
