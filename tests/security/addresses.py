"""The addresses of routes: their paths with the ids of an organization's rows, or with ids of no rows."""

from uuid import uuid4

from tests.models.rows import Tenant
from tests.security.routes import Route

# The table of the row that a path parameter names; `id` and `key` are named by the folder before them.
_TABLE_OF = {
    "session_id": "session",
    "utterance_id": "utterance",
    "file_id": "class_file",
    "case_id": "exception_case",
    "incident_id": "incident",
    "notice_id": "notice",
    "student_id": "student",
    "participant_id": "participant",
    "guardian_id": "guardian",
    "instructor_id": "instructor",
    "topic_id": "topic",
    "enrollment_id": "enrollment",
    "plan_id": "curriculum_plan",
    "key_id": "api_key",
    "binding_id": "sign_in_binding",
    "provider_id": "identity_provider",
    "override_id": "rota_override",
    "rota_id": "rota",
    "channel_id": "alert_channel",
    "view_id": "saved_view",
    "series_id": "series",
    "run_id": "plan_run",
    "class_id": "series_occurrence",
    "person_id": "calendar_feed",
    "hold_id": "time_hold",
    "leave_id": "leave_request",
    "closure_id": "closure",
    "import_id": "booking_import",
    "swap_id": "class_swap",
    "open_class_id": "volunteer_call",
    "rotas": "rota",
    "alert-channels": "alert_channel",
    "organizations": "organization",
    "students": "student",
    "guardians": "guardian",
    "instructors": "instructor",
    "members": "member",
    "courses": "course",
    "topics": "topic",
    "curriculum-plans": "curriculum_plan",
    "enrollments": "enrollment",
    "identity-providers": "identity_provider",
    "sign-in-bindings": "sign_in_binding",
}
_WORDS = {
    "revision": "1",
    "place": "1",
    "number": "1",
    "table": "students",
    "form": "csv",
    "code": "abc-defg-hij",
    "what": "course",
    "token": "wrong",
    "domain": "school.example",
    "act": "nudge",
    "kind": "command",
    "monday": "2030-03-04",
}


def address(route: Route, of: Tenant | None) -> str:
    """The route's path with the ids of this organization's rows; None: with those of no rows."""
    parts = route.path.split("/")
    for place, part in enumerate(parts):
        name, _, rest = part.removeprefix("{").partition("}")
        if not part.startswith("{"):
            continue
        if name in _WORDS:
            parts[place] = _WORDS[name] + (f".{_WORDS['form']}" if rest else "")
            continue
        row = of[_TABLE_OF[parts[place - 1] if name in ("id", "key") else name]] if of else {"id": uuid4()}
        parts[place] = f"{row.get('id', row.get('person_id'))}{rest}"
    return "/".join(parts)
