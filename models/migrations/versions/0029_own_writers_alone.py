"""own writers alone: no reader can hold back the change feed, and readers' sessions have limits that they cannot lift

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# Who may insert into the log: its owner, the roles with the right, their members, and superusers.
MAY_WRITE = """
create function may_write_change_log(wanted oid) returns boolean
    language sql stable set search_path = pg_catalog, public
    as $$ select exists (
              select from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) as granted
              where c.oid = 'public.change_log'::regclass and granted.privilege_type = 'INSERT'
                and (granted.grantee = 0 or pg_has_role(wanted, granted.grantee, 'member'))) $$;
"""
# Stable, so that it looks at the snapshot by which the calling query sees rows: a later one would take transactions as
# ended whose rows that query does not see. The sessions are listed after that snapshot was taken, so a transaction of
# it is left out only if it belongs to a session that cannot write the log: whoever takes over the place or the process
# id of such a session has a later transaction. A transaction without a session, as one that has just ended, counts.
COMPLETE_BELOW = """
create function change_log_complete_below() returns bigint
    language plpgsql stable set search_path = pg_catalog, public
    as $$
declare
    running pg_snapshot := pg_current_snapshot();
    outsiders int[];
    theirs xid[];
begin
    if pg_snapshot_xmin(running) = pg_snapshot_xmax(running) then
        return pg_snapshot_xmin(running)::text::bigint;
    end if;
    perform pg_stat_clear_snapshot();
    select array_agg(pg_stat_get_backend_pid(backend)) into outsiders
    from pg_stat_get_backend_idset() as backend,
         lateral (select pg_stat_get_backend_dbid(backend) as database, pg_stat_get_backend_userid(backend) as role)
    where database <> (select oid from pg_database where datname = current_database())
       or (role <> 0 and not public.may_write_change_log(role));
    select array_agg(xid) into theirs
    from (select transactionid as xid from pg_locks
          where locktype = 'transactionid' and mode = 'ExclusiveLock' and granted and pid = any(outsiders)
          union all
          select transaction from pg_prepared_xacts
          where database <> current_database()
             or not public.may_write_change_log((select oid from pg_roles where rolname = owner))) as held;
    if theirs is null then
        return pg_snapshot_xmin(running)::text::bigint;
    end if;
    return (select coalesce(min(x::text::bigint), pg_snapshot_xmax(running)::text::bigint)
            from pg_snapshot_xip(running) as x where not (x::xid = any(theirs)));
end $$;
"""
CHANGED = """
create or replace function changed_organizations(since bigint)
    returns table (organization_id uuid, newest bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select organization_id, max(xid) from public.change_log
          where xid >= since and xid < (select {below}) group by organization_id $$;
"""
HELD_BACK = """
create function change_log_held_back_since() returns timestamptz
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select min(occurred_at) from public.change_log
          where xid >= (select public.change_log_complete_below()) $$;
"""
# A role may change its own settings, so the limits of a reader's sessions are kept in the table of readers.
END_OVERDUE = """
create function end_overdue_readers() returns bigint
    language sql volatile security definer set search_path = pg_catalog, public
    as $$ select count(*) filter (where pg_terminate_backend(a.pid))
          from pg_stat_activity a join public.sql_reader r on r.role_name = a.usename
          where (a.state = 'active'
                 and a.query_start < clock_timestamp() - make_interval(secs => r.statement_seconds))
             or (a.state like 'idle in transaction%' and a.state_change < clock_timestamp() - interval '10 minutes')
             or a.xact_start < clock_timestamp() - make_interval(secs => r.statement_seconds) - interval '10 minutes'
    $$;
"""
BACKFILL = r"""
update sql_reader set statement_seconds = least(3600, given.seconds)
from (select r.rolname, substring(setting from '^statement_timeout=([0-9]{1,6})s$')::int as seconds
      from pg_roles r, unnest(r.rolconfig) as setting) as given
where given.rolname = sql_reader.role_name and given.seconds > 0
"""
SIGNATURES = {
    "may_write_change_log(oid)": MAY_WRITE,
    "change_log_complete_below()": COMPLETE_BELOW,
    "change_log_held_back_since()": HELD_BACK,
    "end_overdue_readers()": END_OVERDUE,
}


def upgrade() -> None:
    op.add_column(
        "sql_reader", sa.Column("statement_seconds", sa.Integer(), server_default="300", nullable=False)
    )
    op.get_bind().exec_driver_sql(BACKFILL.replace("%", "%%"))
    for signature, definition in SIGNATURES.items():
        op.get_bind().exec_driver_sql(definition.replace("%", "%%"))
        op.execute(f"revoke all on function {signature} from public")
        op.execute(f"grant execute on function {signature} to homeroom_app")
    op.get_bind().exec_driver_sql(CHANGED.format(below="public.change_log_complete_below()"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        CHANGED.format(below="(pg_snapshot_xmin(pg_current_snapshot())::text)::bigint")
    )
    for signature in reversed(SIGNATURES):
        op.execute(f"drop function {signature}")
    op.drop_column("sql_reader", "statement_seconds")
