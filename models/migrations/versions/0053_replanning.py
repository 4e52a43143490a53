"""replanning: plans hold the time of their classes, ask before they are published, and are proposed after changes

Revision ID: 0053
Revises: 0052
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
POSITION, ANSWER = "replanning_position", "plan_answer"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False)


def upgrade() -> None:
    op.add_column("time_hold", sa.Column("plan_run_id", sa.Uuid(), nullable=True))
    op.add_column("time_hold", sa.Column("class_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_time_hold_organization_id_plan_run_id_plan_run",
        "time_hold",
        "plan_run",
        ["organization_id", "plan_run_id"],
        ["organization_id", "id"],
    )
    op.create_check_constraint(
        "class_of_plan", "time_hold", "(plan_run_id is null) = (class_id is null)"
    )
    for column in ("plan_run_id", "class_id"):
        op.create_index(
            f"ix_time_hold_{column}", "time_hold", [column], postgresql_where=sa.text(f"{column} is not null")
        )
    op.add_column("plan_run", _text("title"))
    op.add_column("plan_run", _text("published_by"))
    op.add_column("plan_run", sa.Column("causes", JSONB(), server_default="[]", nullable=False))
    op.add_column("plan_run", sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column("plan_run", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_plan_run_proposed",
        "plan_run",
        ["organization_id"],
        postgresql_where=sa.text("scope = 'changed' and state in ('planning', 'proposed')"),
    )
    op.add_column("organization", sa.Column("planning_policy", JSONB(), server_default="{}", nullable=False))
    op.add_column("plan_assignment", sa.Column("reasons", JSONB(), server_default="[]", nullable=False))
    op.add_column("plan_assignment", _text("hold_problem"))
    for table, column in (("plan_run", "title"), ("plan_run", "published_by"), ("plan_assignment", "hold_problem")):
        op.alter_column(table, column, server_default=None)
    op.create_table(
        POSITION,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        _tenant(POSITION),
        sa.PrimaryKeyConstraint("organization_id", name=op.f(f"pk_{POSITION}")),
    )
    op.create_table(
        ANSWER,
        *(
            sa.Column(name, sa.Uuid(), nullable=False)
            for name in ("organization_id", "plan_run_id", "class_id", "instructor_id", "recipient_id")
        ),
        sa.Column("recipient_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        _tenant(ANSWER),
        *(
            sa.ForeignKeyConstraint(
                ["organization_id", f"{table}_id"],
                [f"{table}.organization_id", f"{table}.id"],
                name=op.f(f"fk_{ANSWER}_organization_id_{table}_id_{table}"),
            )
            for table in ("plan_run", "instructor")
        ),
        sa.PrimaryKeyConstraint(
            "plan_run_id", "class_id", "instructor_id", "recipient_id", name=op.f(f"pk_{ANSWER}")
        ),
    )
    for table in (POSITION, ANSWER):
        op.create_index(op.f(f"ix_{table}_organization_id"), table, ["organization_id"])
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy tenant on {table} "
            f"using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})"
        )
        op.execute(f"grant select, insert, update, delete on {table} to homeroom_app")


def _tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=op.f(f"fk_{table}_organization_id_organization")
    )


def downgrade() -> None:
    op.drop_table(ANSWER)
    op.drop_table(POSITION)
    op.drop_column("organization", "planning_policy")
    for table, column in (
        ("plan_assignment", "hold_problem"),
        ("plan_assignment", "reasons"),
        ("plan_run", "held_until"),
        ("plan_run", "answer_by"),
        ("plan_run", "causes"),
        ("plan_run", "published_by"),
        ("plan_run", "title"),
    ):
        op.drop_column(table, column)
    op.execute("delete from time_hold where plan_run_id is not null")
    op.drop_column("time_hold", "class_id")
    op.drop_column("time_hold", "plan_run_id")
