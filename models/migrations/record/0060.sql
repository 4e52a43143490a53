drop schema if exists record cascade;
create schema record;

create view record.organizations with (security_barrier) as
select
    (o.id)::uuid as organization_id,
    (o.name)::text as name,
    (o.region)::text as region,
    (o.time_zone)::text as time_zone,
    (o.language)::text as language,
    (o.contact_email)::text as contact_email,
    (o.created_at)::timestamptz as created_at
from public.organization o
where o.id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.organizations is 'The organization itself: one row.';
comment on column record.organizations.organization_id is 'The organization whose record this is.';
comment on column record.organizations.name is 'Name of the organization.';
comment on column record.organizations.region is 'The region that stores its data.';
comment on column record.organizations.time_zone is 'IANA time zone it plans in.';
comment on column record.organizations.language is 'Its language, ISO 639-1.';
comment on column record.organizations.contact_email is 'Where answers to mails go; null: none was given.';
comment on column record.organizations.created_at is 'When it was created.';

create view record.guardians with (security_barrier) as
select
    (g.organization_id)::uuid as organization_id,
    (g.id)::uuid as guardian_id,
    (g.name)::text as name,
    (g.email)::text as email,
    (g.language)::text as language,
    (g.time_zone)::text as time_zone,
    (g.quiet_from)::time as quiet_from,
    (g.quiet_until)::time as quiet_until,
    (array(select jsonb_array_elements_text(g.unsubscribed)))::text[] as unsubscribed,
    (g.external_id)::text as external_id,
    (g.created_at)::timestamptz as created_at,
    (g.updated_at)::timestamptz as updated_at,
    (g.retired_at)::timestamptz as retired_at
from public.guardian g
where g.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.guardians is 'Adults who are responsible for students and get the notices.';
comment on column record.guardians.organization_id is 'The organization whose record this is.';
comment on column record.guardians.guardian_id is 'Key of the guardian.';
comment on column record.guardians.name is 'Full name.';
comment on column record.guardians.email is 'Where notices go.';
comment on column record.guardians.language is 'Language of the notices, ISO 639-1.';
comment on column record.guardians.time_zone is 'IANA time zone of the guardian.';
comment on column record.guardians.quiet_from is 'Start of the quiet hours, local wall time; null: none.';
comment on column record.guardians.quiet_until is 'End of the quiet hours, local wall time; null: none.';
comment on column record.guardians.unsubscribed is 'Kinds of notices that are not sent.';
comment on column record.guardians.external_id is 'Its id in your own system; null: none was given.';
comment on column record.guardians.created_at is 'When it was entered.';
comment on column record.guardians.updated_at is 'When it was last changed; null: never.';
comment on column record.guardians.retired_at is 'When it was retired; null: in use.';

create view record.students with (security_barrier) as
select
    (s.organization_id)::uuid as organization_id,
    (s.id)::uuid as student_id,
    (s.name)::text as name,
    (s.email)::text as email,
    (s.email_basis)::text as email_basis,
    (s.language)::text as language,
    (array(select jsonb_array_elements_text(s.unsubscribed)))::text[] as unsubscribed,
    (s.time_zone)::text as time_zone,
    (s.external_id)::text as external_id,
    (s.created_at)::timestamptz as created_at,
    (s.updated_at)::timestamptz as updated_at,
    (s.retired_at)::timestamptz as retired_at,
    (array(select to_char(date '2024-01-01' + (h ->> 'weekday')::int, 'Dy') || ' ' || left(h ->> 'start', 5) || '-' || left(h ->> 'end', 5) from jsonb_array_elements(s.class_hours) h))::text[] as class_hours
from public.student s
where s.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.students is 'The students.';
comment on column record.students.organization_id is 'The organization whose record this is.';
comment on column record.students.student_id is 'Key of the student.';
comment on column record.students.name is 'Full name.';
comment on column record.students.email is 'The student''s own address for notices; null: none.';
comment on column record.students.email_basis is 'Why the address may be written to: adult or guardian_consent; null: there is none.';
comment on column record.students.language is 'Language of the notices, ISO 639-1.';
comment on column record.students.unsubscribed is 'Kinds of notices that are not sent.';
comment on column record.students.time_zone is 'IANA time zone of the student.';
comment on column record.students.external_id is 'Its id in your own system; null: none was given.';
comment on column record.students.created_at is 'When it was entered.';
comment on column record.students.updated_at is 'When it was last changed; null: never.';
comment on column record.students.retired_at is 'When it was retired; null: in use.';
comment on column record.students.class_hours is 'When the student can have classes, wall time in their time zone; empty: at any hour.';

create view record.student_guardians with (security_barrier) as
select
    (sg.organization_id)::uuid as organization_id,
    (sg.student_id)::uuid as student_id,
    (sg.guardian_id)::uuid as guardian_id
from public.student_guardian sg
where sg.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.student_guardians is 'Which guardian is responsible for which student.';
comment on column record.student_guardians.organization_id is 'The organization whose record this is.';
comment on column record.student_guardians.student_id is 'The student.';
comment on column record.student_guardians.guardian_id is 'The guardian.';

create view record.instructors with (security_barrier) as
select
    (i.organization_id)::uuid as organization_id,
    (i.id)::uuid as instructor_id,
    (i.name)::text as name,
    (i.email)::text as email,
    (i.language)::text as language,
    (i.time_zone)::text as time_zone,
    (i.external_id)::text as external_id,
    (i.created_at)::timestamptz as created_at,
    (i.updated_at)::timestamptz as updated_at,
    (i.retired_at)::timestamptz as retired_at,
    (array(select jsonb_array_elements_text(i.teaching_languages)))::text[] as teaching_languages,
    (array(select jsonb_array_elements_text(i.regions)))::text[] as regions,
    (array(select jsonb_array_elements_text(i.consents)))::text[] as consents
