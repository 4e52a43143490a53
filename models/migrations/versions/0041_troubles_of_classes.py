"""troubles of classes: what the watch and the housekeeping of a region find about its classes, in all tenants

Revision ID: 0041
Revises: 0040
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_BOOKED_PEOPLE = """public.participant p on p.session_id = s.id and p.removed_at is null
                   and (p.student_id is not null or p.instructor_id = s.instructor_id)"""
_RETIRED = ("guardian", "student", "instructor", "member", "alert_channel")
FUNCTIONS = {
    "unconcerning_cases(text, text[], text[], text[], integer)": f"""
create function unconcerning_cases(
    wanted_region text, cancelled_kinds text[], over_kinds text[], over_states text[], most integer
)
    returns table (organization_id uuid, case_id uuid, why text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select c.organization_id, c.id, case when s.state = 'cancelled' then 'cancelled' else 'over' end
          from public.exception_case c join public.session s on s.id = c.session_id
          where c.resolved_at is null and s.region = wanted_region
            and (s.state = 'cancelled' and c.kind = any(cancelled_kinds)
                 or s.state = any(over_states) and c.kind = any(over_kinds))
          union all
          select c.organization_id, c.id, 'retired'
          from public.exception_case c join public.organization o on o.id = c.organization_id
          where c.resolved_at is null and o.region = wanted_region
            and ({" or ".join(
                f"c.subject_kind = '{table}' and exists (select from public.{table} r "
                f"where r.id = c.subject_id and r.retired_at is not null)"
                for table in _RETIRED
            )})
          limit most $$
""",
    # Those that a look has opened: each of its reports has a key.
    "unresolved_cases(text, text[])": """
create function unresolved_cases(wanted_region text, wanted_kinds text[])
    returns table (organization_id uuid, session_id uuid, kind text, occasion text, opened_at timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select c.organization_id, c.session_id, c.kind, c.occasion, c.opened_at
          from public.exception_case c join public.session s on s.id = c.session_id
          where c.resolved_at is null and c.kind = any(wanted_kinds) and s.region = wanted_region
            and c.reports ->> 0 <> '' $$
""",
    # People of a class that is past its planned end whose next class has begun.
    "overrun_people(text, text[])": f"""
create function overrun_people(wanted_region text, room_states text[])
    returns table (session_id uuid, organization_id uuid, participant_id uuid, role text, person_id uuid,
                   next_session_id uuid, next_starts_at timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ with booked as (
              select s.id, s.organization_id, s.starts_at, s.ends_at, p.id as participant_id, p.role,
                     coalesce(p.student_id, p.instructor_id) as person_id
              from public.session s join {_BOOKED_PEOPLE}
              where s.region = wanted_region and s.state = any(room_states) and s.starts_at <= now()
          )
          select late.id, late.organization_id, late.participant_id, late.role, late.person_id, n.id, n.starts_at
          from booked late
          join booked n on n.organization_id = late.organization_id and n.person_id = late.person_id
              and n.id <> late.id and n.starts_at >= late.ends_at and n.ends_at > now()
          where late.ends_at < now() $$
""",
    # The telemetry of everybody in a live class whose latest reported level is poor or lost.
    "poor_telemetry(text)": """
create function poor_telemetry(wanted_region text)
    returns table (session_id uuid, organization_id uuid, kind text, source text, identity text,
                   participant_sid text, track_sid text, alive boolean, hidden boolean, first_at timestamptz,
                   last_at timestamptz, worst_score integer, score_sum integer, scores integer, last_word bigint,
                   concealed_samples float8, total_samples float8, role text, person_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ with poor as (
              select s.id, c.identity
              from public.session s join public.live_connection c on c.session_id = s.id
              where s.region = wanted_region and s.state = 'live' and not c.hidden
              group by s.id, c.identity having mod(max(c.quality_word), 4) >= 2
          )
          select t.session_id, t.organization_id, t.kind, t.source, t.identity, t.participant_sid, t.track_sid,
                 t.alive, t.hidden, t.first_at, t.last_at, t.worst_score, t.score_sum, t.scores, t.last_word,
                 t.concealed_samples, t.total_samples, p.role, coalesce(p.student_id, p.instructor_id)
          from poor join public.telemetry_minute t on t.session_id = poor.id and t.identity = poor.identity
          join public.participant p on p.session_id = poor.id and p.id::text = poor.identity
          where t.minute > now() - interval '3 hours' $$
""",
    # Tracks of which several segments wait for their transcript. The latest of a track always waits for the next.
    "waiting_audio(text, timestamptz)": """
create function waiting_audio(wanted_region text, ended_before timestamptz)
    returns table (session_id uuid, organization_id uuid, segments bigint, seconds float8, since timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.id, s.organization_id, count(*), sum(a.samples::float8 / a.sample_rate),
                 min(a.started_at + make_interval(secs => a.samples::float8 / a.sample_rate))
          from public.session s join public.audio_segment a on a.session_id = s.id and not a.transcribed
          where s.region = wanted_region and s.state in ('live', 'ending', 'documenting')
            and a.started_at + make_interval(secs => a.samples::float8 / a.sample_rate) < ended_before
          group by s.id, s.organization_id, a.track_sid $$
""",
    "early_ended(text, timestamptz)": """
create function early_ended(wanted_region text, ended_after timestamptz)
    returns table (session_id uuid, organization_id uuid, instructor_id uuid, starts_at timestamptz,
                   ends_at timestamptz, ended_at timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.id, s.organization_id, s.instructor_id, s.starts_at, s.ends_at, s.ended_at
          from public.session s
          where s.region = wanted_region and s.state in ('ending', 'documenting', 'review', 'filing', 'closed')
            and s.live_at is not null and s.ended_at > ended_after and s.ended_at < s.ends_at $$
""",
    # Each pair once, as about the class that was booked last.
    "double_bookings(text, timestamptz, integer)": f"""
create function double_bookings(wanted_region text, starts_before timestamptz, most integer)
    returns table (session_id uuid, organization_id uuid, person_id uuid, role text, starts_at timestamptz,
                   other_session_id uuid, other_starts_at timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ with booked as (
              select s.id, s.organization_id, s.starts_at, s.ends_at, s.created_at, p.role,
                     coalesce(p.student_id, p.instructor_id) as person_id
              from public.session s join {_BOOKED_PEOPLE}
              where s.region = wanted_region and s.state in ('scheduled', 'open', 'live')
                and s.ends_at > now() and s.starts_at < starts_before
          )
          select a.id, a.organization_id, a.person_id, a.role, a.starts_at, b.id, b.starts_at
          from booked a
          join booked b on b.organization_id = a.organization_id and b.person_id = a.person_id
              and a.starts_at < b.ends_at and b.starts_at < a.ends_at
              and (b.created_at, b.id) < (a.created_at, a.id)
          order by a.starts_at, a.id limit most $$
""",
}


def upgrade() -> None:
    for signature, function in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(function)
        op.execute(f"revoke all on function {signature} from public")
        op.execute(f"grant execute on function {signature} to homeroom_app")


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"drop function {signature}")
