"""All tables, for the metadata of migrations and checks."""

from sqlmodel import SQLModel

from models import (  # noqa: F401
    access,
    change_log,
    class_file,
    course,
    documentation,
    exception_case,
    idempotency,
    live_status,
    notice,
    organization,
    people,
    record,
    recording,
    session,
    session_event,
    sql_reader,
    transcript,
)

metadata = SQLModel.metadata

# What the application has no rights to.
OWNERS_ALONE = frozenset({"sql_reader"})
# Tables without an organization's data, and those that row-level security need not guard.
UNSCOPED = frozenset({"region", "sign_in_attempt", "alembic_version"}) | OWNERS_ALONE