from public.instructor i
where i.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.instructors is 'The instructors.';
comment on column record.instructors.organization_id is 'The organization whose record this is.';
comment on column record.instructors.instructor_id is 'Key of the instructor.';
comment on column record.instructors.name is 'Full name.';
comment on column record.instructors.email is 'Where briefings and review requests go.';
comment on column record.instructors.language is 'Language of the notices, ISO 639-1.';
comment on column record.instructors.time_zone is 'IANA time zone of the instructor.';
comment on column record.instructors.external_id is 'Its id in your own system; null: none was given.';
comment on column record.instructors.created_at is 'When it was entered.';
comment on column record.instructors.updated_at is 'When it was last changed; null: never.';
comment on column record.instructors.retired_at is 'When it was retired; null: in use.';
comment on column record.instructors.teaching_languages is 'The languages in which they teach, ISO 639-1.';
comment on column record.instructors.regions is 'Regions in which they work.';
comment on column record.instructors.consents is 'Consents that they have given.';

create view record.certificates with (security_barrier) as
select
    (i.organization_id)::uuid as organization_id,
    (i.id)::uuid as instructor_id,
    (x.n)::int8 as position,
    (x.item ->> 'name')::text as name,
    (x.item ->> 'number')::text as number,
    (x.item ->> 'issued_on')::text as issued_on,
    (x.item ->> 'expires_on')::text as expires_on
from public.instructor i cross join lateral jsonb_array_elements(i.certificates) with ordinality as x(item, n)
where i.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.certificates is 'The certificates of each instructor.';
comment on column record.certificates.organization_id is 'The organization whose record this is.';
comment on column record.certificates.instructor_id is 'The instructor.';
comment on column record.certificates.position is 'Position among the instructor''s certificates, from 1.';
comment on column record.certificates.name is 'Name of the certificate.';
comment on column record.certificates.number is 'Its number; may be empty.';
comment on column record.certificates.issued_on is 'The day of issue, ISO 8601; null: not known.';
comment on column record.certificates.expires_on is 'Its last day; null: it does not expire.';

create view record.background_checks with (security_barrier) as
select
    (i.organization_id)::uuid as organization_id,
    (i.id)::uuid as instructor_id,
    (x.n)::int8 as position,
    (x.item ->> 'kind')::text as kind,
    (x.item ->> 'valid_until')::text as valid_until
from public.instructor i cross join lateral jsonb_array_elements(i.background_checks) with ordinality as x(item, n)
where i.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.background_checks is 'The background checks of each instructor.';
comment on column record.background_checks.organization_id is 'The organization whose record this is.';
comment on column record.background_checks.instructor_id is 'The instructor.';
comment on column record.background_checks.position is 'Position among the instructor''s checks, from 1.';
comment on column record.background_checks.kind is 'Kind of check, in the organization''s own words.';
comment on column record.background_checks.valid_until is 'Its last day, ISO 8601.';

create view record.qualifications with (security_barrier) as
select
    (q.organization_id)::uuid as organization_id,
    (q.id)::uuid as qualification_id,
    (q.instructor_id)::uuid as instructor_id,
    (q.subject)::text as subject,
    (q.level)::text as level,
    (q.created_at)::timestamptz as created_at
from public.qualification q
where q.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.qualifications is 'What each instructor may teach.';
comment on column record.qualifications.organization_id is 'The organization whose record this is.';
comment on column record.qualifications.qualification_id is 'Key of the qualification.';
comment on column record.qualifications.instructor_id is 'The instructor.';
comment on column record.qualifications.subject is 'The subject.';
comment on column record.qualifications.level is 'The level; empty: every level.';
comment on column record.qualifications.created_at is 'When it was entered.';

create view record.courses with (security_barrier) as
select
    (c.organization_id)::uuid as organization_id,
    (c.id)::uuid as course_id,
    (c.title)::text as title,
    (c.subject)::text as subject,
    (c.level)::text as level,
    (c.external_id)::text as external_id,
    (c.created_at)::timestamptz as created_at,
    (c.updated_at)::timestamptz as updated_at,
    (c.retired_at)::timestamptz as retired_at,
    (c.teaching_language)::text as teaching_language,
    (c.required_region)::text as required_region,
    (array(select jsonb_array_elements_text(c.required_consents)))::text[] as required_consents,
    (array(select jsonb_array_elements_text(c.required_certificates)))::text[] as required_certificates,
    (c.requires_background_check)::boolean as requires_background_check
from public.course c
where c.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.courses is 'The courses.';
comment on column record.courses.organization_id is 'The organization whose record this is.';
comment on column record.courses.course_id is 'Key of the course.';
comment on column record.courses.title is 'Title of the course.';
comment on column record.courses.subject is 'Its subject.';
comment on column record.courses.level is 'Its level, in the organization''s own words; may be empty.';
comment on column record.courses.external_id is 'Its id in your own system; null: none was given.';
comment on column record.courses.created_at is 'When it was entered.';
comment on column record.courses.updated_at is 'When it was last changed; null: never.';
comment on column record.courses.retired_at is 'When it was retired; null: in use.';
comment on column record.courses.teaching_language is 'Language of its classes; empty: any.';
comment on column record.courses.required_region is 'Where the instructor must work; empty: anywhere.';
comment on column record.courses.required_consents is 'Consents that the instructor must have given.';
comment on column record.courses.required_certificates is 'Certificates that the instructor must hold.';
comment on column record.courses.requires_background_check is 'Whether the instructor must have a background check.';

