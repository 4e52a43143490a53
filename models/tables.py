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
    notice,
    organization,
    people,
    record,
    recording,
    session,
    session_event,
    transcript,
)

metadata = SQLModel.metadata

# Tables without an organization's data, or the tenant table itself.
UNSCOPED = frozenset({"region", "sign_in_attempt", "alembic_version"})
