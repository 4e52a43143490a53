"""proven domains: a mail domain leads to an identity provider once it is the organization's own

Domains of providers that are in use stay with them, as claims.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
TABLE = "proven_domain"
KEEP = """
insert into proven_domain (organization_id, id, domain, proof, created_at)
select distinct on (domain) organization_id, gen_random_uuid(), domain, 'claim', now()
from identity_provider, jsonb_array_elements_text(domains) as domain
where retired_at is null
order by domain, identity_provider.created_at
"""
PROVIDERS = """
create or replace function identity_provider_by_domain(wanted text)
    returns table (id uuid, organization_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select id, organization_id from public.identity_provider
          where retired_at is null and domains ? lower(wanted) {only} $$
"""
PROVEN = """and exists (select from public.proven_domain as proven
                      where proven.domain = lower(wanted)
                        and proven.organization_id = identity_provider.organization_id)"""
HOLDER = """
create function proven_domain_by_name(wanted text)
    returns table (id uuid, organization_id uuid, proof text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select id, organization_id, proof from public.proven_domain where domain = lower(wanted) $$
"""


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("domain", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("proof", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f(f"fk_{TABLE}_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("domain", name=op.f(f"uq_{TABLE}_domain")),
    )
    op.create_index(op.f(f"ix_{TABLE}_organization_id"), TABLE, ["organization_id"])
    op.execute(KEEP)
    op.execute(f"alter table {TABLE} enable row level security")
    op.execute(f"create policy tenant on {TABLE} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})")
    op.execute(f"grant select, insert, update, delete on {TABLE} to homeroom_app")
    op.execute(
        f"create trigger told after insert or update or delete on {TABLE} for each row "
        f"execute function record_change('{TABLE}', 'id', '')"
    )
    op.execute(PROVIDERS.format(only=PROVEN))
    op.execute(HOLDER)
    op.execute("revoke all on function proven_domain_by_name(text) from public")
    op.execute("grant execute on function proven_domain_by_name(text) to homeroom_app")


def downgrade() -> None:
    op.execute("drop function proven_domain_by_name(text)")
    op.execute(PROVIDERS.format(only=""))
    op.drop_table(TABLE)
