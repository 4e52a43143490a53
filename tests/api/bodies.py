"""A sound body for every route that takes one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.api.campus import Json, School


@dataclass(frozen=True)
class Booked:
    """A school with a class."""

    school: School
    session_id: str
    link: str  # of a student


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


def _times() -> Json:
    start = datetime.now(UTC) + timedelta(days=30)
    return {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}


def _revision() -> Json:
    citation = {"utterance_id": str(uuid4()), "quote": "they add"}
    statement = {"section": "topics", "text": "They added.", "citations": [citation], "outcome": None}
    return {"statements": [statement], "based_on": 0, "reason": "typo"}


def _booking(booked: Booked) -> Json:
    return booked.school.booking(student_ids=[booked.school.ids["student 0"]], time_zone="UTC")


PERSON = {"name": "Mia", "email": "mia@family.example", "language": "en", "time_zone": "UTC"}
POLICY = {
    "reminders_before": ["PT2H"],
    "briefing_before": "PT30M",
    "room_before": 900,
    "grace_after_end": "PT10M",
    "empty_room_for": "PT5M",
    "review_within": "P1D",
    "review_abandoned_after": "P14D",
    "segment_seconds": 30,
    "languages": ["en"],
}
SESSION, JOIN = "/v1/sessions/{session_id}", "/v1/join/{session_id}"

# By the path as OpenAPI writes it. Each is accepted, or refused for nothing that is wrong with the body.
BODIES: dict[str, Callable[[Booked], Json]] = {
    "/v1/organizations": lambda _: {"name": "School", "time_zone": "Europe/Madrid", "language": "es"},
    "/v1/policy": lambda _: POLICY,
    "/v1/guardians": lambda _: PERSON,
    "/v1/instructors": lambda _: PERSON,
    "/v1/students": lambda b: {"name": "Mia", "guardian_ids": [b.school.ids["guardian"]], "time_zone": "UTC"},
    "/v1/courses": lambda _: {"title": "Algebra", "subject": "Sums", "level": "6", "topics": ["Sets"]},
    "/v1/enrollments": lambda b: {
        "course_id": b.school.ids["course"],
        "student_id": b.school.ids["student 0"],
    },
    "/v1/sessions": _booking,
    f"{SESSION}/reschedule": lambda _: _times(),
    f"{SESSION}/extend": lambda _: {"ends_at": _times()["ends_at"]},
    f"{SESSION}/cancel": lambda _: {"reason": "weather"},
    f"{SESSION}/guests": lambda _: {"name": "Aunt"},
    f"{SESSION}/documentation/revisions": lambda _: _revision(),
    f"{SESSION}/documentation/approve": lambda _: {"revision": 1},
    f"{SESSION}/documentation/request-changes": lambda _: {"revision": 1, "reason": "more detail"},
    f"{JOIN}/credentials": lambda b: {"link": b.link},
    f"{JOIN}/quality": lambda b: {"link": b.link, "samples": [sample()]},
}