create view record.topics with (security_barrier) as
select
    (t.organization_id)::uuid as organization_id,
    (t.id)::uuid as topic_id,
    (t.course_id)::uuid as course_id,
    (t.title)::text as title,
    (t.position)::int8 as position,
    (t.external_id)::text as external_id,
    (t.created_at)::timestamptz as created_at,
    (t.updated_at)::timestamptz as updated_at,
    (t.retired_at)::timestamptz as retired_at
from public.topic t
where t.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.topics is 'The curriculum: the topics of each course in their order.';
comment on column record.topics.organization_id is 'The organization whose record this is.';
comment on column record.topics.topic_id is 'Key of the topic.';
comment on column record.topics.course_id is 'The course it belongs to.';
comment on column record.topics.title is 'Title of the topic.';
comment on column record.topics.position is 'Position in the course.';
comment on column record.topics.external_id is 'Its id in your own system; null: none was given.';
comment on column record.topics.created_at is 'When it was entered.';
comment on column record.topics.updated_at is 'When it was last changed; null: never.';
comment on column record.topics.retired_at is 'When it was retired; null: in use.';

create view record.enrollments with (security_barrier) as
select
    (e.organization_id)::uuid as organization_id,
    (e.id)::uuid as enrollment_id,
    (e.course_id)::uuid as course_id,
    (e.student_id)::uuid as student_id,
    (e.external_id)::text as external_id,
    (e.created_at)::timestamptz as created_at,
    (e.updated_at)::timestamptz as updated_at,
    (e.retired_at)::timestamptz as retired_at
from public.enrollment e
where e.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.enrollments is 'Which student is enrolled in which course.';
comment on column record.enrollments.organization_id is 'The organization whose record this is.';
comment on column record.enrollments.enrollment_id is 'Key of the enrollment.';
comment on column record.enrollments.course_id is 'The course.';
comment on column record.enrollments.student_id is 'The student.';
comment on column record.enrollments.external_id is 'Its id in your own system; null: none was given.';
comment on column record.enrollments.created_at is 'When it was entered.';
comment on column record.enrollments.updated_at is 'When it was last changed; null: never.';
comment on column record.enrollments.retired_at is 'When it was retired; null: in use.';

create view record.sessions with (security_barrier) as
select
    (s.organization_id)::uuid as organization_id,
    (s.id)::uuid as session_id,
    (s.region)::text as region,
    (s.course_id)::uuid as course_id,
    (s.instructor_id)::uuid as instructor_id,
    (s.title)::text as title,
    (s.starts_at)::timestamptz as starts_at,
    (s.ends_at)::timestamptz as ends_at,
    (extract(epoch from s.ends_at - s.starts_at))::float8 as planned_seconds,
    (s.time_zone)::text as time_zone,
    (s.state)::text as state,
    (s.outcome)::text as outcome,
    (s.opened_at)::timestamptz as opened_at,
    (s.live_at)::timestamptz as live_at,
    (s.ended_at)::timestamptz as ended_at,
    (s.closed_at)::timestamptz as closed_at,
    ((s.completeness ->> 'share')::float8)::float8 as completeness_share,
    (case when jsonb_typeof(s.completeness -> 'missing') = 'array' then array(select jsonb_array_elements_text(s.completeness -> 'missing')) end)::text[] as missing_parts,
    (s.external_id)::text as external_id,
    (s.created_at)::timestamptz as created_at
from public.session s
where s.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.sessions is 'One row per class meeting.';
comment on column record.sessions.organization_id is 'The organization whose record this is.';
comment on column record.sessions.session_id is 'Key of the session.';
comment on column record.sessions.region is 'The region it runs in.';
comment on column record.sessions.course_id is 'The course.';
comment on column record.sessions.instructor_id is 'Who teaches it.';
comment on column record.sessions.title is 'Title of the class.';
comment on column record.sessions.starts_at is 'Planned start.';
comment on column record.sessions.ends_at is 'Planned end.';
comment on column record.sessions.planned_seconds is 'Planned length in seconds.';
comment on column record.sessions.time_zone is 'IANA time zone the class is planned in.';
comment on column record.sessions.state is 'State of the session; docs/operating.md explains the states.';
comment on column record.sessions.outcome is 'held, not_held or cancelled; null until the class is over.';
comment on column record.sessions.opened_at is 'When the room opened.';
comment on column record.sessions.live_at is 'When the class began: an instructor had joined.';
comment on column record.sessions.ended_at is 'Actual end of the class.';
comment on column record.sessions.closed_at is 'When its record was filed and the session closed.';
comment on column record.sessions.completeness_share is 'Share of the expected parts of the record that exist, 0 to 1; null if no class was held.';
comment on column record.sessions.missing_parts is 'Expected parts of the record that are missing; null until it is filed.';
comment on column record.sessions.external_id is 'Its id in your own system; null: none was given.';
comment on column record.sessions.created_at is 'When it was booked.';

create view record.session_topics with (security_barrier) as
select
    (st.organization_id)::uuid as organization_id,
    (st.session_id)::uuid as session_id,
    (st.topic_id)::uuid as topic_id
from public.session_topic st
where st.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.session_topics is 'Which topics a session plans to cover.';
comment on column record.session_topics.organization_id is 'The organization whose record this is.';
comment on column record.session_topics.session_id is 'The session.';
comment on column record.session_topics.topic_id is 'The topic.';

