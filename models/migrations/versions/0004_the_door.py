"""the door: accounts, key roles, idempotency, life cycle of what is changed by people, and the log of changes

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
READ_WRITE = (
    "class_file", "curriculum_plan", "idempotency", "identity_provider", "member", "qualification",
    "sign_in_link", "signed_in",
)

# Each answers one narrow question that comes before a tenant is known, or tidies up after all of them.
FUNCTIONS = """
create function api_key_by_prefix(wanted text)
    returns table (id uuid, organization_id uuid, secret_hash text, role text, scopes jsonb,
                   expires_at timestamptz, last_used_at timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select id, organization_id, secret_hash, role, scopes, expires_at, last_used_at from public.api_key
          where prefix = wanted and revoked_at is null $$;

create function people_by_email(wanted text)
    returns table (organization_id uuid, organization_name text, kind text, id uuid, language text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select p.organization_id, o.name, p.kind, p.id, p.language
          from (select organization_id, 'member' as kind, id, email, language from public.member
                where retired_at is null
                union all
                select organization_id, 'instructor', id, email, language from public.instructor
                where retired_at is null
                union all
                select organization_id, 'guardian', id, email, language from public.guardian
                where retired_at is null) as p
          join public.organization as o on o.id = p.organization_id
          where lower(p.email) = lower(wanted) $$;

create function sign_in_link_by_token(wanted text)
    returns table (id uuid, organization_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select id, organization_id from public.sign_in_link where token_hash = wanted $$;

create function signed_in_by_token(wanted text, at timestamptz)
    returns table (id uuid, organization_id uuid, subject_kind text, subject_id uuid, role text,
                   last_seen_at timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.id, s.organization_id, s.subject_kind, s.subject_id,
                 case s.subject_kind when 'member' then m.role when 'operator' then 'admin'
                                     else s.subject_kind end,
                 s.last_seen_at
          from public.signed_in as s
          left join public.member as m on s.subject_kind = 'member' and m.id = s.subject_id
          left join public.instructor as i on s.subject_kind = 'instructor' and i.id = s.subject_id
          left join public.guardian as g on s.subject_kind = 'guardian' and g.id = s.subject_id
          where s.token_hash = wanted and s.ended_at is null and s.expires_at > at
            and coalesce(m.retired_at, i.retired_at, g.retired_at) is null
            and (s.subject_kind = 'operator' or m.id is not null or i.id is not null or g.id is not null) $$;

create function identity_provider_by_domain(wanted text)
    returns table (id uuid, organization_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select id, organization_id from public.identity_provider
          where retired_at is null and domains ? lower(wanted) $$;

create function changed_organizations(since bigint)
    returns table (organization_id uuid, newest bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select organization_id, max(xid) from public.change_log
          where xid >= since and xid < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint
          group by organization_id $$;

create function forget_expired(at timestamptz) returns bigint
    language sql volatile security definer set search_path = pg_catalog, public
    as $$ with answers as (delete from public.idempotency where created_at < at - interval '48 hours' returning 1),
               links as (delete from public.sign_in_link where expires_at < at - interval '1 day' returning 1),
               attempts as (delete from public.sign_in_attempt where attempted_at < at - interval '1 day'
                            returning 1),
               browsers as (delete from public.signed_in where expires_at < at - interval '30 days' returning 1)
          select (select count(*) from answers) + (select count(*) from links)
               + (select count(*) from attempts) + (select count(*) from browsers) $$;
"""
OLD_KEY_LOOKUP = """
create function api_key_by_prefix(wanted text)
    returns table (id uuid, organization_id uuid, secret_hash text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select id, organization_id, secret_hash from public.api_key
          where prefix = wanted and revoked_at is null $$;
"""
KEY_LOOKUP = "api_key_by_prefix(text)"
SIGNATURES = (
    "people_by_email(text)", "sign_in_link_by_token(text)",
    "signed_in_by_token(text, timestamptz)", "identity_provider_by_domain(text)",
    "changed_organizations(bigint)", "forget_expired(timestamptz)",
)

# Arguments of the trigger: the subject, the column of its id, columns that are not told.
RECORD_CHANGE = """
create function record_change() returns trigger language plpgsql set search_path = pg_catalog, public as $$
declare
    untold text[] := string_to_array(tg_argv[2], ',') || '{organization_id,version,updated_at}'::text[];
    before jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) - untold end;
    after jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) - untold end;
    whole jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
    changed jsonb;
    verb text;
begin
    select jsonb_object_agg(name, jsonb_build_array(before -> name, after -> name)) into changed
    from jsonb_object_keys(before || after) as name
    where coalesce(before -> name, 'null') is distinct from coalesce(after -> name, 'null');
    if tg_op = 'UPDATE' and changed is null then
        return null;
    end if;
    verb := case
        when tg_op = 'INSERT' then 'created'
        when tg_op = 'DELETE' then 'deleted'
        when changed ? 'retired_at' then case when after ->> 'retired_at' is null then 'restored' else 'retired' end
        when changed ? 'revoked_at' then 'revoked'
        when changed ? 'ended_at' and tg_argv[0] = 'sign_in' then 'ended'
        when changed ? 'sent_at' then 'sent'
        when changed ? 'failed_at' then 'failed'
        when changed ? 'state' then after ->> 'state'
        when changed ? 'status' then after ->> 'status'
        else 'changed'
    end;
    insert into public.change_log
        (organization_id, actor, request_id, kind, subject, subject_id, session_id, changes)
    values (
        (whole ->> case when tg_argv[0] = 'organization' then 'id' else 'organization_id' end)::uuid,
        coalesce(nullif(current_setting('app.actor', true), ''), 'homeroom'),
        coalesce(current_setting('app.request_id', true), ''),
        tg_argv[0] || '.' || verb,
        tg_argv[0],
        (whole ->> tg_argv[1])::uuid,
        (whole ->> case when tg_argv[0] = 'session' then 'id' else 'session_id' end)::uuid,
        coalesce(changed, '{}')
    );
    return null;
end $$;
"""
LISTED = (
    ("guardian", "created_at"), ("student", "created_at"), ("instructor", "created_at"), ("course", "created_at"),
    ("enrollment", "created_at"), ("notice", "created_at"), ("exception_case", "state", "due_at"),
)
# table, subject, column of the subject's id, untold columns
TOLD = (
    ("organization", "organization", "id", ""),
    ("api_key", "api_key", "id", "secret_hash,last_used_at"),
    ("attendance", "attendance", "participant_id", "connections,engagement"),
    ("class_file", "class_file", "id", "key"),
    ("course", "course", "id", ""),
    ("curriculum_plan", "curriculum_plan", "id", ""),
    ("documentation", "documentation", "session_id", ""),
    ("documentation_revision", "documentation_revision", "session_id", "statements"),
    ("enrollment", "enrollment", "id", ""),
    ("exception_case", "exception", "id", ""),
    ("guardian", "guardian", "id", ""),
    ("identity_provider", "identity_provider", "id", "client_secret"),
    ("instructor", "instructor", "id", ""),
    ("member", "member", "id", ""),
    ("notice", "notice", "id", "html,text,key,address,subject,attempts"),
    ("participant", "participant", "id", "credentialed_at"),
    ("qualification", "qualification", "instructor_id", ""),
    ("session", "session", "id", "policy,signalled,state_changes"),
    ("signed_in", "sign_in", "id", "token_hash,last_seen_at"),
    ("student", "student", "id", ""),
    ("student_guardian", "student_guardian", "student_id", ""),
    ("topic", "topic", "id", ""),
)



def upgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table('idempotency',
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('actor', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('key_hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('fingerprint', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('answer', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.PrimaryKeyConstraint('organization_id', 'actor', 'key_hash', name=op.f('pk_idempotency'))
    )
    op.create_table('sign_in_attempt',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('about', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('attempted_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempt'))
    )
    op.create_index('ix_sign_in_attempt_about_attempted_at', 'sign_in_attempt', ['about', 'attempted_at'], unique=False)
    op.create_table('change_log',
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('xid', sa.BigInteger(), server_default=sa.text('((pg_current_xact_id())::text)::bigint'), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('actor', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('request_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('changes', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_change_log_organization_id_organization')),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_change_log'))
    )
    op.create_index(op.f('ix_change_log_organization_id'), 'change_log', ['organization_id'], unique=False)
    op.create_index('ix_change_log_organization_id_subject_id', 'change_log', ['organization_id', 'subject_id'], unique=False)
    op.create_index('ix_change_log_organization_id_xid_seq', 'change_log', ['organization_id', 'xid', 'seq'], unique=False)
    op.create_table('identity_provider',
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('issuer', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('client_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('client_secret', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('domains', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_identity_provider_organization_id_organization')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_provider'))
    )
    op.create_index(op.f('ix_identity_provider_organization_id'), 'identity_provider', ['organization_id'], unique=False)
    op.create_table('member',
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('role', sa.Enum('admin', 'ops', 'instructor', 'guardian', 'integrator', name='accessrole', native_enum=False, length=40), nullable=False),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('time_zone', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_member_organization_id_organization')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member')),
    sa.UniqueConstraint('organization_id', 'id', name=op.f('uq_member_organization_id_id'))
    )
    op.create_index(op.f('ix_member_organization_id'), 'member', ['organization_id'], unique=False)
    op.create_index('uq_member_organization_id_email', 'member', ['organization_id', 'email'], unique=True, postgresql_where=sa.text('retired_at is null'))
    op.create_table('sign_in_link',
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject_kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_sign_in_link_organization_id_organization')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_link_token_hash'))
    )
    op.create_index(op.f('ix_sign_in_link_organization_id'), 'sign_in_link', ['organization_id'], unique=False)
    op.create_table('signed_in',
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject_kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('method', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_signed_in_organization_id_organization')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signed_in')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_signed_in_token_hash'))
    )
    op.create_index(op.f('ix_signed_in_organization_id'), 'signed_in', ['organization_id'], unique=False)
    op.create_table('curriculum_plan',
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('course_id', sa.Uuid(), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('items', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id', 'course_id'], ['course.organization_id', 'course.id'], name=op.f('fk_curriculum_plan_organization_id_course_id_course')),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_curriculum_plan_organization_id_organization')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_curriculum_plan'))
    )
    op.create_index(op.f('ix_curriculum_plan_course_id'), 'curriculum_plan', ['course_id'], unique=False)
    op.create_index(op.f('ix_curriculum_plan_organization_id'), 'curriculum_plan', ['organization_id'], unique=False)
    op.create_index('uq_curriculum_plan_organization_id_external_id', 'curriculum_plan', ['organization_id', 'external_id'], unique=True, postgresql_where=sa.text('external_id is not null'))
    op.create_table('qualification',
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('instructor_id', sa.Uuid(), nullable=False),
    sa.Column('subject', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('level', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'instructor_id'], ['instructor.organization_id', 'instructor.id'], name=op.f('fk_qualification_organization_id_instructor_id_instructor')),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_qualification_organization_id_organization')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qualification')),
    sa.UniqueConstraint('instructor_id', 'subject', 'level', name=op.f('uq_qualification_instructor_id_subject_level'))
    )
    op.create_index(op.f('ix_qualification_organization_id'), 'qualification', ['organization_id'], unique=False)
    op.create_table('class_file',
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('media_type', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id', 'session_id'], ['session.organization_id', 'session.id'], name=op.f('fk_class_file_organization_id_session_id_session')),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_class_file_organization_id_organization')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_class_file'))
    )
    op.create_index(op.f('ix_class_file_organization_id'), 'class_file', ['organization_id'], unique=False)
    op.create_index(op.f('ix_class_file_session_id'), 'class_file', ['session_id'], unique=False)
    op.add_column('api_key', sa.Column('role', sa.Enum('admin', 'ops', 'instructor', 'guardian', 'integrator', name='accessrole', native_enum=False, length=40), server_default='admin', nullable=False))
    op.alter_column('api_key', 'role', server_default=None)
    op.add_column('api_key', sa.Column('scopes', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False))
    op.add_column('api_key', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.alter_column('api_key', 'version', server_default=None)
    op.add_column('api_key', sa.Column('created_by', sqlmodel.sql.sqltypes.AutoString(), server_default='', nullable=False))
    op.alter_column('api_key', 'created_by', server_default=None)
    op.add_column('api_key', sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('api_key', sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('api_key', sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('course', sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column('course', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.alter_column('course', 'version', server_default=None)
    op.add_column('course', sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('course', sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('uq_course_organization_id_external_id', 'course', ['organization_id', 'external_id'], unique=True, postgresql_where=sa.text('external_id is not null'))
    op.add_column('enrollment', sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column('enrollment', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.alter_column('enrollment', 'version', server_default=None)
    op.add_column('enrollment', sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('enrollment', sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f('uq_enrollment_course_id_student_id'), 'enrollment', type_='unique')
    op.create_index('uq_enrollment_course_id_student_id', 'enrollment', ['course_id', 'student_id'], unique=True, postgresql_where=sa.text('retired_at is null'))
    op.create_index('uq_enrollment_organization_id_external_id', 'enrollment', ['organization_id', 'external_id'], unique=True, postgresql_where=sa.text('external_id is not null'))
    op.add_column('exception_case', sa.Column('resolved_by', sqlmodel.sql.sqltypes.AutoString(), server_default='', nullable=False))
    op.alter_column('exception_case', 'resolved_by', server_default=None)
    op.add_column('exception_case', sa.Column('resolution', sqlmodel.sql.sqltypes.AutoString(), server_default='', nullable=False))
    op.alter_column('exception_case', 'resolution', server_default=None)
    op.add_column('exception_case', sa.Column('assignee', sqlmodel.sql.sqltypes.AutoString(), server_default='', nullable=False))
    op.alter_column('exception_case', 'assignee', server_default=None)
    op.add_column('guardian', sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column('guardian', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.alter_column('guardian', 'version', server_default=None)
    op.add_column('guardian', sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('guardian', sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('uq_guardian_organization_id_external_id', 'guardian', ['organization_id', 'external_id'], unique=True, postgresql_where=sa.text('external_id is not null'))
    op.add_column('instructor', sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column('instructor', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.alter_column('instructor', 'version', server_default=None)
    op.add_column('instructor', sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('instructor', sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('uq_instructor_organization_id_external_id', 'instructor', ['organization_id', 'external_id'], unique=True, postgresql_where=sa.text('external_id is not null'))
    op.add_column('organization', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.alter_column('organization', 'version', server_default=None)
    op.add_column('organization', sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('session', sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.create_index('uq_session_organization_id_external_id', 'session', ['organization_id', 'external_id'], unique=True, postgresql_where=sa.text('external_id is not null'))
    op.add_column('student', sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column('student', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.alter_column('student', 'version', server_default=None)
    op.add_column('student', sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('student', sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('uq_student_organization_id_external_id', 'student', ['organization_id', 'external_id'], unique=True, postgresql_where=sa.text('external_id is not null'))
    op.add_column('topic', sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column('topic', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.alter_column('topic', 'version', server_default=None)
    op.add_column('topic', sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False))
    op.add_column('topic', sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('topic', sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('uq_topic_organization_id_external_id', 'topic', ['organization_id', 'external_id'], unique=True, postgresql_where=sa.text('external_id is not null'))
    # ### end Alembic commands ###
    op.create_index("ix_change_log_xid", "change_log", ["xid"])
    for table, *columns in LISTED:
        op.create_index(f"ix_{table}_listed_by_{columns[-1]}", table, ["organization_id", *columns, "id"])
    for table in (*READ_WRITE, "change_log"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy tenant on {table} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})"
        )
    for table in READ_WRITE:
        op.execute(f"grant select, insert, update, delete on {table} to homeroom_app")
    op.execute("grant select, insert on change_log to homeroom_app")
    op.execute("grant select, insert, delete on sign_in_attempt to homeroom_app")
    op.execute(f"drop function {KEY_LOOKUP}")
    op.execute(sa.text(FUNCTIONS.replace(":", r"\:")))
    for signature in (KEY_LOOKUP, *SIGNATURES):
        op.execute(f"revoke all on function {signature} from public")
        op.execute(f"grant execute on function {signature} to homeroom_app")
    op.execute(sa.text(RECORD_CHANGE.replace(":", r"\:")))
    for table, subject, key, untold in TOLD:
        op.execute(
            f"create trigger told after insert or update or delete on {table} for each row "
            f"execute function record_change('{subject}', '{key}', '{untold}')"
        )


def downgrade() -> None:
    for table, *_ in TOLD:
        op.execute(f"drop trigger told on {table}")
    op.execute("drop function record_change()")
    for table, *columns in LISTED:
        op.drop_index(f"ix_{table}_listed_by_{columns[-1]}", table_name=table)
    for signature in (KEY_LOOKUP, *SIGNATURES):
        op.execute(f"drop function {signature}")
    op.execute(OLD_KEY_LOOKUP)
    op.execute(f"revoke all on function {KEY_LOOKUP} from public")
    op.execute(f"grant execute on function {KEY_LOOKUP} to homeroom_app")
    # ### commands auto generated by Alembic - please adjust! ###
    op.drop_index('uq_topic_organization_id_external_id', table_name='topic', postgresql_where=sa.text('external_id is not null'))
    op.drop_column('topic', 'retired_at')
    op.drop_column('topic', 'updated_at')
    op.drop_column('topic', 'created_at')
    op.drop_column('topic', 'version')
    op.drop_column('topic', 'external_id')
    op.drop_index('uq_student_organization_id_external_id', table_name='student', postgresql_where=sa.text('external_id is not null'))
    op.drop_column('student', 'retired_at')
    op.drop_column('student', 'updated_at')
    op.drop_column('student', 'version')
    op.drop_column('student', 'external_id')
    op.drop_index('uq_session_organization_id_external_id', table_name='session', postgresql_where=sa.text('external_id is not null'))
    op.drop_column('session', 'external_id')
    op.drop_column('organization', 'updated_at')
    op.drop_column('organization', 'version')
    op.drop_index('uq_instructor_organization_id_external_id', table_name='instructor', postgresql_where=sa.text('external_id is not null'))
    op.drop_column('instructor', 'retired_at')
    op.drop_column('instructor', 'updated_at')
    op.drop_column('instructor', 'version')
    op.drop_column('instructor', 'external_id')
    op.drop_index('uq_guardian_organization_id_external_id', table_name='guardian', postgresql_where=sa.text('external_id is not null'))
    op.drop_column('guardian', 'retired_at')
    op.drop_column('guardian', 'updated_at')
    op.drop_column('guardian', 'version')
    op.drop_column('guardian', 'external_id')
    op.drop_column('exception_case', 'assignee')
    op.drop_column('exception_case', 'resolution')
    op.drop_column('exception_case', 'resolved_by')
    op.drop_index('uq_enrollment_organization_id_external_id', table_name='enrollment', postgresql_where=sa.text('external_id is not null'))
    op.drop_index('uq_enrollment_course_id_student_id', table_name='enrollment', postgresql_where=sa.text('retired_at is null'))
    op.create_unique_constraint(op.f('uq_enrollment_course_id_student_id'), 'enrollment', ['course_id', 'student_id'], postgresql_nulls_not_distinct=False)
    op.drop_column('enrollment', 'retired_at')
    op.drop_column('enrollment', 'updated_at')
    op.drop_column('enrollment', 'version')
    op.drop_column('enrollment', 'external_id')
    op.drop_index('uq_course_organization_id_external_id', table_name='course', postgresql_where=sa.text('external_id is not null'))
    op.drop_column('course', 'retired_at')
    op.drop_column('course', 'updated_at')
    op.drop_column('course', 'version')
    op.drop_column('course', 'external_id')
    op.drop_column('api_key', 'last_used_at')
    op.drop_column('api_key', 'expires_at')
    op.drop_column('api_key', 'updated_at')
    op.drop_column('api_key', 'created_by')
    op.drop_column('api_key', 'version')
    op.drop_column('api_key', 'scopes')
    op.drop_column('api_key', 'role')
    op.drop_index(op.f('ix_class_file_session_id'), table_name='class_file')
    op.drop_index(op.f('ix_class_file_organization_id'), table_name='class_file')
    op.drop_table('class_file')
    op.drop_index(op.f('ix_qualification_organization_id'), table_name='qualification')
    op.drop_table('qualification')
    op.drop_index('uq_curriculum_plan_organization_id_external_id', table_name='curriculum_plan', postgresql_where=sa.text('external_id is not null'))
    op.drop_index(op.f('ix_curriculum_plan_organization_id'), table_name='curriculum_plan')
    op.drop_index(op.f('ix_curriculum_plan_course_id'), table_name='curriculum_plan')
    op.drop_table('curriculum_plan')
    op.drop_index(op.f('ix_signed_in_organization_id'), table_name='signed_in')
    op.drop_table('signed_in')
    op.drop_index(op.f('ix_sign_in_link_organization_id'), table_name='sign_in_link')
    op.drop_table('sign_in_link')
    op.drop_index('uq_member_organization_id_email', table_name='member', postgresql_where=sa.text('retired_at is null'))
    op.drop_index(op.f('ix_member_organization_id'), table_name='member')
    op.drop_table('member')
    op.drop_index(op.f('ix_identity_provider_organization_id'), table_name='identity_provider')
    op.drop_table('identity_provider')
    op.drop_index('ix_change_log_organization_id_xid_seq', table_name='change_log')
    op.drop_index('ix_change_log_organization_id_subject_id', table_name='change_log')
    op.drop_index(op.f('ix_change_log_organization_id'), table_name='change_log')
    op.drop_table('change_log')
    op.drop_index('ix_sign_in_attempt_about_attempted_at', table_name='sign_in_attempt')
    op.drop_table('sign_in_attempt')
    op.drop_table('idempotency')
    # ### end Alembic commands ###
