"""views of the board: filters that a member of staff has saved under a name; an index of what staff changed

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "board_view",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_view")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_board_view_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "member_id"],
            ["member.organization_id", "member.id"],
            name=op.f("fk_board_view_organization_id_member"),
        ),
        sa.UniqueConstraint(
            "organization_id", "member_id", "name", name=op.f("uq_board_view_organization_id_member_id_name")
        ),
    )
    op.create_index(op.f("ix_board_view_organization_id"), "board_view", ["organization_id"])
    op.create_index(
        "uq_board_view_default",
        "board_view",
        ["organization_id", "member_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.execute("alter table board_view enable row level security")
    op.execute(
        f"create policy tenant on board_view "
        f"using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})"
    )
    op.execute("grant select, insert, update, delete on board_view to homeroom_app")
    op.execute(
        "create trigger told after insert or update or delete on board_view for each row "
        "execute function record_change('board_view', 'id', '')"
    )
    op.create_index(
        "ix_change_log_touches",
        "change_log",
        ["organization_id", "occurred_at"],
        postgresql_where=sa.text("session_id is not null and split_part(actor, ':', 1) in ('member', 'operator')"),
    )


def downgrade() -> None:
    op.drop_index("ix_change_log_touches", table_name="change_log")
    op.drop_table("board_view")