create view record.participants with (security_barrier) as
select
    (p.organization_id)::uuid as organization_id,
    (p.id)::uuid as participant_id,
    (p.session_id)::uuid as session_id,
    (p.role)::text as role,
    (p.student_id)::uuid as student_id,
    (p.instructor_id)::uuid as instructor_id,
    (p.name)::text as name,
    (p.credentialed_at)::timestamptz as credentialed_at,
    (case when p.checked_in_for = (select s.starts_at from public.session s where s.organization_id = p.organization_id and s.id = p.session_id) then p.checked_in_at end)::timestamptz as checked_in_at
from public.participant p
where p.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.participants is 'People in sessions: one row per person and session.';
comment on column record.participants.organization_id is 'The organization whose record this is.';
comment on column record.participants.participant_id is 'Key of this person in this session.';
comment on column record.participants.session_id is 'The session.';
comment on column record.participants.role is 'instructor, student or observer.';
comment on column record.participants.student_id is 'The student; null for others.';
comment on column record.participants.instructor_id is 'The instructor; null for others.';
comment on column record.participants.name is 'The name as shown in class.';
comment on column record.participants.credentialed_at is 'When the join link began to give credentials.';
comment on column record.participants.checked_in_at is 'When the instructor confirmed to be there at this start; null: not confirmed, or not an instructor.';

create view record.attendance with (security_barrier) as
select
    (a.organization_id)::uuid as organization_id,
    (a.session_id)::uuid as session_id,
    (a.participant_id)::uuid as participant_id,
    (p.role)::text as role,
    (p.student_id)::uuid as student_id,
    (a.seconds)::float8 as attended_seconds,
    (a.first_joined_at)::timestamptz as first_joined_at,
    (a.last_left_at)::timestamptz as last_left_at,
    (a.reconnects)::int8 as reconnects,
    (a.first_joined_at is null and coalesce(p.cannot_come_for = (select s.starts_at from public.session s where s.organization_id = a.organization_id and s.id = a.session_id), false))::boolean as excused,
    (coalesce(p.attendance_status, a.status))::text as status,
    (a.status)::text as measured_status,
    (a.class_share)::float8 as class_share,
    (a.late_seconds)::float8 as late_seconds,
    (a.left_early_seconds)::float8 as left_early_seconds,
    (p.attendance_set_by)::text as set_by,
    (p.attendance_set_at)::timestamptz as set_at,
    (p.attendance_reason)::text as set_reason
from public.attendance a join public.participant p on p.organization_id = a.organization_id and p.id = a.participant_id
where a.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.attendance is 'Who attended and how long, filed when the class is over: one row per participant, absent ones included.';
comment on column record.attendance.organization_id is 'The organization whose record this is.';
comment on column record.attendance.session_id is 'The session.';
comment on column record.attendance.participant_id is 'The participant: this person in this session.';
comment on column record.attendance.role is 'instructor, student or observer.';
comment on column record.attendance.student_id is 'The student; null for others.';
comment on column record.attendance.attended_seconds is 'Time in the room in seconds, overlaps counted once; 0: never came, or left at once.';
comment on column record.attendance.first_joined_at is 'First moment in the room; null: never came.';
comment on column record.attendance.last_left_at is 'Last moment in the room.';
comment on column record.attendance.reconnects is 'How often the person came back after a lost connection.';
comment on column record.attendance.excused is 'Whether the family said before the class that the person cannot come, and nobody came.';
comment on column record.attendance.status is 'present or absent: as the school has set it, else as measured; null: a guest, or a class not held.';
comment on column record.attendance.measured_status is 'present or absent by the rule of the class; null: a guest, or the class was not held.';
comment on column record.attendance.class_share is 'Share of the class''s time in which the person was in the room, 0 to 1.';
comment on column record.attendance.late_seconds is 'How late the person came; 0: in time, or never.';
comment on column record.attendance.left_early_seconds is 'How early the person left; 0: not, or never came.';
comment on column record.attendance.set_by is 'Who set the status by hand, as in the audit log; null: it is the measured one.';
comment on column record.attendance.set_at is 'When the status was set by hand.';
comment on column record.attendance.set_reason is 'Why the status was set by hand.';

create view record.connections with (security_barrier) as
select
    (a.organization_id)::uuid as organization_id,
    (a.session_id)::uuid as session_id,
    (a.participant_id)::uuid as participant_id,
    (e.position)::int8 as position,
    (e.value ->> 'sid')::text as connection_sid,
    ((e.value ->> 'joined_at')::timestamptz)::timestamptz as joined_at,
    (e.value ->> 'joined_by')::text as joined_by,
    ((e.value ->> 'left_at')::timestamptz)::timestamptz as left_at,
    (e.value ->> 'left_by')::text as left_by,
    (e.value ->> 'reason')::text as reason,
    (coalesce((e.value ->> 'disputed')::boolean, false))::boolean as disputed
from public.attendance a cross join lateral jsonb_array_elements(a.connections) with ordinality as e(value, position)
where a.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.connections is 'The connections that attendance is folded from: one row per LiveKit connection.';
comment on column record.connections.organization_id is 'The organization whose record this is.';
comment on column record.connections.session_id is 'The session.';
comment on column record.connections.participant_id is 'The participant: this person in this session.';
comment on column record.connections.position is 'Counts the person''s connections in the session from 1.';
comment on column record.connections.connection_sid is 'LiveKit''s id of the connection.';
comment on column record.connections.joined_at is 'When it began.';
comment on column record.connections.joined_by is 'Source of the beginning: announced (by LiveKit), observed or inferred.';
comment on column record.connections.left_at is 'When it ended; null: open when filed.';
comment on column record.connections.left_by is 'Source of the end: announced, observed, inferred or none.';
comment on column record.connections.reason is 'Why it ended, as reported by LiveKit; null: not reported.';
comment on column record.connections.disputed is 'Whether LiveKit says that it never became active, while other evidence shows that it did.';

