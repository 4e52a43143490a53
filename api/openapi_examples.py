"""Examples for the OpenAPI description: a body for every operation that takes JSON, and useful queries.

Tests send each example, with its ids replaced by those of real rows.
"""

from typing import Any, Final

Json = dict[str, Any]


def _id(number: int) -> str:
    return f"01980c0d-e000-7000-8000-{number:012d}"


# Ids of the rows that the examples refer to.
COURSE, TOPIC, STUDENT, GUARDIAN, INSTRUCTOR = _id(1), _id(2), _id(3), _id(4), _id(5)
MEMBER, SESSION, UTTERANCE, PARTICIPANT = _id(6), _id(7), _id(8), _id(9)
LINK: Final = "the-text-behind-t=-in-a-join-link"
ISSUER: Final = "https://accounts.tutoring.example"
DOMAIN: Final = "tutoring.example"
PLACEHOLDERS: Final = {
    "course": COURSE,
    "topic": TOPIC,
    "student": STUDENT,
    "guardian": GUARDIAN,
    "instructor": INSTRUCTOR,
    "member": MEMBER,
    "session": SESSION,
    "utterance": UTTERANCE,
    "link": LINK,
    "issuer": ISSUER,
    "domain": DOMAIN,
}

_SESSION: Final = "/v1/sessions/{session_id}"
_PLAN = [{"topic_id": TOPIC, "sessions": 2, "note": "Begin with the number line."}]
_PHYSICS = {"subject": "Physics", "level": "GCSE"}
_STATEMENT = {
    "section": "topics",
    "text": "Adding fractions with a common denominator.",
    "citations": [{"utterance_id": UTTERANCE, "quote": "a common denominator"}],
    "audience": {"kind": "everybody"},
}
_RULE = {
    "name": "Recordings at night",
    "kinds": ["recording_missing", "recording_gap"],
    "at_least": "high",
    "from_time": "20:00:00",
    "until_time": "08:00:00",
    "queue": "night shift",
    "acknowledge_within_minutes": 5,
    "ladder": [
        {"assignee": True, "roles": ["ops"]},
        {"after_minutes": 5, "members": [MEMBER]},
        {"after_minutes": 15, "roles": ["admin"]},
    ],
}
_CLOSURE = {"name": "Spring break", "first_day": "2040-03-26", "last_day": "2040-04-06"}
_SERIES = {
    "course_id": COURSE,
    "instructor_id": INSTRUCTOR,
    "starts_at": "2040-03-06T17:00:00",
    "minutes": 60,
    "recurrence": "FREQ=WEEKLY;BYDAY=TU;COUNT=12",
    "time_zone": "Europe/Madrid",
    "left_out": ["2040-03-27"],
}
_SERIES_CHANGE = {"from_day": "2040-04-03", "starts": "18:00:00"}
_SERIES_END = {"last_day": "2040-05-01", "reason": "unspecified"}

