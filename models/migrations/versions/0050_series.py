"""series: classes at a wall time that recurs, and which session each became; plans of a term

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
TOLD = {"series": "id", "series_occurrence": "id", "plan_run": "id"}
TABLES = (*TOLD, "plan_assignment")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _state() -> sa.Column[str]:
    return sa.Column("state", sa.String(length=40), nullable=False)


def _refers(table: str, referred: str, column: str = "") -> sa.ForeignKeyConstraint:
    own = column or f"{referred}_id"
    return sa.ForeignKeyConstraint(
        ["organization_id", own],
        [f"{referred}.organization_id", f"{referred}.id"],
        name=op.f(f"fk_{table}_organization_id_{own}_{referred}"),
    )


def _tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=op.f(f"fk_{table}_organization_id_organization")
    )


def upgrade() -> None:
    op.create_table(
        "series",
        _key("organization_id"),
        _key("id"),
        _key("course_id"),
        _text("title"),
        _text("time_zone"),
        sa.Column("first_start", sa.DateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        _text("recurrence"),
        _key("instructor_id", nullable=True),
        sa.Column("student_ids", JSONB(), server_default="[]", nullable=False),
        sa.Column("whole_course", sa.Boolean(), nullable=False),
        _text("override_reason", nullable=True),
        _state(),
        _text("created_by"),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("created_at"),
        _moment("updated_at", nullable=True),
        _tenant("series"),
        _refers("series", "course"),
        _refers("series", "instructor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_series_organization_id_id")),
    )
    op.create_index("ix_series_course_id", "series", ["course_id"])
    op.create_index("ix_series_listed_by_created_at", "series", ["organization_id", "created_at", "id"])
    op.create_table(
        "series_occurrence",
        _key("organization_id"),
        _key("id"),
        _key("series_id"),
        sa.Column("scheduled", sa.DateTime(), nullable=False),
        _moment("starts_at"),
        _moment("ends_at"),
        _key("instructor_id", nullable=True),
        _state(),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        _text("cancel_reason"),
        _key("session_id", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _text("problem_code"),
        _text("problem"),
        _moment("tried_at", nullable=True),
        _tenant("series_occurrence"),
        _refers("series_occurrence", "series"),
        _refers("series_occurrence", "session"),
        _refers("series_occurrence", "instructor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_occurrence")),
        sa.UniqueConstraint(
            "organization_id", "id", name=op.f("uq_series_occurrence_organization_id_id")
        ),
    )
    op.create_index(
        "ix_series_occurrence_series_id_scheduled", "series_occurrence", ["series_id", "scheduled"]
    )
    op.create_index("ix_series_occurrence_session_id", "series_occurrence", ["session_id"])
    op.create_index(
        "ix_series_occurrence_open",
        "series_occurrence",
        ["series_id", "starts_at"],
        postgresql_where=sa.text("pending or state in ('planned', 'refused')"),
    )
    _create_plans()
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_organization_id"), table, ["organization_id"])
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy tenant on {table} "
            f"using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})"
        )
        op.execute(f"grant select, insert, update, delete on {table} to homeroom_app")
    for table, key in TOLD.items():
        op.execute(
            f"create trigger told after insert or update or delete on {table} for each row "
            f"execute function record_change('{table}', '{key}', 'attempts,tried_at,progress,terms')"
        )


def _create_plans() -> None:
    op.create_table(
        "plan_run",
        _key("organization_id"),
        _key("id"),
        _moment("starts_at"),
        _moment("ends_at"),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("most_seconds", sa.Integer(), nullable=False),
        _state(),
        sa.Column("stop_requested", sa.Boolean(), nullable=False),
        sa.Column("progress", JSONB(), server_default="{}", nullable=False),
        sa.Column("terms", JSONB(), server_default="{}", nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        _text("problem"),
        _text("created_by"),
        _moment("created_at"),
        _moment("finished_at", nullable=True),
        _tenant("plan_run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_run")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_plan_run_organization_id_id")),
    )
    op.create_index("ix_plan_run_listed_by_created_at", "plan_run", ["organization_id", "created_at", "id"])
    op.create_table(
        "plan_assignment",
        _key("organization_id"),
        _key("plan_run_id"),
        _key("class_id"),
        _key("occurrence_id", nullable=True),
        _key("session_id", nullable=True),
        _text("title"),
        _moment("starts_at"),
        _moment("ends_at"),
        _key("instructor_id", nullable=True),
        _key("former_instructor_id", nullable=True),
        sa.Column("relaxations", JSONB(), server_default="[]", nullable=False),
        _moment("published_at", nullable=True),
        _text("problem"),
        _tenant("plan_assignment"),
        _refers("plan_assignment", "plan_run"),
        _refers("plan_assignment", "session"),
        _refers("plan_assignment", "series_occurrence", "occurrence_id"),
        _refers("plan_assignment", "instructor"),
        _refers("plan_assignment", "instructor", "former_instructor_id"),
        sa.PrimaryKeyConstraint("plan_run_id", "class_id", name=op.f("pk_plan_assignment")),
    )
    op.create_index(
        "ix_plan_assignment_plan_run_id_starts_at",
        "plan_assignment",
        ["plan_run_id", "starts_at", "class_id"],
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
