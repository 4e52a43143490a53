"""Sets up the demo's organization and books its class, through the API as an integrator would."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.api_client import Api
from cli.demo_class.script import Speaker

STARTS_IN = timedelta(seconds=22)
LASTS = timedelta(minutes=3)

# Short times, so that the whole class takes minutes. The workflow is that of every class.
POLICY = {
    "reminders_before": ["PT17S"],
    "briefing_before": "PT14S",
    "room_before": "PT12S",
    "grace_after_end": "PT60S",
    "empty_room_for": "PT4S",
    "empty_room_ends_after": "PT0S",
    "segment_seconds": 8,
}
NAMES = {
    Speaker.INSTRUCTOR: "Ada Okafor",
    Speaker.FIRST_STUDENT: "Noor Haddad",
    Speaker.SECOND_STUDENT: "Leo Lindqvist",
}


@dataclass(frozen=True)
class BookedClass:
    session_id: str
    organization_id: str
    workflow_url: str
    links: dict[str, str]  # display name to join link
    guest_link: str


def open_school(base_url: str, admin_token: str, policy: dict[str, Any] = POLICY) -> tuple[str, Api]:
    """Create an organization with the demo's policy; returns its id and an API client for it."""
    operator = Api(base_url, admin_token)
    created = operator.post("/v1/organizations", {"name": "Harbour Tutoring", "time_zone": "UTC"})
    operator.close()
    api = Api(base_url, created["api_key"])
    api.patch("/v1/policy", policy)
    return created["id"], api


def book_class(
    api: Api, organization_id: str, *, starts_in: timedelta = STARTS_IN, lasts: timedelta = LASTS
) -> BookedClass:
    """Add two families, an instructor and a course, and book a class that starts shortly."""
    people = {
        "instructor_id": api.post(
            "/v1/instructors", {"name": NAMES[Speaker.INSTRUCTOR], "email": "ada.okafor@harbour.example"}
        )["id"]
    }
    families = (
        (NAMES[Speaker.FIRST_STUDENT], "Samira Haddad", "samira.haddad@family.example", "en"),
        (NAMES[Speaker.SECOND_STUDENT], "Elena Lindqvist", "elena.lindqvist@family.example", "es"),
    )
    course = api.post(
        "/v1/courses",
        {
            "title": "Mathematics, year 6",
            "subject": "Mathematics",
            "topics": ["Adding fractions", "Subtracting fractions"],
        },
    )
    for student_name, guardian_name, address, language in families:
        guardian = api.post("/v1/guardians", {"name": guardian_name, "email": address, "language": language})
        student = api.post("/v1/students", {"name": student_name, "guardian_ids": [guardian["id"]]})
        api.post("/v1/enrollments", {"course_id": course["id"], "student_id": student["id"]})
    starts_at = datetime.now(UTC) + starts_in
    booked = api.post(
        "/v1/sessions",
        {
            "course_id": course["id"],
            "topic_ids": course["topic_ids"][:1],
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + lasts).isoformat(),
            **people,
        },
    )
    links = api.get(f"/v1/sessions/{booked['id']}/join-links")
    guest = api.post(f"/v1/sessions/{booked['id']}/guests", {"name": "Guest"})
    return BookedClass(
        session_id=booked["id"],
        organization_id=organization_id,
        workflow_url=booked["workflow_url"],
        links={link["name"]: link["url"] for link in links},
        guest_link=guest["url"],
    )
