"""substitutions: the search for another instructor, its offers, and when instructors can teach

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
TOLD = {"instructor_availability": "instructor_id", "substitution": "id", "substitution_offer": "id"}


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _refers(table: str, referred: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id", column],
        [f"{referred}.organization_id", f"{referred}.id"],
        name=op.f(f"fk_{table}_organization_id_{column}_{referred}"),
    )


def _tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=op.f(f"fk_{table}_organization_id_organization")
    )



def upgrade() -> None:
    op.create_table(
        "instructor_availability",
        _key("organization_id"),
        _key("instructor_id"),
        sa.Column("weekly", JSONB(), server_default="[]", nullable=False),
        sa.Column("days", JSONB(), server_default="[]", nullable=False),
        sa.Column("leave", JSONB(), server_default="[]", nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("most_hours_per_day", sa.Float(), nullable=True),
        sa.Column("most_hours_per_week", sa.Float(), nullable=True),
        sa.Column("hourly_cost", sa.Float(), nullable=True),
        _moment("updated_at"),
        _tenant("instructor_availability"),
        _refers("instructor_availability", "instructor", "instructor_id"),
        sa.PrimaryKeyConstraint("instructor_id", name=op.f("pk_instructor_availability")),
    )
    op.create_table(
        "substitution",
        _key("organization_id"),
        _key("id"),
        _key("session_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _moment("starts_at"),
        _key("absent_instructor_id"),
        _text("reason"),
        _text("requested_by"),
        _key("wanted_instructor_id", nullable=True),
        sa.Column("broadcast", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        _key("accepted_by_id", nullable=True),
        _moment("created_at"),
        _moment("ended_at", nullable=True),
        _tenant("substitution"),
        _refers("substitution", "session", "session_id"),
        _refers("substitution", "instructor", "absent_instructor_id"),
        _refers("substitution", "instructor", "accepted_by_id"),
        _refers("substitution", "instructor", "wanted_instructor_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_substitution_organization_id_id")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_substitution_session_id_number")),
    )
    op.create_index(
        "uq_substitution_searching",
        "substitution",
        ["session_id"],
        unique=True,
        postgresql_where=sa.text("state = 'searching'"),
    )
    op.create_table(
        "substitution_offer",
        _key("organization_id"),
        _key("id"),
        _key("substitution_id"),
        _key("instructor_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("terms", JSONB(), server_default="{}", nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        _moment("sent_at"),
        _moment("expires_at"),
        _moment("answered_at", nullable=True),
        _tenant("substitution_offer"),
        _refers("substitution_offer", "substitution", "substitution_id"),
        _refers("substitution_offer", "instructor", "instructor_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution_offer")),
        sa.UniqueConstraint(
            "substitution_id", "instructor_id", name=op.f("uq_substitution_offer_substitution_id_instructor_id")
        ),
    )
    op.create_index(
        op.f("ix_substitution_offer_instructor_id"), "substitution_offer", ["instructor_id"]
    )
    for table, subject_id in TOLD.items():
        op.create_index(op.f(f"ix_{table}_organization_id"), table, ["organization_id"])
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy tenant on {table} "
            f"using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})"
        )
        op.execute(f"grant select, insert, update, delete on {table} to homeroom_app")
        untold = "hourly_cost" if table == "instructor_availability" else ""
        op.execute(
            f"create trigger told after insert or update or delete on {table} for each row "
            f"execute function record_change('{table}', '{subject_id}', '{untold}')"
        )


def downgrade() -> None:
    for table in reversed(TOLD):
        op.drop_table(table)
