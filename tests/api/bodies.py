"""A sound body for every route that takes one."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.api.campus import Json, School


def bodies(school: School, session_id: str, link: str) -> dict[str, Json]:
    """By the path as OpenAPI writes it. Each is accepted, or refused for nothing that is wrong with the body."""
    one = "/v1/sessions/{session_id}"
    start = datetime.now(UTC) + timedelta(days=30)
    times = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}
    person = {"name": "Mia", "email": "mia@family.example", "language": "en", "time_zone": "UTC"}
    citation = {"utterance_id": str(uuid4()), "quote": "they add"}
    statement = {"section": "topics", "text": "They added.", "citations": [citation], "outcome": None}
    return {
        "/v1/organizations": {"name": "School", "time_zone": "Europe/Madrid", "language": "es"},
        "/v1/policy": {
            "reminders_before": ["PT2H"],
            "briefing_before": "PT30M",
            "room_before": 900,
            "grace_after_end": "PT10M",
            "empty_room_for": "PT5M",
            "review_within": "P1D",
            "review_abandoned_after": "P14D",
            "segment_seconds": 30,
            "languages": ["en"],
        },
        "/v1/guardians": person,
        "/v1/instructors": person,
        "/v1/students": {"name": "Mia", "guardian_ids": [school.ids["guardian"]], "time_zone": "UTC"},
        "/v1/courses": {"title": "Algebra", "subject": "Maths", "level": "6", "topics": ["Sets"]},
        "/v1/enrollments": {"course_id": school.ids["course"], "student_id": school.ids["student 0"]},
        "/v1/sessions": school.booking(student_ids=[school.ids["student 0"]], time_zone="UTC"),
        f"{one}/reschedule": times,
        f"{one}/extend": {"ends_at": times["ends_at"]},
        f"{one}/cancel": {"reason": "weather"},
        f"{one}/guests": {"name": "Aunt"},
        f"{one}/documentation/revisions": {"statements": [statement], "based_on": 0, "reason": "typo"},
        f"{one}/documentation/approve": {"revision": 1},
        f"{one}/documentation/request-changes": {"revision": 1, "reason": "more detail"},
        "/v1/join/{session_id}/credentials": {"link": link},
        "/v1/join/{session_id}/quality": {"link": link, "samples": [sample()]},
    }


def sample(**values: Any) -> Json:
    """What the join page measures."""
    return {
        "at": datetime.now(UTC).isoformat(),
        "connection_quality": "good",
        "audio_only": False,
        "packets_lost": 3,
        "jitter_ms": 1.5,
        "audio_concealed_ratio": 0.01,
    } | values
