-- What only a superuser can take from a database's logins, so that a SQL reader has none of it. Run in Homeroom's database,
-- as often as you like. Nobody but Homeroom's own roles may then take advisory locks, make large objects, write to the
-- write-ahead log directly, run blocks of code or notify by the row, and a login of this server has no other database to go
-- to. The owner may limit the temporary files and the log of the readers that it makes; readers that are there get the limits
-- now.
do $$
declare
    signature regprocedure;
    other text;
    reader text;
begin
    revoke usage on language plpgsql from public;
    grant usage on language plpgsql to homeroom_owner;
    grant set on parameter temp_file_limit, log_min_messages to homeroom_owner;
    if to_regclass('public.sql_reader') is not null then
        for reader in select role_name from public.sql_reader where to_regrole(role_name) is not null loop
            execute format('alter role %I set temp_file_limit = %L', reader, '2GB');
            execute format('alter role %I set log_min_messages = %L', reader, 'fatal');
        end loop;
    end if;
    for signature in
        select oid::regprocedure from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace
          and (proname ~ '^(lo_|pg_(try_)?advisory_)' or proname in ('loread', 'lowrite', 'pg_logical_emit_message', 'pg_notify'))
    loop
        execute format('revoke execute on function %s from public', signature);
        if signature::text ~ 'advisory|notify' then
            execute format('grant execute on function %s to homeroom_owner, homeroom_app', signature);
        end if;
    end loop;
    for other in
        select datname from pg_database
        where datname in ('postgres', 'template1', 'temporal', 'temporal_visibility') and datname <> current_database()
    loop
        execute format('revoke connect, temporary on database %I from public', other);
    end loop;
    execute format('revoke all on database %I from public', current_database());
end $$;
