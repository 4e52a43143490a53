"""The metadata of all tables, for migrations and checks."""

from sqlmodel import SQLModel

from models import (  # noqa: F401
    access,
    booking_import,
    calendar_feed,
    case_routing,
    change_log,
    class_file,
    class_swap,
    closure,
    course,
    documentation,
    exception_case,
    idempotency,
    imported_calendar,
    late_cancellation,
    leave_request,
    live_status,
    notice,
    organization,
    people,
    record,
    recording,
    saved_view,
    scheduling,
    series,
    session,
    session_event,
    sql_reader,
    substitution,
    telemetry,
    term_plan,
    time_hold,
    transcript,
    volunteer_call,
)

metadata = SQLModel.metadata

# Tables that the application has no rights to.
OWNER_ONLY = frozenset({"sql_reader"})
# Tables without row-level security: they hold no organization's data, or the application cannot access them.
UNSCOPED = frozenset({"region", "sign_in_attempt", "alembic_version"}) | OWNER_ONLY