create view record.engagement with (security_barrier) as
select
    (a.organization_id)::uuid as organization_id,
    (a.session_id)::uuid as session_id,
    (a.participant_id)::uuid as participant_id,
    (p.role)::text as role,
    (p.student_id)::uuid as student_id,
    ((a.engagement ->> 'talk_seconds')::float8)::float8 as talk_seconds,
    ((a.engagement ->> 'talk_share')::float8)::float8 as talk_share,
    ((a.engagement ->> 'chat_messages')::int8)::int8 as chat_messages,
    ((a.engagement ->> 'hand_raises')::int8)::int8 as hand_raises,
    ((a.engagement ->> 'microphone_seconds')::float8)::float8 as microphone_seconds,
    ((a.engagement ->> 'camera_seconds')::float8)::float8 as camera_seconds,
    (a.engagement ->> 'worst_quality')::text as worst_quality,
    ((a.engagement ->> 'mean_quality')::float8)::float8 as mean_quality,
    ((a.engagement ->> 'concealed_ratio')::float8)::float8 as concealed_ratio,
    ((a.engagement ->> 'audio_only_seconds')::float8)::float8 as audio_only_seconds
from public.attendance a join public.participant p on p.organization_id = a.organization_id and p.id = a.participant_id
where a.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.engagement is 'What each participant observably did, never what they felt; null where nothing was observed.';
comment on column record.engagement.organization_id is 'The organization whose record this is.';
comment on column record.engagement.session_id is 'The session.';
comment on column record.engagement.participant_id is 'The participant: this person in this session.';
comment on column record.engagement.role is 'instructor, student or observer.';
comment on column record.engagement.student_id is 'The student; null for others.';
comment on column record.engagement.talk_seconds is 'Voiced seconds, pauses not counted.';
comment on column record.engagement.talk_share is 'Share of all talking in the class, 0 to 1.';
comment on column record.engagement.chat_messages is 'Chat messages written.';
comment on column record.engagement.hand_raises is 'How often the hand went up.';
comment on column record.engagement.microphone_seconds is 'Seconds in which the microphone was on.';
comment on column record.engagement.camera_seconds is 'Seconds in which the camera was on.';
comment on column record.engagement.worst_quality is 'Worst connection quality: lost, poor, good or excellent; null: not reported.';
comment on column record.engagement.mean_quality is 'Mean connection quality over time: 0 lost, 1 poor, 2 good, 3 excellent; null: not reported.';
comment on column record.engagement.concealed_ratio is 'Share of the person''s audio that had to be concealed, 0 to 1; null: not measured.';
comment on column record.engagement.audio_only_seconds is 'Seconds in which video was dropped so that audio stayed clear.';

create view record.utterances with (security_barrier) as
select
    (u.organization_id)::uuid as organization_id,
    (u.id)::uuid as utterance_id,
    (u.session_id)::uuid as session_id,
    (case when pg_input_is_valid(u.identity, 'uuid') then u.identity::uuid end)::uuid as participant_id,
    (u.starts_at)::timestamptz as starts_at,
    (u.ends_at)::timestamptz as ends_at,
    (extract(epoch from u.ends_at - u.starts_at))::float8 as duration_seconds,
    (u.text)::text as text,
    (jsonb_array_length(u.words))::int8 as word_count,
    (u.language)::text as language,
    (u.confidence)::float8 as confidence,
    (u.engine)::text as engine,
    (u.track_sid)::text as track_sid
from public.utterance u
where u.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.utterances is 'The transcript: one row per utterance of a participant.';
comment on column record.utterances.organization_id is 'The organization whose record this is.';
comment on column record.utterances.utterance_id is 'Key of the utterance.';
comment on column record.utterances.session_id is 'The session.';
comment on column record.utterances.participant_id is 'Who spoke, by the audio track.';
comment on column record.utterances.starts_at is 'When it began.';
comment on column record.utterances.ends_at is 'When it ended.';
comment on column record.utterances.duration_seconds is 'Length in seconds.';
comment on column record.utterances.text is 'The transcribed text.';
comment on column record.utterances.word_count is 'Number of words with times.';
comment on column record.utterances.language is 'Detected language, ISO 639-1.';
comment on column record.utterances.confidence is 'Mean word probability, 0 to 1.';
comment on column record.utterances.engine is 'The speech engine and its model.';
comment on column record.utterances.track_sid is 'LiveKit''s id of the audio track.';

create view record.words with (security_barrier) as
select
    (u.organization_id)::uuid as organization_id,
    (u.session_id)::uuid as session_id,
    (u.id)::uuid as utterance_id,
    (e.position)::int8 as position,
    (u.starts_at + (e.value ->> 0)::float8 * interval '1 millisecond')::timestamptz as starts_at,
    (u.starts_at + (e.value ->> 1)::float8 * interval '1 millisecond')::timestamptz as ends_at,
    (e.value ->> 2)::text as text,
    ((e.value ->> 3)::float8)::float8 as probability
from public.utterance u cross join lateral jsonb_array_elements(u.words) with ordinality as e(value, position)
where u.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.words is 'The transcript word by word.';
comment on column record.words.organization_id is 'The organization whose record this is.';
comment on column record.words.session_id is 'The session.';
comment on column record.words.utterance_id is 'The utterance.';
comment on column record.words.position is 'Counts the words of the utterance from 1.';
comment on column record.words.starts_at is 'When the word began.';
comment on column record.words.ends_at is 'When the word ended.';
comment on column record.words.text is 'The word.';
comment on column record.words.probability is 'Confidence of the speech engine, 0 to 1.';

