"""volunteers and views: classes that are open to volunteers; saved views of any list, which can be shared

Revision ID: 0057
Revises: 0056
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
_TEXT = sqlmodel.sql.sqltypes.AutoString
CALL, VIEW, BOARD_VIEW = "volunteer_call", "saved_view", "board_view"
_RENAMED = (
    "pk_{0}",
    "fk_{0}_organization_id_organization",
    "fk_{0}_organization_id_member",
)


def upgrade() -> None:
    _create_calls()
    op.create_index("ix_class_swap_listed", "class_swap", ["organization_id", "created_at", "id"])
    op.drop_constraint("uq_board_view_organization_id_member_id_name", BOARD_VIEW)
    op.drop_index("uq_board_view_default", table_name=BOARD_VIEW)
    _rename_views(BOARD_VIEW, VIEW)
    op.add_column(VIEW, sa.Column("listing", sa.String(length=40), server_default="board", nullable=False))
    op.alter_column(VIEW, "listing", server_default=None)
    op.add_column(VIEW, sa.Column("is_shared", sa.Boolean(), server_default="false", nullable=False))
    op.alter_column(VIEW, "is_shared", server_default=None)
    op.create_unique_constraint(
        op.f("uq_saved_view_organization_id_member_id_listing_name"),
        VIEW,
        ["organization_id", "member_id", "listing", "name"],
    )
    op.create_index(
        "uq_saved_view_default",
        VIEW,
        ["organization_id", "member_id", "listing"],
        unique=True,
        postgresql_where=sa.text("is_default and not is_shared"),
    )
    op.create_index(
        "uq_saved_view_shared_default",
        VIEW,
        ["organization_id", "listing"],
        unique=True,
        postgresql_where=sa.text("is_default and is_shared"),
    )


def _create_calls() -> None:
    op.create_table(
        CALL,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("instructor_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("note", _TEXT(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("told_ids", JSONB(), server_default="[]", nullable=False),
        sa.Column("opened_by", _TEXT(), nullable=False),
        sa.Column("taken_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_call")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_volunteer_call_organization_id_organization"),
        ),
        *(
            sa.ForeignKeyConstraint(
                ["organization_id", column],
                [f"{table}.organization_id", f"{table}.id"],
                name=op.f(f"fk_volunteer_call_organization_id_{column}_{table}"),
            )
            for table, column in (
                ("session", "session_id"),
                ("instructor", "instructor_id"),
                ("instructor", "taken_by_id"),
            )
        ),
    )
    op.create_index(op.f("ix_volunteer_call_organization_id"), CALL, ["organization_id"])
    op.create_index("ix_volunteer_call_session_id_created_at", CALL, ["session_id", "created_at"])
    op.create_index(
        "uq_volunteer_call_open", CALL, ["session_id"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    op.execute(f"alter table {CALL} enable row level security")
    op.execute(
        f"create policy tenant on {CALL} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})"
    )
    op.execute(f"grant select, insert, update, delete on {CALL} to homeroom_app")
    op.execute(
        f"create trigger told after insert or update or delete on {CALL} for each row "
        f"execute function record_change('{CALL}', 'id', '')"
    )


def _rename_views(before: str, after: str) -> None:
    op.rename_table(before, after)
    for name in _RENAMED:
        op.execute(f"alter table {after} rename constraint {name.format(before)} to {name.format(after)}")
    op.execute(f"alter index ix_{before}_organization_id rename to ix_{after}_organization_id")
    op.execute(f"drop trigger told on {after}")
    op.execute(
        f"create trigger told after insert or update or delete on {after} for each row "
        f"execute function record_change('{after}', 'id', '')"
    )


def downgrade() -> None:
    op.drop_index("uq_saved_view_shared_default", table_name=VIEW)
    op.drop_index("uq_saved_view_default", table_name=VIEW)
    op.drop_constraint("uq_saved_view_organization_id_member_id_listing_name", VIEW)
    op.execute("delete from saved_view where listing <> 'board' or is_shared")
    op.drop_column(VIEW, "is_shared")
    op.drop_column(VIEW, "listing")
    _rename_views(VIEW, BOARD_VIEW)
    op.create_unique_constraint(
        op.f("uq_board_view_organization_id_member_id_name"), BOARD_VIEW, ["organization_id", "member_id", "name"]
    )
    op.create_index(
        "uq_board_view_default",
        BOARD_VIEW,
        ["organization_id", "member_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.drop_index("ix_class_swap_listed", table_name="class_swap")
    op.drop_table(CALL)
