"""lists by index: every filter and sort of a list has its index, and texts are found by their trigrams

Revision ID: 0051
Revises: 0050
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

# Table and columns between the organization and the row's id.
LISTED = (
    ("session", "starts_at"),
    ("session", "created_at"),
    ("session", "state", "starts_at"),
    ("session", "course_id", "starts_at"),
    ("session", "instructor_id", "starts_at"),
    ("guardian", "email"),
    ("student", "email"),
    ("instructor", "email"),
    ("course", "subject", "title"),
    ("course", "level", "title"),
    ("exception_case", "due_at"),
    ("exception_case", "opened_at"),
    ("exception_case", "kind", "due_at"),
    ("exception_case", "assignee", "due_at"),
    ("notice", "kind", "created_at"),
    ("notice", "recipient_id", "created_at"),
)
LOGGED = (("occurred_at",), ("subject", "occurred_at"), ("actor", "occurred_at"))
SORTED = (
    ("guardian", "name"),
    ("student", "name"),
    ("instructor", "name"),
    ("course", "title"),
    ("topic", "created_at"),
    ("topic", "title"),
    ("topic", "position"),
    ("curriculum_plan", "created_at"),
    ("curriculum_plan", "title"),
)
RETIRED = (
    ("guardian", "name"),
    ("student", "name"),
    ("instructor", "name"),
    ("course", "title"),
    ("topic", "title"),
    ("enrollment", "created_at"),
    ("curriculum_plan", "title"),
)
# By table, the columns that are searched. `rows_with_text` is asked for these tables alone.
SEARCHED = {
    "session": ("title",),
    "guardian": ("name", "email"),
    "student": ("name",),
    "instructor": ("name", "email"),
    "course": ("title", "subject"),
    "topic": ("title",),
    "curriculum_plan": ("title",),
    "notice": ("subject", "address"),
}
PARTIAL = (
    ("session", "undocumented", "starts_at", """completeness -> 'missing' @> '["documentation"]'::jsonb"""),
    ("notice", "waiting", "created_at", "sent_at is null and failed_at is null"),
    ("notice", "failed", "created_at", "failed_at is not null"),
)
FUNCTION = "rows_with_text(text, text, integer)"


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")
    for table, *columns in LISTED:
        op.create_index(_name(table, *columns), table, ["organization_id", *columns, "id"])
    for columns in LOGGED:
        op.create_index(_name("change_log", *columns), "change_log", ["organization_id", *columns, "seq"])
    for table, column in SORTED:
        op.create_index(_name(table, "listed_by", column), table, ["organization_id", column, "id"])
    for table, column in RETIRED:
        _partial(table, "retired", column, "retired_at is not null")
    for partial in PARTIAL:
        _partial(*partial)
    op.create_index(
        "ix_participant_student_id_session_id",
        "participant",
        ["organization_id", "student_id", "session_id"],
        postgresql_where=sa.text("student_id is not null"),
    )
    op.create_index("ix_session_id_starts_at", "session", ["organization_id", "id", "starts_at"])
    op.create_index(
        "ix_documentation_status_session_id", "documentation", ["organization_id", "status", "session_id"]
    )
    for table, texts in SEARCHED.items():
        for column in texts:
            op.create_index(
                _name(table, column, "trigrams"),
                table,
                [column],
                postgresql_using="gin",
                postgresql_ops={column: "gin_trgm_ops"},
            )
    op.drop_index("ix_session_organization_id_starts_at", "session")
    op.drop_index("ix_session_course_id", "session")
    op.get_bind().exec_driver_sql(_rows_with_text())
    op.execute(f"revoke all on function {FUNCTION} from public")
    op.execute(f"grant execute on function {FUNCTION} to homeroom_app")


def _name(table: str, *parts: str) -> str:
    return f"ix_{table}_{'_'.join(parts)}"


def _partial(table: str, name: str, column: str, condition: str) -> None:
    columns = ["organization_id", column, "id"]
    op.create_index(_name(table, name), table, columns, postgresql_where=sa.text(condition))


def _rows_with_text() -> str:
    """Row-level security lets no index answer `ilike`, which might leak, so a function of the owner asks the index.

    It gives the tenant's rows alone: the same that a select of the caller would.
    """
    cases = "\n".join(
        f"when '{table}' then return query select id from public.{table} where organization_id = tenant "
        f"and ({' or '.join(f'{column} ilike pattern' for column in texts)}) limit most;"
        for table, texts in SEARCHED.items()
    )
    return f"""
create function rows_with_text(listed text, pattern text, most integer) returns setof uuid
    language plpgsql stable security definer
    set search_path = pg_catalog, public set plan_cache_mode = force_custom_plan as $$
declare tenant constant uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
begin
    case listed
{cases}
    end case;
end $$
"""


def downgrade() -> None:
    op.execute(f"drop function {FUNCTION}")
    op.create_index("ix_session_course_id", "session", ["course_id"])
    op.create_index("ix_session_organization_id_starts_at", "session", ["organization_id", "starts_at"])
    for table, texts in SEARCHED.items():
        for column in texts:
            op.drop_index(_name(table, column, "trigrams"), table)
    op.drop_index("ix_documentation_status_session_id", "documentation")
    op.drop_index("ix_session_id_starts_at", "session")
    op.drop_index("ix_participant_student_id_session_id", "participant")
    for table, name, *_ in PARTIAL:
        op.drop_index(_name(table, name), table)
    for table, _ in RETIRED:
        op.drop_index(_name(table, "retired"), table)
    for table, column in SORTED:
        op.drop_index(_name(table, "listed_by", column), table)
    for columns in LOGGED:
        op.drop_index(_name("change_log", *columns), "change_log")
    for table, *columns in LISTED:
        op.drop_index(_name(table, *columns), table)
    op.execute("drop extension pg_trgm")
