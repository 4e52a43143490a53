"""The ids of workflows, by what they are about."""

from uuid import UUID

SESSION_PREFIX = "session-"


def session_workflow_id(session_id: UUID) -> str:
    return f"{SESSION_PREFIX}{session_id}"


def substitution_workflow_id(session_id: UUID, number: int) -> str:
    return f"substitution-{session_id}-{number}"


def series_workflow_id(series_id: UUID) -> str:
    return f"series-{series_id}"


def booking_import_workflow_id(import_id: UUID) -> str:
    return f"booking-import-{import_id}"


def term_plan_workflow_id(plan_id: UUID) -> str:
    return f"term-plan-{plan_id}"


def late_audio_workflow_id(session_id: UUID) -> str:
    return f"late-audio-{session_id}"
