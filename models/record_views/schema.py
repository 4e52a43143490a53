"""Generates the SQL of the schema `record`. `python -m scripts.record_schema NUMBER` saves it for a migration."""

from models.record_views import VIEWS
from models.record_views.definition import RecordView

# session_user is the role that logged in: neither a setting nor a role it switches to changes it. Readers have no right
# to the table; the view reads it as its owner, once per query.
READERS_ORGANIZATION = (
    "(select r.organization_id from public.sql_reader as r where r.role_name = session_user::text)"
)
# A view that is created again has lost its grants.
_GRANTS = """
do $$
declare reader text;
begin
    for reader in select role_name from public.sql_reader join pg_roles on rolname = role_name loop
        execute format('grant usage on schema record to %I', reader);
        execute format('grant select on all tables in schema record to %I', reader);
    end loop;
end $$;
"""


def schema_sql() -> str:
    """SQL that creates the schema anew, with grants for the existing readers."""
    views = "\n".join(map(_view, VIEWS.values()))
    return f"drop schema if exists record cascade;\ncreate schema record;\n\n{views}{_GRANTS}"


def _view(view: RecordView) -> str:
    query = view.query(READERS_ORGANIZATION)
    comments = [f"comment on view record.{view.name} is {_literal(view.description)};"]
    comments += [
        f"comment on column record.{view.name}.{column.name} is {_literal(column.description)};"
        for column in view.columns
    ]
    made = f"create view record.{view.name} with (security_barrier) as\n{query};\n"
    return made + "\n".join(comments) + "\n"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
