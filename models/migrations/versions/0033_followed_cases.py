"""followed cases: states, history, evidence and incidents of exceptions, and which changes their workflows know

Revision ID: 0033
Revises: 0032
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
RECORD = Path(__file__).parents[1] / "record"
CAUSE = ["subject_kind", "subject_id", "kind", "occasion"]
UNFOLLOWED = """
create function unfollowed_cases(most integer)
    returns table (organization_id uuid, id uuid, changes integer, kind text, severity text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select organization_id, id, changes, kind, severity from public.exception_case
          where changes > followed order by opened_at limit most $$
"""
SIGNATURE = "unfollowed_cases(integer)"


def upgrade() -> None:
    op.execute("drop schema record cascade")
    _make_incidents()
    _extend_cases()
    _make_entries()
    op.get_bind().exec_driver_sql(UNFOLLOWED)
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")
    _tell_without("changes,followed,level,reports,acknowledge_due_at")
    op.get_bind().exec_driver_sql((RECORD / "0033.sql").read_text().replace("%", "%%"))


def downgrade() -> None:
    op.execute("drop schema record cascade")
    _tell_without("")
    op.execute(f"drop function {SIGNATURE}")
    op.drop_table("case_entry")
    for index in ("uq_exception_case_open_cause", "ix_exception_case_unresolved", "ix_exception_case_unfollowed"):
        op.drop_index(index, "exception_case")
    op.drop_constraint("fk_exception_case_organization_id_incident_id_incident", "exception_case")
    op.drop_index("ix_exception_case_incident_id", "exception_case")
    op.execute("update exception_case set state = 'resolved' where resolved_at is not null")
    op.execute("update exception_case set state = 'open' where resolved_at is null")
    op.create_index(
        "uq_exception_case_open_cause",
        "exception_case",
        CAUSE,
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_constraint(op.f("uq_exception_case_organization_id_id"), "exception_case")
    for name in (
        "queue",
        "acknowledge_due_at",
        "evidence",
        "acknowledged_at",
        "acknowledged_by",
        "snoozed_until",
        "level",
        "comments",
        "outage",
        "incident_id",
        "changes",
        "followed",
    ):
        op.drop_column("exception_case", name)
    op.alter_column("exception_case", "state", type_=sa.String())
    op.drop_table("incident")
    op.get_bind().exec_driver_sql((RECORD / "0026.sql").read_text().replace("%", "%%"))


def _make_incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("outage", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_incident_organization_id_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_incident_organization_id_organization")
        ),
    )
    op.create_index(op.f("ix_incident_organization_id"), "incident", ["organization_id"])
    op.create_index("ix_incident_outage_latest_at", "incident", ["organization_id", "outage", "latest_at"])
    _scope("incident")


def _extend_cases() -> None:
    new = (
        sa.Column("queue", sa.String(), server_default="", nullable=False),
        sa.Column("acknowledge_due_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("evidence", JSONB(), server_default="[]", nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
        sa.Column("acknowledged_by", sa.String(), server_default="", nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True)),
        sa.Column("level", sa.Integer(), server_default="0", nullable=False),
        sa.Column("comments", sa.Integer(), server_default="0", nullable=False),
        sa.Column("outage", sa.String(), server_default="", nullable=False),
        sa.Column("incident_id", sa.Uuid()),
        sa.Column("changes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("followed", sa.Integer(), server_default="0", nullable=False),
    )
    for column in new:
        op.add_column("exception_case", column)
    op.execute("update exception_case set queue = owner, acknowledge_due_at = due_at")
    op.execute("update exception_case set changes = 1 where state = 'open'")
    op.execute("update exception_case set resolved_at = opened_at where state <> 'open' and resolved_at is null")
    op.execute("update exception_case set state = 'self_resolved' where state <> 'open' and resolved_by = 'homeroom'")
    for column in new:
        if column.server_default is not None and column.name != "evidence":
            op.alter_column("exception_case", column.name, server_default=None)
    op.alter_column("exception_case", "state", type_=sa.String(length=40))
    op.create_unique_constraint(
        op.f("uq_exception_case_organization_id_id"), "exception_case", ["organization_id", "id"]
    )
    op.create_foreign_key(
        op.f("fk_exception_case_organization_id_incident_id_incident"),
        "exception_case",
        "incident",
        ["organization_id", "incident_id"],
        ["organization_id", "id"],
    )
    op.drop_index("uq_exception_case_open_cause", "exception_case")
    op.create_index(
        "uq_exception_case_open_cause",
        "exception_case",
        CAUSE,
        unique=True,
        postgresql_where=sa.text("resolved_at is null"),
    )
    op.create_index(
        "ix_exception_case_incident_id",
        "exception_case",
        ["incident_id"],
        postgresql_where=sa.text("incident_id is not null"),
    )
    op.create_index(
        "ix_exception_case_unresolved",
        "exception_case",
        ["organization_id", "due_at", "id"],
        postgresql_where=sa.text("resolved_at is null"),
    )
    op.create_index(
        "ix_exception_case_unfollowed",
        "exception_case",
        ["opened_at"],
        postgresql_where=sa.text("changes > followed"),
    )


def _make_entries() -> None:
    op.create_table(
        "case_entry",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("detail", JSONB(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_entry")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_case_entry_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "case_id"],
            ["exception_case.organization_id", "exception_case.id"],
            name=op.f("fk_case_entry_organization_id_case_id_exception_case"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_case_entry_organization_id"), "case_entry", ["organization_id"])
    op.create_index("ix_case_entry_case_id_happened_at", "case_entry", ["case_id", "happened_at"])
    _scope("case_entry")
    op.execute(
        """insert into case_entry (organization_id, id, case_id, happened_at, by, kind, text)
           select organization_id, gen_random_uuid(), id, opened_at, 'homeroom', 'opened', '' from exception_case
           union all
           select organization_id, gen_random_uuid(), id, resolved_at, resolved_by, state, resolution
           from exception_case where resolved_at is not null"""
    )


def _scope(table: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy tenant on {table} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})")
    op.execute(f"grant select, insert, update, delete on {table} to homeroom_app")


def _tell_without(columns: str) -> None:
    op.execute("drop trigger told on exception_case")
    op.execute(
        "create trigger told after insert or update or delete on exception_case for each row "
        f"execute function record_change('exception', 'id', '{columns}')"
    )
