#!/bin/sh
# Runs once, when the data volume is new: the databases and roles of Homeroom and of Temporal.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres \
  -v owner="$HOMEROOM_OWNER_PASSWORD" -v app="$HOMEROOM_APP_PASSWORD" -v temporal="$TEMPORAL_DB_PASSWORD" <<'SQL'
create role homeroom_owner login createrole password :'owner';
create role homeroom_app login nosuperuser nobypassrls password :'app';
create database homeroom owner homeroom_owner;
revoke all on database homeroom from public;
grant connect on database homeroom to homeroom_app;
create role temporal login createdb password :'temporal';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
SQL
psql -v ON_ERROR_STOP=1 --username postgres --dbname homeroom -f "${READER_LIMITS:-/reader_limits.sql}"