# Keyed by method and path.
BODIES: Final[dict[str, Json]] = {
    "POST /v1/organizations": {
        "name": "Harbour Tutoring",
        "time_zone": "Europe/Madrid",
        "language": "es",
    },
    "PATCH /v1/organization": {"name": "Harbour Tutoring SL"},
    "PATCH /v1/policy": {
        "reminders_before": ["P1D", "PT1H"],
        "room_before": "PT15M",
        "languages": ["en", "es"],
    },
    "PUT /v1/substitution-policy": {
        "weights": {"knows_students": 5, "fair_share": 2},
        "paces": [
            {"before": "PT24H", "answer_within": "PT1H", "at_once": 1},
            {"before": "PT1H", "answer_within": "PT10M", "at_once": 2},
        ],
        "late": {"answer_within": "PT10M"},
        "tell_families_of_delay": True,
    },
    "PUT /v1/planning-policy": {"ask_instructors": True, "answer_within": "PT48H", "silence": "declines"},
    "PUT /v1/self-service-policy": {
        "families_move": True,
        "families_cancel": True,
        "move_until": "PT24H",
        "free_until": "PT24H",
        "ahead": "P14D",
        "most_moves": 2,
        "offered_from": "07:00:00",
        "offered_until": "21:00:00",
    },
    "POST /v1/leave-requests/{leave_id}/approve": {"answer": "Get well soon."},
    "POST /v1/leave-requests/{leave_id}/decline": {"answer": "Two colleagues are away that week."},
    "POST /v1/keys": {
        "name": "billing",
        "role": "integrator",
        "scopes": ["sessions:read", "events:read"],
        "expires_at": "2040-01-01T00:00:00Z",
    },
    "POST /v1/keys/{key_id}/rotate": {"overlap": "PT24H"},
    "POST /v1/guardians": {
        "name": "Samira Haddad",
        "email": "samira.haddad@family.example",
        "language": "es",
        "time_zone": "Europe/Madrid",
        "quiet_from": "21:00:00",
        "quiet_until": "08:00:00",
        "external_id": "crm-4711",
    },
    "PATCH /v1/guardians/{id}": {"email": "samira@family.example", "quiet_from": None, "quiet_until": None},
    "POST /v1/students": {
        "name": "Noor Haddad",
        "guardian_ids": [GUARDIAN],
        "time_zone": "Europe/Madrid",
        "class_hours": [{"weekday": 0, "start": "16:00:00", "end": "19:00:00"}],
        "external_id": "sis-2001",
    },
    "PATCH /v1/students/{id}": {"guardian_ids": [GUARDIAN], "external_id": "sis-2002"},
    "POST /v1/instructors": {
        "name": "Ada Okafor",
        "email": "ada.okafor@harbour.example",
        "time_zone": "Africa/Lagos",
        "qualifications": [{"subject": "Mathematics", "level": ""}, _PHYSICS],
        "teaching_languages": ["en", "es"],
        "certificates": [{"name": "First Aid", "number": "FA-4711", "expires_on": "2031-12-03"}],
        "background_checks": [{"kind": "Enhanced DBS", "valid_until": "2031-06-30"}],
        "external_id": "hr-17",
    },
    "PATCH /v1/instructors/{id}": {"qualifications": [_PHYSICS]},
    "POST /v1/members": {
        "name": "Olu Adeyemi",
        "email": "olu.adeyemi@harbour.example",
        "role": "ops",
        "time_zone": "Europe/Madrid",
    },
    "PATCH /v1/members/{id}": {"role": "admin"},
    "POST /v1/identity-providers": {
        "issuer": ISSUER,
        "client_id": "homeroom",
        "client_secret": "as-the-provider-shows-it",
        "domains": [DOMAIN],
    },
    "POST /v1/rotas": {
        "name": "Evenings",
        "members": [MEMBER],
        "hand_over_on": "monday",
        "hand_over_at": "09:00:00",
        "time_zone": "Europe/Madrid",
        "starts_on": "2040-03-05",
    },
    "PATCH /v1/rotas/{id}": {"members": [MEMBER], "hand_over_at": "08:00:00"},
    "POST /v1/rotas/{id}/overrides": {
        "member_id": MEMBER,
        "starts_at": "2040-03-08T18:00:00+01:00",
        "ends_at": "2040-03-09T08:00:00+01:00",
    },
    "POST /v1/alert-channels": {
        "name": "Ops on call",
        "target": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#on-call",
    },
    "PATCH /v1/alert-channels/{id}": {"name": "Ops", "includes_names": True},
    "PUT /v1/case-routing": {"rules": [_RULE]},
    "POST /v1/case-routing/publish": {"number": 1},
    "PUT /v1/scheduling-rules": {
        "rules": {"weights": {"continuity": 60}, "parameters": {"rest_hours": 11}},
        "note": "Families asked for the same instructor.",
    },
    "POST /v1/scheduling-rules/publish": {"number": 1},
    "POST /v1/scheduling-rules/what-if": {"rules": {"weights": {"cost": 2}}},
    "PUT /v1/students/{student_id}/pairings/{instructor_id}": {"family_preference": 1, "quality": 0.9},
    "POST /v1/case-routing/compare": {"rules": [_RULE]},
    "POST /v1/case-routing/try": {
        "kind": "recording_missing",
        "course_id": COURSE,
        "at": "2040-03-05T22:30:00+01:00",
        "rules": [_RULE],
    },
    "PUT /v1/members/{id}/alert-preferences": {
        "quiet_from": "22:00:00",
        "quiet_until": "07:00:00",
        "only_critical": False,
    },
    "PATCH /v1/identity-providers/{id}": {"client_secret": "as-the-provider-shows-it-today"},
    "POST /v1/courses": {
        "title": "Mathematics, year 6",
        "subject": "Mathematics",
        "level": "6",
        "topics": ["Adding fractions", "Subtracting fractions"],
        "external_id": "lms-math-6",
    },
    "PATCH /v1/courses/{id}": {"level": "7"},
    "POST /v1/topics": {"course_id": COURSE, "title": "Multiplying fractions"},
    "PATCH /v1/topics/{id}": {"title": "Multiplying and dividing fractions", "position": 5},
    "POST /v1/curriculum-plans": {"course_id": COURSE, "title": "Spring", "items": _PLAN},
    "PATCH /v1/curriculum-plans/{id}": {"items": _PLAN},
    "POST /v1/enrollments": {"course_id": COURSE, "student_id": STUDENT, "external_id": "order-981"},
    "PATCH /v1/enrollments/{id}": {"external_id": "order-982"},
    "POST /v1/closures": {"closures": [_CLOSURE], "booked_classes": "cancel"},
    "POST /v1/closures/preview": {"closures": [_CLOSURE]},
    "POST /v1/closures/{closure_id}/preview": {"last_day": "2040-04-08"},
    "PATCH /v1/closures/{closure_id}": {"last_day": "2040-04-08", "booked_classes": "keep"},
    "POST /v1/closures/read": {"content": "name,first_day,last_day\nSpring break,2040-03-26,2040-04-06\n"},
    "POST /v1/quotes": {
        "course_id": COURSE,
        "student_ids": [STUDENT],
        "starts_at": "2040-01-09T16:00:00Z",
        "ends_at": "2040-01-09T17:00:00Z",
    },
    "POST /v1/holds": {
        "course_id": COURSE,
        "instructor_id": INSTRUCTOR,
        "student_ids": [STUDENT],
        "starts_at": "2040-01-09T16:00:00Z",
        "ends_at": "2040-01-09T17:00:00Z",
        "ttl": "PT10M",
    },
    "POST /v1/sessions": {
        "course_id": COURSE,
        "instructor_id": INSTRUCTOR,
        "starts_at": "2040-03-05T16:00:00+01:00",
        "ends_at": "2040-03-05T17:00:00+01:00",
        "student_ids": [STUDENT],
        "topic_ids": [TOPIC],
        "time_zone": "Europe/Madrid",
        "external_id": "lms-8812",
    },
    "POST /v1/plans": {"first_day": "2040-03-05", "last_day": "2040-03-18", "scope": "touched"},
    "POST /v1/plans/{run_id}/answers": {"recipient_id": INSTRUCTOR, "accepts": True},
    "POST /v1/swaps": {
        "session_id": SESSION,
        "colleague_id": INSTRUCTOR,
        "note": "I have a doctor's appointment.",
    },
    "POST /v1/open-classes/{open_class_id}/take": {"kind": "call", "instructor_id": INSTRUCTOR},
    f"PUT {_SESSION}/volunteer-call": {"audience": "course", "note": "Only the first half hour is new."},
    "POST /v1/series": _SERIES,
    "POST /v1/series/preview": _SERIES,
    "POST /v1/series/{series_id}/change": _SERIES_CHANGE,
    "POST /v1/series/{series_id}/change/preview": _SERIES_CHANGE,
    "POST /v1/series/{series_id}/end": _SERIES_END,
    "POST /v1/series/{series_id}/end/preview": _SERIES_END,
    "POST /v1/series/{series_id}/classes/{class_id}/move": {"starts_at": "2040-03-21T17:00:00"},
    "POST /v1/series/{series_id}/classes/{class_id}/cancel": {"reason": "weather"},
    f"POST {_SESSION}/reschedule": {
        "starts_at": "2040-03-06T16:00:00+01:00",
        "ends_at": "2040-03-06T17:00:00+01:00",
    },
    f"POST {_SESSION}/extend": {"ends_at": "2040-03-05T17:15:00+01:00"},
    f"POST {_SESSION}/reopen": {"ends_at": "2040-03-05T17:15:00+01:00"},
    f"POST {_SESSION}/cancel": {"reason": "weather"},
    f"POST {_SESSION}/messages": {"text": "Your teacher is on the way. Please stay in the room."},
    f"POST {_SESSION}/substitute": {"instructor_id": INSTRUCTOR},
    f"POST {_SESSION}/substitutions": {"reason": "illness", "broadcast": True},
    "PUT /v1/instructors/{id}/availability": {
        "weekly": [{"weekday": 0, "start": "14:00:00", "end": "20:00:00"}],
        "days": [{"day": "2040-12-24", "hours": []}],
        "leave": [{"starts_at": "2040-08-01T00:00:00+02:00", "ends_at": "2040-08-15T00:00:00+02:00"}],
        "buffer_minutes": 10,
        "most_hours_per_day": 6,
    },
    "PUT /v1/instructors/{id}/busy-calendar": {
        "content": "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//example//EN\nEND:VCALENDAR\n"
    },
    "POST /v1/instructors/{id}/absences": {
        "starts_at": "2040-03-05T00:00:00+01:00",
        "ends_at": "2040-03-06T00:00:00+01:00",
        "reason": "illness",
    },
    "POST /v1/instructors/{id}/cover/find": {
        "starts_at": "2040-03-05T00:00:00+01:00",
        "ends_at": "2040-03-06T00:00:00+01:00",
        "reason": "illness",
    },
    "POST /v1/instructors/{id}/cover": {
        "starts_at": "2040-03-05T00:00:00+01:00",
        "ends_at": "2040-03-06T00:00:00+01:00",
        "reason": "illness",
        "fingerprint": "e3b0c44298fc1c149afbf4c8996fb924",
    },
    f"POST {_SESSION}/participants": {"student_ids": [STUDENT]},
    f"POST {_SESSION}/participants/{{participant_id}}/renew-link": {"keep_in_room": True},
    f"PUT {_SESSION}/attendance/{{participant_id}}": {
        "status": "present",
        "reason": "The family had the wrong link until 16:20.",
    },
    f"POST {_SESSION}/guests": {"name": "Head of mathematics"},
    f"POST {_SESSION}/documentation/revisions": {
        "statements": [_STATEMENT],
        "based_on": 1,
        "reason": "Left out what was not taught.",
    },
    f"POST {_SESSION}/documentation/approve": {"revision": 2},
    f"POST {_SESSION}/documentation/request-changes": {
        "revision": 1,
        "reason": "Say which exercises are homework.",
    },
    "POST /v1/notices/{notice_id}/send-again": {"address": "samira.haddad@family.example"},
    "POST /v1/exceptions/{case_id}/assign": {"member_id": MEMBER},
    "POST /v1/exceptions/{case_id}/comments": {"text": "The guardian calls back at noon."},
    "POST /v1/exceptions/{case_id}/snooze": {"duration": "PT2H"},
    "POST /v1/exception-actions": {"action": "acknowledge", "ids": [_id(10)]},
    "POST /v1/session-actions": {"action": "move", "ids": [SESSION], "shift": "PT30M", "dry_run": True},
    "POST /v1/exceptions/{case_id}/resolve": {"resolution": "Called the family; they join next week."},
    "POST /v1/join/{session_id}/credentials": {"link": LINK},
    "POST /v1/join/{session_id}/chat": {
        "link": LINK,
        "message_id": "5b1f0a0e-5d0c-4a53-9c53-0c7a4f3a8a51",
        "text": "Which page is it?",
    },
    "POST /v1/join/{session_id}/mute": {"link": LINK, "participant_id": PARTICIPANT},
    "POST /v1/join/{session_id}/lower-hands": {"link": LINK},
    "POST /v1/join/{session_id}/remove": {"link": LINK, "participant_id": PARTICIPANT},
    "POST /v1/join/{session_id}/readmit": {"link": LINK, "participant_id": PARTICIPANT},
    "POST /v1/join/{session_id}/lock": {"link": LINK, "locked": True},
    "POST /v1/join/{session_id}/end": {"link": LINK},
    "POST /v1/join/{session_id}/quality": {
        "link": LINK,
        "samples": [
            {
                "at": "2040-03-05T15:30:00Z",
                "connection_quality": "good",
                "audio_only": False,
                "packets_lost": 3,
                "jitter_ms": 1.5,
                "rtt_ms": 48,
            }
        ],
    },
}

