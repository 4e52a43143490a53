"""case routing: versions of rules, on-call rotas, alert channels, preferences of staff

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
TABLES = {  # with the column of the id that changes are told of, and the columns whose values are not told
    "case_routing": ("id", ""),
    "rota": ("id", ""),
    "rota_override": ("rota_id", ""),
    "alert_channel": ("id", "target,secret"),
    "alert_preference": ("member_id", ""),
}
# Rotas on which nobody can be on duty, and those that have an unresolved exception about it.
TO_CHECK = """
create function rotas_to_check(most integer)
    returns table (organization_id uuid, id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select organization_id, id from public.rota
          where (retired_at is null and not exists (
                  select from jsonb_array_elements_text(rota.members) as turn
                  join public.member on member.id = turn::uuid
                  where member.organization_id = rota.organization_id and member.retired_at is null))
              or exists (
                  select from public.exception_case
                  where exception_case.organization_id = rota.organization_id
                      and subject_kind = 'rota' and subject_id = rota.id
                      and kind = 'rota_empty' and resolved_at is null)
          order by id limit most $$
"""
SIGNATURE = "rotas_to_check(integer)"


def upgrade() -> None:
    _make(
        "case_routing",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rules", JSONB(), server_default="{}", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        _time("created_at"),
        _time("updated_at", nullable=True),
        sa.Column("published_by", sa.String(), nullable=False),
        _time("published_at", nullable=True),
        sa.UniqueConstraint("organization_id", "number", name=op.f("uq_case_routing_organization_id_number")),
    )
    _make(
        "rota",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("members", JSONB(), server_default="[]", nullable=False),
        sa.Column("hand_over_on", sa.String(length=40), nullable=False),
        sa.Column("hand_over_at", sa.Time(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        *_kept(),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_rota_organization_id_id")),
    )
    _make(
        "rota_override",
        sa.Column("rota_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        _time("starts_at"),
        _time("ends_at"),
        sa.Column("created_by", sa.String(), nullable=False),
        _time("created_at"),
        _within("rota_override", "rota", "rota_id", ondelete="CASCADE"),
        _within("rota_override", "member", "member_id"),
    )
    op.create_index("ix_rota_override_rota_id_ends_at", "rota_override", ["rota_id", "ends_at"])
    _make(
        "alert_channel",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("includes_names", sa.Boolean(), nullable=False),
        *_kept(),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_alert_channel_organization_id_id")),
    )
    _make(
        "alert_preference",
        sa.Column("quiet_from", sa.Time()),
        sa.Column("quiet_until", sa.Time()),
        sa.Column("only_critical", sa.Boolean(), nullable=False),
        _time("updated_at"),
        _within("alert_preference", "member", "member_id"),
        key="member_id",
    )
    for table in ("rota", "alert_channel"):
        op.create_index(f"ix_{table}_listed_by_created_at", table, ["organization_id", "created_at", "id"])
    op.add_column(
        "exception_case", sa.Column("routing_version", sa.Integer(), server_default="0", nullable=False)
    )
    op.alter_column("exception_case", "routing_version", server_default=None)
    op.get_bind().exec_driver_sql(TO_CHECK)
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
    op.execute("delete from exception_case where subject_kind in ('rota', 'alert_channel')")
    op.execute("delete from notice where subject_kind = 'alert_channel'")
    op.drop_column("exception_case", "routing_version")
    for table in reversed(TABLES):
        op.drop_table(table)


def _make(table: str, *parts: sa.Column | sa.Constraint, key: str = "id") -> None:
    op.create_table(
        table,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(key, sa.Uuid(), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f(f"fk_{table}_organization_id_organization")
        ),
    )
    op.create_index(op.f(f"ix_{table}_organization_id"), table, ["organization_id"])
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy tenant on {table} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})")
    op.execute(f"grant select, insert, update, delete on {table} to homeroom_app")
    told, untold = TABLES[table]
    op.execute(
        f"create trigger told after insert or update or delete on {table} for each row "
        f"execute function record_change('{table}', '{told}', '{untold}')"
    )


def _within(table: str, other: str, column: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id", column],
        [f"{other}.organization_id", f"{other}.id"],
        name=op.f(f"fk_{table}_organization_id_{column}_{other}"),
        ondelete=ondelete,
    )


def _kept() -> tuple[sa.Column, ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        _time("created_at"),
        _time("updated_at", nullable=True),
        _time("retired_at", nullable=True),
    )


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
