"""readers hold no notifications: a session of a SQL reader ends when it keeps the queue of notifications from emptying

Revision ID: 0063
Revises: 0062
"""

from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

# A session that has listened receives nothing while it is in a transaction, or while its client does not read, and until
# then the queue, which all databases of the server share, keeps what it has not received. Homeroom's own notifications are
# a few bytes that are read at once, so a queue that fills is a reader's. Which of them listens, no view shows.
END_OVERDUE = """
create or replace function end_overdue_readers() returns bigint
    language sql volatile security definer set search_path = pg_catalog, public
    as $$ select count(*) filter (where pg_terminate_backend(a.pid))
          from pg_stat_activity a join public.sql_reader r on r.role_name = a.usename,
               (select pg_notification_queue_usage() > 0.01 as fills) as queue
          where (a.state = 'active'
                 and a.query_start < clock_timestamp() - make_interval(secs => r.statement_seconds))
             or (a.state like 'idle in transaction%' and a.state_change < clock_timestamp() - interval '10 minutes')
             or a.xact_start < clock_timestamp() - make_interval(secs => r.statement_seconds) - interval '10 minutes'
             or (queue.fills
                 and (a.wait_event = 'ClientWrite' or a.xact_start is not null))
    $$;
"""
BEFORE = """
create or replace function end_overdue_readers() returns bigint
    language sql volatile security definer set search_path = pg_catalog, public
    as $$ select count(*) filter (where pg_terminate_backend(a.pid))
          from pg_stat_activity a join public.sql_reader r on r.role_name = a.usename
          where (a.state = 'active'
                 and a.query_start < clock_timestamp() - make_interval(secs => r.statement_seconds))
             or (a.state like 'idle in transaction%' and a.state_change < clock_timestamp() - interval '10 minutes')
             or a.xact_start < clock_timestamp() - make_interval(secs => r.statement_seconds) - interval '10 minutes'
    $$;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(END_OVERDUE.replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(BEFORE.replace("%", "%%"))