create view record.chat_messages with (security_barrier) as
select
    (e.organization_id)::uuid as organization_id,
    (e.session_id)::uuid as session_id,
    (e.source_id)::text as source_id,
    (case when pg_input_is_valid(e.identity, 'uuid') then e.identity::uuid end)::uuid as participant_id,
    (e.occurred_at)::timestamptz as sent_at,
    (e.data ->> 'text')::text as text
from public.session_event e
where e.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text) and e.kind = 'chat' and e.data ->> 'implausible_time' is null;
comment on view record.chat_messages is 'The chat: one row per message, those before a move of the class included.';
comment on column record.chat_messages.organization_id is 'The organization whose record this is.';
comment on column record.chat_messages.session_id is 'The session.';
comment on column record.chat_messages.source_id is 'Key of the message within the session.';
comment on column record.chat_messages.participant_id is 'Who wrote it; null: not a participant.';
comment on column record.chat_messages.sent_at is 'When it was sent.';
comment on column record.chat_messages.text is 'What was written.';

create view record.documentation with (security_barrier) as
select
    (d.organization_id)::uuid as organization_id,
    (d.session_id)::uuid as session_id,
    (d.status)::text as status,
    (d.revision)::int8 as revision,
    (d.changes_wanted)::text as changes_wanted,
    (d.approved_by)::text as approved_by,
    (d.approved_at)::timestamptz as approved_at
from public.documentation d
where d.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.documentation is 'The documentation of each class: its current state.';
comment on column record.documentation.organization_id is 'The organization whose record this is.';
comment on column record.documentation.session_id is 'The session.';
comment on column record.documentation.status is 'draft, changes_requested or approved.';
comment on column record.documentation.revision is 'The current revision.';
comment on column record.documentation.changes_wanted is 'What the last request for changes asked for; may be empty.';
comment on column record.documentation.approved_by is 'Id of who approved it; null: nobody yet.';
comment on column record.documentation.approved_at is 'When it was approved; null: not yet.';

create view record.documentation_revisions with (security_barrier) as
select
    (r.organization_id)::uuid as organization_id,
    (r.session_id)::uuid as session_id,
    (r.revision)::int8 as revision,
    (r.author)::text as author,
    (r.reason)::text as reason,
    (jsonb_array_length(r.statements))::int8 as statement_count,
    (r.created_at)::timestamptz as created_at
from public.documentation_revision r
where r.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.documentation_revisions is 'Every revision of the documentation, the first draft included.';
comment on column record.documentation_revisions.organization_id is 'The organization whose record this is.';
comment on column record.documentation_revisions.session_id is 'The session.';
comment on column record.documentation_revisions.revision is 'Which revision of the documentation; counts from 1.';
comment on column record.documentation_revisions.author is 'engine:<name>, or the id of who wrote it.';
comment on column record.documentation_revisions.reason is 'Why it was revised; may be empty.';
comment on column record.documentation_revisions.statement_count is 'Number of its statements.';
comment on column record.documentation_revisions.created_at is 'When it was written.';