# Keyed by method and path.
QUERIES: Final[dict[str, dict[str, str]]] = {
    "GET /v1/slots": {
        "course_id": COURSE,
        "from": "2040-01-09T08:00:00Z",
        "to": "2040-01-12T18:00:00Z",
        "length": "PT1H",
    },
    "GET /v1/sessions": {
        "from": "2040-03-05T00:00:00Z",
        "to": "2040-03-06T00:00:00Z",
        "state": "scheduled",
        "course_id": COURSE,
    },
    "GET /v1/students": {"q": "haddad", "sort": "name", "limit": "100"},
    "GET /v1/guardians": {"external_id": "crm-4711"},
    "GET /v1/instructors": {"email": "ada.okafor@harbour.example"},
    "GET /v1/topics": {"course_id": COURSE, "sort": "position"},
    "GET /v1/enrollments": {"student_id": STUDENT},
    "GET /v1/exceptions": {"state": "unresolved", "severity": "critical", "overdue": "true"},
    "GET /v1/notices": {"state": "failed", "sort": "-created_at"},
    "GET /v1/events": {"kind": "session.*", "limit": "500"},
    "GET /v1/audit": {"kind": "student.*", "subject_id": STUDENT},
    "GET /v1/keys": {"q": "billing"},
}


def add_to(schema: Json) -> None:
    """Add the examples to an OpenAPI description, in place."""
    for operation_key, body in BODIES.items():
        operation = _operation(schema, operation_key)
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None:
            content["examples"] = {"example": {"value": body}}
    for operation_key, query in QUERIES.items():
        for parameter in _operation(schema, operation_key).get("parameters", ()):
            if parameter["in"] == "query" and parameter["name"] in query:
                parameter["examples"] = {"example": {"value": query[parameter["name"]]}}


def _operation(schema: Json, operation_key: str) -> Json:
    """The operation named by a method and a path, such as `POST /v1/keys`; empty if there is none."""
    method, _, path = operation_key.partition(" ")
    operation: Json = schema["paths"].get(path, {}).get(method.lower(), {})
    return operation
