"""repairs: how many were tried against the cause of a case; what nothing works on any more in a region

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

# For the sweeper of a region, which works for all tenants.
FUNCTIONS = {
    "loose_ends(text, text[], text[], timestamptz, integer)": """
create function loose_ends(
    wanted_region text, final_states text[], over_states text[], settled_before timestamptz, most integer
)
    returns table (kind text, organization_id uuid, session_id uuid, subject_id uuid, part text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
        with recent as materialized (
            select s.id, s.organization_id, s.state, s.outcome, s.live_at
            from public.session s
            where s.region = wanted_region and s.state = any(over_states)
              and coalesce(s.ended_at, s.ends_at) between settled_before - interval '7 days' and settled_before
        ), parts as (
            select r.id, r.organization_id, 'outcome' as part from recent r
            where r.state = any(final_states) and r.outcome is null
            union all
            select r.id, r.organization_id, 'attendance' from recent r
            where r.state = any(final_states) and r.outcome = 'held'
              and not exists (select from public.attendance a where a.session_id = r.id)
            union all
            select r.id, r.organization_id, 'transcript' from recent r
            where r.state = any(final_states)
              and exists (select from public.audio_segment g where g.session_id = r.id and not g.transcribed)
            union all
            select r.id, r.organization_id, 'step ' || t.step from recent r
            join public.timeline t on t.session_id = r.id and t.outcome = 'running'
            where r.state = any(final_states)
        )
        (select 'capture', r.organization_id, r.id, r.id, ''
         from recent r join public.live_room l on l.session_id = r.id
         where l.capture_started_at > coalesce(l.capture_ended_at, '-infinity')
           and greatest((l.capture_report ->> 'at')::timestamptz, l.capture_seen_at, l.capture_started_at)
               < settled_before
         limit most)
        union all
        (select 'record', p.organization_id, p.id, p.id, p.part from parts p
         where not exists (select from public.exception_case e
                           where e.session_id = p.id and e.kind = 'record_unfinished' and e.occasion = p.part)
         limit most)
        union all
        (select 'notice', n.organization_id, n.session_id, n.id, ''
         from public.notice n left join public.session s on s.id = n.session_id
         join public.organization o on o.id = n.organization_id
         where o.region = wanted_region and n.sent_at is null and n.failed_at is null
           and (n.deliver_by < settled_before
                or n.deliver_by is null and s.state = any(final_states)
                   and greatest(n.send_after, s.ends_at) < settled_before)
         limit most)
        union all
        (select 'search', u.organization_id, u.session_id, u.id, ''
         from public.substitution u join public.session s on s.id = u.session_id
         where s.region = wanted_region and u.state = 'searching' and u.created_at < settled_before
         limit most)
    $$
""",
    "cases_unresolved_before(text, timestamptz, integer)": """
create function cases_unresolved_before(wanted_region text, opened_before timestamptz, most integer)
    returns table (organization_id uuid, id uuid, changes integer, kind text, severity text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select e.organization_id, e.id, e.changes, e.kind, e.severity
          from public.exception_case e join public.organization o on o.id = e.organization_id
          where o.region = wanted_region and e.resolved_at is null and e.opened_at < opened_before
          order by e.due_at, e.id limit most $$
""",
    "sessions_without_room(uuid[], text[])": """
create function sessions_without_room(wanted uuid[], room_states text[])
    returns table (session_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select wanted_session.id from unnest(wanted) as wanted_session(id)
          where not exists (select from public.session s
                            where s.id = wanted_session.id and s.state = any(room_states)) $$
""",
}


def upgrade() -> None:
    op.add_column("exception_case", sa.Column("repairs", sa.Integer(), server_default="0", nullable=False))
    op.alter_column("exception_case", "repairs", server_default=None)
    for signature, function in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(function)
        op.execute(f"revoke all on function {signature} from public")
        op.execute(f"grant execute on function {signature} to homeroom_app")


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"drop function {signature}")
    op.drop_column("exception_case", "repairs")