create view record.statements with (security_barrier) as
select
    (r.organization_id)::uuid as organization_id,
    (r.session_id)::uuid as session_id,
    (r.revision)::int8 as revision,
    (e.position)::int8 as position,
    (coalesce(r.revision = d.revision, false))::boolean as is_current,
    (e.value ->> 'section')::text as section,
    (e.value ->> 'text')::text as text,
    (e.value ->> 'question')::text as question,
    (e.value ->> 'answer')::text as answer,
    (e.value ->> 'outcome')::text as outcome,
    (coalesce(e.value #>> '{audience,kind}', 'staff'))::text as audience,
    (array(select jsonb_array_elements_text(coalesce(e.value #> '{audience,students}', '[]'))))::text[] as audience_student_ids,
    (jsonb_array_length(coalesce(e.value -> 'citations', '[]')))::int8 as citation_count
from public.documentation_revision r cross join lateral jsonb_array_elements(r.statements) with ordinality as e(value, position) left join public.documentation d on d.organization_id = r.organization_id and d.session_id = r.session_id
where r.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.statements is 'The statements of every revision; the view citations has the quotes that support each.';
comment on column record.statements.organization_id is 'The organization whose record this is.';
comment on column record.statements.session_id is 'The session.';
comment on column record.statements.revision is 'Which revision of the documentation; counts from 1.';
comment on column record.statements.position is 'Position in the revision, from 1.';
comment on column record.statements.is_current is 'Whether this is the current revision.';
comment on column record.statements.section is 'topics, practised, comprehension, homework or next_steps.';
comment on column record.statements.text is 'What it says.';
comment on column record.statements.question is 'The question of a comprehension check; else null.';
comment on column record.statements.answer is 'The answer to a comprehension check; else null.';
comment on column record.statements.outcome is 'The outcome of a comprehension check: correct, partly, incorrect, unanswered or unclear; else null.';
comment on column record.statements.audience is 'Who may read it besides staff: everybody (all families of the class), students (the families of those in audience_student_ids) or staff (nobody else).';
comment on column record.statements.audience_student_ids is 'The students whose families may read it; empty unless the audience is students.';
comment on column record.statements.citation_count is 'Number of its citations.';

create view record.citations with (security_barrier) as
select
    (r.organization_id)::uuid as organization_id,
    (r.session_id)::uuid as session_id,
    (r.revision)::int8 as revision,
    (e.position)::int8 as statement_position,
    (q.position)::int8 as position,
    ((q.value ->> 'utterance_id')::uuid)::uuid as utterance_id,
    (q.value ->> 'quote')::text as quote
from public.documentation_revision r cross join lateral jsonb_array_elements(r.statements) with ordinality as e(value, position) cross join lateral jsonb_array_elements(coalesce(e.value -> 'citations', '[]')) with ordinality as q(value, position)
where r.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.citations is 'The quotes from the transcript that support each statement.';
comment on column record.citations.organization_id is 'The organization whose record this is.';
comment on column record.citations.session_id is 'The session.';
comment on column record.citations.revision is 'Which revision of the documentation; counts from 1.';
comment on column record.citations.statement_position is 'Position of the statement in the revision.';
comment on column record.citations.position is 'Position of the citation in the statement, from 1.';
comment on column record.citations.utterance_id is 'The utterance.';
comment on column record.citations.quote is 'The quote, verbatim from the utterance.';

create view record.timeline with (security_barrier) as
select
    (t.organization_id)::uuid as organization_id,
    (t.session_id)::uuid as session_id,
    (t.step)::text as step,
    (t.occasion)::text as occasion,
    (t.position)::int8 as position,
    (t.outcome)::text as outcome,
    (t.planned_at)::timestamptz as planned_at,
    (t.started_at)::timestamptz as started_at,
    (t.finished_at)::timestamptz as finished_at,
    (t.note)::text as note
from public.timeline t
where t.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.timeline is 'The steps of each session with planned and actual times.';
comment on column record.timeline.organization_id is 'The organization whose record this is.';
comment on column record.timeline.session_id is 'The session.';
comment on column record.timeline.step is 'Which step: booking, confirmation, reminder and so on to next_briefing.';
comment on column record.timeline.occasion is 'Distinguishes repetitions of a step; empty where there is only one.';
comment on column record.timeline.position is 'Position in the timeline.';
comment on column record.timeline.outcome is 'planned, running, done, skipped, failed or cancelled.';
comment on column record.timeline.planned_at is 'Planned time; null: right after the step before.';
comment on column record.timeline.started_at is 'When it began.';
comment on column record.timeline.finished_at is 'When it ended.';
comment on column record.timeline.note is 'Counts, states and codes; may be empty.';

create view record.notices with (security_barrier) as
select
    (n.organization_id)::uuid as organization_id,
    (n.id)::uuid as notice_id,
    (n.subject_kind)::text as subject_kind,
    (n.subject_id)::uuid as subject_id,
    (n.session_id)::uuid as session_id,
    (n.kind)::text as kind,
    (n.recipient_kind)::text as recipient_kind,
    (n.recipient_id)::uuid as recipient_id,
    (n.subject)::text as subject,
    (case when n.sent_at is not null then 'sent' when n.failed_at is null then 'waiting' when n.error = 'withdrawn' then 'withdrawn' else 'failed' end)::text as state,
    (n.class_starts_at)::timestamptz as class_starts_at,
    (n.created_at)::timestamptz as created_at,
    (n.send_after)::timestamptz as send_after,
    (n.sent_at)::timestamptz as sent_at,
    (n.failed_at)::timestamptz as failed_at,
    (n.attempts)::int8 as attempts
from public.notice n
where n.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.notices is 'Every message to a person, with its delivery; without the text and without the address.';
comment on column record.notices.organization_id is 'The organization whose record this is.';
comment on column record.notices.notice_id is 'Key of the notice.';
comment on column record.notices.subject_kind is 'What it is about: session, guardian, student, instructor, member, course, series, report or organization.';
comment on column record.notices.subject_id is 'Key of what it is about.';
comment on column record.notices.session_id is 'The session it is about; null: it is about something else.';
comment on column record.notices.kind is 'confirmation, reminder, briefing, absence, summary and so on.';
comment on column record.notices.recipient_kind is 'guardian, student, instructor, member or organization.';
comment on column record.notices.recipient_id is 'Key of the recipient.';
comment on column record.notices.subject is 'Subject line.';
comment on column record.notices.state is 'waiting, sent, failed or withdrawn.';
comment on column record.notices.class_starts_at is 'Start of the class when the notice was written; null: it is about no class.';
comment on column record.notices.created_at is 'When it was written.';
comment on column record.notices.send_after is 'Earliest time of sending: later than created_at in quiet hours.';
comment on column record.notices.sent_at is 'When the mail server accepted it; null: not sent.';
comment on column record.notices.failed_at is 'When it was given up; null: not given up.';
comment on column record.notices.attempts is 'Number of attempts to send it.';

create view record.exceptions with (security_barrier) as
select
    (x.organization_id)::uuid as organization_id,
    (x.id)::uuid as exception_id,
    (x.subject_kind)::text as subject_kind,
    (x.subject_id)::uuid as subject_id,
    (x.session_id)::uuid as session_id,
    (x.kind)::text as kind,
    (x.occasion)::text as occasion,
    (x.severity)::text as severity,
    (x.owner)::text as owner,
    (x.queue)::text as queue,
    (x.state)::text as state,
    (x.opened_at)::timestamptz as opened_at,
    (x.acknowledge_due_at)::timestamptz as acknowledge_due_at,
    (x.acknowledged_at)::timestamptz as acknowledged_at,
    (x.acknowledged_by)::text as acknowledged_by,
    (x.snoozed_until)::timestamptz as snooze_ends_at,
    (x.due_at)::timestamptz as due_at,
    (x.resolved_at)::timestamptz as resolved_at,
    (x.assignee)::text as assignee,
    (x.resolution)::text as resolution,
    (x.resolved_by)::text as resolved_by,
    (x.level)::int8 as level,
    (x.incident_id)::uuid as incident_id,
    (x.detail)::text as detail,
    (x.evidence)::text as evidence
from public.exception_case x
where x.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.exceptions is 'Exception cases: what went wrong, who owns it, when it is due, and whether it is resolved.';
comment on column record.exceptions.organization_id is 'The organization whose record this is.';
comment on column record.exceptions.exception_id is 'Key of the case.';
comment on column record.exceptions.subject_kind is 'What it is about: session, guardian, student, instructor, member, course, series, report or organization.';
comment on column record.exceptions.subject_id is 'Key of what it is about.';
comment on column record.exceptions.session_id is 'The session it is about; null: it is about something else.';
comment on column record.exceptions.kind is 'What went wrong, for instance recording_gap.';
comment on column record.exceptions.occasion is 'Distinguishes cases of one kind and subject; may be empty.';
comment on column record.exceptions.severity is 'low, normal, high or critical.';
comment on column record.exceptions.owner is 'The role that has to deal with it.';
comment on column record.exceptions.queue is 'The team that has to deal with it.';
comment on column record.exceptions.state is 'open, acknowledged, in_progress, snoozed, resolved or self_resolved.';
comment on column record.exceptions.opened_at is 'When it was opened.';
comment on column record.exceptions.acknowledge_due_at is 'When it should be acknowledged.';
comment on column record.exceptions.acknowledged_at is 'When it was; null: not yet.';
comment on column record.exceptions.acknowledged_by is 'Id of who acknowledged it; empty: not yet.';
comment on column record.exceptions.snooze_ends_at is 'When it comes back; null: not snoozed.';
comment on column record.exceptions.due_at is 'When it should be resolved.';
comment on column record.exceptions.resolved_at is 'When it was resolved; null: not yet.';
comment on column record.exceptions.assignee is 'Id of who works on it; empty: nobody yet.';
comment on column record.exceptions.resolution is 'How it was resolved; may be empty.';
comment on column record.exceptions.resolved_by is 'Id of who resolved it; empty: not yet.';
comment on column record.exceptions.level is 'How often it was escalated.';
comment on column record.exceptions.incident_id is 'Key of its incident; null: it belongs to none.';
comment on column record.exceptions.detail is 'Codes, counts and ids, as a JSON object.';
comment on column record.exceptions.evidence is 'What shows that it happened, as a JSON list.';

create view record.exception_history with (security_barrier) as
select
    (e.organization_id)::uuid as organization_id,
    (e.id)::uuid as entry_id,
    (e.case_id)::uuid as exception_id,
    (e.happened_at)::timestamptz as happened_at,
    (e.by)::text as by,
    (e.kind)::text as kind,
    (e.text)::text as text,
    (e.detail)::text as detail
from public.case_entry e
where e.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.exception_history is 'What happened to each exception, in order: who did what, what was tried, who was told.';
comment on column record.exception_history.organization_id is 'The organization whose record this is.';
comment on column record.exception_history.entry_id is 'Key of the entry.';
comment on column record.exception_history.exception_id is 'Key of the exception.';
comment on column record.exception_history.happened_at is 'When it happened.';
comment on column record.exception_history.by is 'Id of who did it; homeroom: it happened by itself.';
comment on column record.exception_history.kind is 'opened, told, acknowledged, tried, resolved and so on.';
comment on column record.exception_history.text is 'A comment or a resolution; may be empty.';
comment on column record.exception_history.detail is 'Codes, counts and ids, as a JSON object.';

create view record.audio_segments with (security_barrier) as
select
    (a.organization_id)::uuid as organization_id,
    (a.key)::text as segment_key,
    (a.session_id)::uuid as session_id,
    (case when pg_input_is_valid(a.identity, 'uuid') then a.identity::uuid end)::uuid as participant_id,
    (a.track_sid)::text as track_sid,
    (a.seq)::int8 as sequence,
    (a.started_at)::timestamptz as started_at,
    (a.samples::float8 / nullif(a.sample_rate, 0))::float8 as duration_seconds,
    (a.sample_rate)::int8 as sample_rate_hz,
    (a.codec)::text as codec,
    (a.size)::int8 as size_bytes,
    (a.sha256)::text as sha256,
    (a.transcribed)::boolean as is_transcribed
from public.audio_segment a
where a.organization_id = (select r.organization_id from public.sql_reader as r where r.role_name = session_user::text);
comment on view record.audio_segments is 'What was recorded: one row per stored piece of one participant''s audio.';
comment on column record.audio_segments.organization_id is 'The organization whose record this is.';
comment on column record.audio_segments.segment_key is 'Key in the object store.';
comment on column record.audio_segments.session_id is 'The session.';
comment on column record.audio_segments.participant_id is 'Whose audio it is.';
comment on column record.audio_segments.track_sid is 'LiveKit''s id of the audio track.';
comment on column record.audio_segments.sequence is 'Counts the segments of one track and recorder.';
comment on column record.audio_segments.started_at is 'Time of its first sample.';
comment on column record.audio_segments.duration_seconds is 'Length in seconds.';
comment on column record.audio_segments.sample_rate_hz is 'Samples per second.';
comment on column record.audio_segments.codec is 'How it is encoded.';
comment on column record.audio_segments.size_bytes is 'Size of the stored object in bytes.';
comment on column record.audio_segments.sha256 is 'Checksum of the stored object, hexadecimal.';
comment on column record.audio_segments.is_transcribed is 'Whether all speech that begins in it is in the transcript.';

do $$
declare reader text;
begin
    for reader in select role_name from public.sql_reader join pg_roles on rolname = role_name loop
        execute format('grant usage on schema record to %I', reader);
        execute format('grant select on all tables in schema record to %I', reader);
    end loop;
end $$;
