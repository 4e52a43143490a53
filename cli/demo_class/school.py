"""Sets up the demo's organization and books its class, through the API as an integrator would."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from cli.api_client import Api, ApiError
from cli.demo_class.script import Speaker
from cli.json_types import Json
from cli.local.home import write_private

STARTS_IN = timedelta(seconds=22)
LASTS = timedelta(minutes=5)

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
    organization_id, api, _ = _create_school(base_url, admin_token, policy)
    return organization_id, api


def _create_school(base_url: str, admin_token: str, policy: dict[str, Any]) -> tuple[str, Api, str]:
    operator = Api(base_url, admin_token)
    created = operator.post("/v1/organizations", {"name": "Harbour Tutoring", "time_zone": "UTC"})
    operator.close()
    api = Api(base_url, created["api_key"])
    api.patch("/v1/policy", policy)
    return created["id"], api, created["api_key"]


def reopen_school(base_url: str, admin_token: str, kept_at: Path) -> tuple[str, Api]:
    """The organization of the demos before, whose id and key are kept in a file; a new one if there is none."""
    if kept := _kept_school(base_url, kept_at):
        return kept
    organization_id, api, key = _create_school(base_url, admin_token, POLICY)
    kept_at.parent.mkdir(parents=True, exist_ok=True)
    write_private(kept_at, json.dumps({"id": organization_id, "api_key": key}))
    return organization_id, api


def _kept_school(base_url: str, kept_at: Path) -> tuple[str, Api] | None:
    """The organization of the file; None on the first demo, and after the stack was reset or replaced."""
    try:
        kept = json.loads(kept_at.read_text())
        organization_id, key = kept["id"], kept["api_key"]
    except (FileNotFoundError, ValueError, KeyError):
        return None
    api = Api(base_url, key)
    try:
        if api.get("/v1/organization")["id"] == organization_id:
            return organization_id, api
    except ApiError:
        pass
    api.close()
    return None


def book_class(
    api: Api, organization_id: str, *, starts_in: timedelta = STARTS_IN, lasts: timedelta = LASTS
) -> BookedClass:
    """Add two families, an instructor and a course where they are missing, and book a class that starts shortly."""
    instructor = _ensured(
        api, "/v1/instructors",
        {"name": NAMES[Speaker.INSTRUCTOR], "email": "ada.okafor@harbour.example", "external_id": "demo-ada"},
    )  # fmt: skip
    families = (
        (NAMES[Speaker.FIRST_STUDENT], "Samira Haddad", "samira.haddad@family.example", "en"),
        (NAMES[Speaker.SECOND_STUDENT], "Elena Lindqvist", "elena.lindqvist@family.example", "es"),
    )
    course = _ensured(
        api,
        "/v1/courses",
        {
            "external_id": "demo-mathematics",
            "title": "Mathematics, year 6",
            "subject": "Mathematics",
            "topics": ["Adding fractions", "Subtracting fractions"],
        },
    )
    for number, (student_name, guardian_name, address, language) in enumerate(families, 1):
        guardian = _ensured(
            api, "/v1/guardians",
            {"name": guardian_name, "email": address, "language": language, "external_id": f"demo-{number}"},
        )  # fmt: skip
        student = _ensured(
            api, "/v1/students",
            {"name": student_name, "guardian_ids": [guardian["id"]], "external_id": f"demo-{number}"},
        )  # fmt: skip
        _ensured(
            api, "/v1/enrollments",
            {"course_id": course["id"], "student_id": student["id"], "external_id": f"demo-{number}"},
        )  # fmt: skip
    starts_at = max(datetime.now(UTC) + starts_in, _busy_until(api, instructor["id"]))
    booked = api.post(
        "/v1/sessions",
        {
            "course_id": course["id"],
            "topic_ids": _topics(api, course["id"])[:1],
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + lasts).isoformat(),
            "instructor_id": instructor["id"],
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


def _ensured(api: Api, path: str, row: Json) -> Json:
    """The row with this external id; added if it is missing."""
    found: Json | None = next(api.pages(path, external_id=row["external_id"]), None)
    return found or cast("Json", api.post(path, row))


def _topics(api: Api, course_id: str) -> list[str]:
    """The course's topics, in order."""
    topics = sorted(api.pages("/v1/topics", course_id=course_id), key=lambda topic: int(topic["position"]))
    return [topic["id"] for topic in topics]


def _busy_until(api: Api, instructor_id: str) -> datetime:
    """The planned end of the instructor's last class: a demo that is run again soon comes after it."""
    classes = api.pages("/v1/sessions", instructor_id=instructor_id)
    ends = (datetime.fromisoformat(one["ends_at"]) for one in classes if one["state"] != "cancelled")
    return max(ends, default=datetime.now(UTC))
