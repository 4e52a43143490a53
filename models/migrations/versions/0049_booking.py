"""booking: time that is held until it expires, in the exclusion constraint of booked time; what families may change

Revision ID: 0049
Revises: 0048
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
FORGET = """
create or replace function forget_expired(at timestamptz) returns bigint
    language sql volatile security definer set search_path = pg_catalog, public
    as $$ with answers as (delete from public.idempotency where created_at < at - interval '48 hours' returning 1),
               links as (delete from public.sign_in_link where expires_at < at - interval '1 day' returning 1),
               attempts as (delete from public.sign_in_attempt where attempted_at < at - interval '1 day'
                            returning 1),
               bookings as (delete from public.booking_request where created_at < at - interval '30 days'
                            returning 1),
               overrides as (delete from public.override_request where created_at < at - interval '30 days'
                             returning 1),{with_holds}
               browsers as (delete from public.signed_in where expires_at < at - interval '30 days' returning 1)
          select (select count(*) from answers) + (select count(*) from links) + (select count(*) from bookings)
               + (select count(*) from attempts) + (select count(*) from browsers)
               + (select count(*) from overrides){count_holds} $$;
"""
WITH_HOLDS = """
               holds as (delete from public.time_hold where expires_at <= at returning 1),"""
COUNT_HOLDS = " + (select count(*) from holds)"
_TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "time_hold",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("subject", _TEXT(), nullable=False),
        sa.Column("level", _TEXT(), nullable=False),
        sa.Column("instructor_id", sa.Uuid(), nullable=False),
        sa.Column("student_ids", JSONB(), server_default="[]", nullable=False),
        sa.Column("whole_course", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", _TEXT(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_hold")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_time_hold_organization_id_id")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_time_hold_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_time_hold_organization_id_organization")
        ),
        *(
            sa.ForeignKeyConstraint(
                ["organization_id", f"{table}_id"],
                [f"{table}.organization_id", f"{table}.id"],
                name=op.f(f"fk_time_hold_organization_id_{table}_id_{table}"),
            )
            for table in ("course", "instructor")
        ),
    )
    op.create_index("ix_time_hold_expires_at", "time_hold", ["expires_at"])
    _secure("time_hold")
    op.add_column("booked_time", sa.Column("hold_id", sa.Uuid(), nullable=True))
    op.add_column("booked_time", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint("pk_booked_time", "booked_time")
    op.alter_column("booked_time", "session_id", nullable=True)
    op.create_primary_key("pk_booked_time", "booked_time", ["organization_id", "person_id", "during"])
    op.create_unique_constraint(
        "uq_booked_time_session_id_person_id", "booked_time", ["session_id", "person_id"]
    )
    op.create_foreign_key(
        "fk_booked_time_organization_id_hold_id_time_hold",
        "booked_time",
        "time_hold",
        ["organization_id", "hold_id"],
        ["organization_id", "id"],
        ondelete="CASCADE",
    )
    op.create_check_constraint("class_or_hold", "booked_time", "num_nonnulls(session_id, hold_id) = 1")
    op.create_check_constraint("holds_expire", "booked_time", "(hold_id is null) = (expires_at is null)")
    op.create_index(
        "ix_booked_time_hold_id", "booked_time", ["hold_id"], postgresql_where=sa.text("hold_id is not null")
    )
    op.execute(FORGET.format(with_holds=WITH_HOLDS, count_holds=COUNT_HOLDS))
    op.add_column("organization", sa.Column("self_service_policy", JSONB(), server_default="{}", nullable=False))
    op.create_table(
        "late_cancellation",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_cancellation")),
        sa.UniqueConstraint("session_id", name=op.f("uq_late_cancellation_session_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_late_cancellation_organization_id_organization"),
        ),
        *(
            sa.ForeignKeyConstraint(
                ["organization_id", f"{table}_id"],
                [f"{table}.organization_id", f"{table}.id"],
                name=op.f(f"fk_late_cancellation_organization_id_{table}_id_{table}"),
            )
            for table in ("session", "guardian")
        ),
    )
    op.create_index("ix_late_cancellation_listed", "late_cancellation", ["organization_id", "cancelled_at", "id"])
    op.create_index(op.f("ix_late_cancellation_guardian_id"), "late_cancellation", ["guardian_id"])
    _secure("late_cancellation")
    op.create_table(
        "leave_request",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instructor_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", _TEXT(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_by", _TEXT(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", _TEXT(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_request")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_leave_request_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_leave_request_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "instructor_id"],
            ["instructor.organization_id", "instructor.id"],
            name=op.f("fk_leave_request_organization_id_instructor_id_instructor"),
        ),
    )
    op.create_index("ix_leave_request_listed", "leave_request", ["organization_id", "created_at", "id"])
    op.create_index(op.f("ix_leave_request_instructor_id"), "leave_request", ["instructor_id"])
    _secure("leave_request")


def downgrade() -> None:
    op.drop_table("leave_request")
    op.drop_table("late_cancellation")
    op.drop_column("organization", "self_service_policy")
    op.execute(FORGET.format(with_holds="", count_holds=""))
    op.execute("delete from booked_time where session_id is null")
    for name in ("ck_booked_time_class_or_hold", "ck_booked_time_holds_expire"):
        op.drop_constraint(op.f(name), "booked_time")
    op.drop_constraint("fk_booked_time_organization_id_hold_id_time_hold", "booked_time")
    op.drop_constraint("uq_booked_time_session_id_person_id", "booked_time")
    op.drop_constraint("pk_booked_time", "booked_time")
    op.alter_column("booked_time", "session_id", nullable=False)
    op.create_primary_key("pk_booked_time", "booked_time", ["session_id", "person_id"])
    op.drop_column("booked_time", "hold_id")
    op.drop_column("booked_time", "expires_at")
    op.drop_table("time_hold")


def _secure(table: str) -> None:
    op.create_index(op.f(f"ix_{table}_organization_id"), table, ["organization_id"])
    op.execute(f"alter table {table} enable row level security")
    op.execute(
        f"create policy tenant on {table} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})"
    )
    op.execute(f"grant select, insert, update, delete on {table} to homeroom_app")
    op.execute(
        f"create trigger told after insert or update or delete on {table} for each row "
        f"execute function record_change('{table}', 'id', '')"
    )
