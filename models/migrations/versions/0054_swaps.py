"""swaps: classes that colleagues offer each other, and how many extra hours an instructor accepts

Revision ID: 0054
Revises: 0053
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
_TEXT = sqlmodel.sql.sqltypes.AutoString
_REFERRED = (
    ("session", "session_id"),
    ("session", "return_session_id"),
    ("instructor", "from_instructor_id"),
    ("instructor", "to_instructor_id"),
)


def upgrade() -> None:
    op.add_column("instructor_availability", sa.Column("extra_hours_up_to", sa.Float(), nullable=True))
    op.create_table(
        "class_swap",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_instructor_id", sa.Uuid(), nullable=False),
        sa.Column("to_instructor_id", sa.Uuid(), nullable=False),
        sa.Column("return_session_id", sa.Uuid(), nullable=True),
        sa.Column("return_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", _TEXT(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_swap")),
        sa.CheckConstraint(
            "(return_session_id is null) = (return_starts_at is null)",
            name=op.f("ck_class_swap_return_has_start"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_class_swap_organization_id_organization")
        ),
        *(
            sa.ForeignKeyConstraint(
                ["organization_id", column],
                [f"{table}.organization_id", f"{table}.id"],
                name=op.f(f"fk_class_swap_organization_id_{column}_{table}"),
            )
            for table, column in _REFERRED
        ),
    )
    op.create_index("ix_class_swap_from", "class_swap", ["organization_id", "from_instructor_id", "created_at"])
    op.create_index("ix_class_swap_to", "class_swap", ["organization_id", "to_instructor_id", "created_at"])
    op.create_index("ix_class_swap_return_session_id", "class_swap", ["return_session_id"])
    op.create_index(op.f("ix_class_swap_session_id"), "class_swap", ["session_id"])
    op.create_index(
        "uq_class_swap_offered",
        "class_swap",
        ["session_id"],
        unique=True,
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_index(op.f("ix_class_swap_organization_id"), "class_swap", ["organization_id"])
    op.execute("alter table class_swap enable row level security")
    op.execute(
        f"create policy tenant on class_swap using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})"
    )
    op.execute("grant select, insert, update, delete on class_swap to homeroom_app")
    op.execute(
        "create trigger told after insert or update or delete on class_swap for each row "
        "execute function record_change('class_swap', 'id', '')"
    )


def downgrade() -> None:
    op.drop_table("class_swap")
    op.drop_column("instructor_availability", "extra_hours_up_to")
