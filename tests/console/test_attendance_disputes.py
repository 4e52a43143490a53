"""A family says that its child was there; the school sets the attendance with a reason, beside what was measured."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.sessions.states import SessionState
from models.session import Session
from signing.links import DisputeLink, address_fingerprint
from tests.campus import HOUR, Json, School, problem_of, school
from tests.console.taught import Hall
from tests.links import open_link

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def opened(hall: Hall) -> AsyncIterator[School]:
    async with school(hall.campus) as found:
        yield found


async def missed_class(opened: School, starts_in: timedelta) -> str:
    """A class that is over, to which nobody came."""
    session_id = await opened.book(starts_in)
    started = datetime.now(UTC) - 2 * HOUR
    async with opened.transaction() as db:
        row = await db.get_one(Session, UUID(session_id))
        row.state, row.live_at, row.ended_at = SessionState.DOCUMENTING, started, started + HOUR
        row.starts_at, row.ends_at = started, started + HOUR
    return session_id


async def attendance(opened: School, session_id: str) -> Json:
    """Of the first student."""
    people = await opened.get(f"/v1/sessions/{session_id}/participants")
    own = next(one for one in people if one["student_id"] == opened.ids["student 0"])
    rows = await opened.get(f"/v1/sessions/{session_id}/attendance")
    found: Json = next(row for row in rows if row["participant_id"] == own["id"])
    return found


async def link(opened: School, session_id: str, number: int = 0) -> str:
    """As the mail to a guardian has it."""
    address = f"guardian{number}.{opened.id}@family.example"
    guardian = (await opened.get(f"/v1/guardians?email={address}"))["items"][0]
    row = await attendance(opened, session_id)
    made = DisputeLink(
        opened.id,
        UUID(session_id),
        UUID(row["participant_id"]),
        "guardian",
        UUID(guardian["id"]),
        address_fingerprint(address),
    )
    return opened.campus.links.dispute_url(made, datetime.now(UTC) + HOUR)


async def disputes(opened: School, session_id: str) -> list[Json]:
    found = await opened.get(f"/v1/sessions/{session_id}/exceptions")
    return [case for case in found if case["kind"] == "attendance_disputed"]


async def test_a_dispute_is_a_case_with_the_evidence_and_is_settled_by_the_school(
    hall: Hall, opened: School
) -> None:
    session_id = await missed_class(opened, 3 * HOUR)
    row = await attendance(opened, session_id)
    assert (row["status"], row["measured_status"], row["override"]) == ("absent", "absent", None)
    url = await link(opened, session_id)
    async with opened.campus.client() as anybody:
        assert "counts as absent from this class" in (await anybody.get(url)).text
        assert await disputes(opened, session_id) == [], "a scanner that opens the link disputes nothing"
        for _ in range(2):
            assert "Your school will check it." in (await anybody.post(url)).text
    (case,) = await disputes(opened, session_id)
    assert case["state"] == "open"
    assert case["detail"]["student_id"] == opened.ids["student 0"]
    assert case["detail"]["raised_by"].startswith("guardian:")
    assert (case["detail"]["measured_status"], case["detail"]["connections"]) == ("absent", "0")

    async with hall.campus.browser() as staff:
        staff.headers["Sec-Fetch-Site"] = "same-origin"
        path = f"/sessions/{session_id}"
        shown = await open_link(staff, hall.campus.console_url(opened.id, path))
        assert "Count as present" in shown.text
        form = {"status": "present", "reason": "They were in the wrong room."}
        await staff.post(f"{path}/people/{row['participant_id']}/attendance", data=form)
        page = (await staff.get(path)).text
        assert "set to present by the school" in page
        assert "They were in the wrong room." in page
    settled = await attendance(opened, session_id)
    assert (settled["status"], settled["measured_status"]) == ("present", "absent")
    assert settled["override"]["reason"] == "They were in the wrong room."
    assert settled["override"]["set_by"]
    assert [case["state"] for case in await disputes(opened, session_id)] == ["resolved"]
    async with opened.campus.client() as anybody:
        assert "counts as present in this class" in (await anybody.get(url)).text
        await anybody.post(url)
    assert [case["state"] for case in await disputes(opened, session_id)] == ["resolved"]

    assert (
        await opened.api.delete(f"/v1/sessions/{session_id}/attendance/{row['participant_id']}")
    ).status_code == 204
    again = await attendance(opened, session_id)
    assert (again["status"], again["override"]) == ("absent", None)


async def test_another_family_and_a_former_address_dispute_nothing(opened: School) -> None:
    session_id = await missed_class(opened, 5 * HOUR)
    async with opened.campus.client() as anybody:
        others = await link(opened, session_id, number=1)
        assert (await anybody.post(others)).status_code == 403
    assert await disputes(opened, session_id) == []


async def test_attendance_is_set_of_students_of_classes_that_are_over(opened: School) -> None:
    session_id = await opened.book(7 * HOUR)
    people = await opened.get(f"/v1/sessions/{session_id}/participants")
    body = {"status": "present", "reason": "said so"}
    by_role = {one["role"]: one["id"] for one in people}
    path = f"/v1/sessions/{session_id}/attendance"
    problem_of(await opened.api.put(f"{path}/{by_role['student']}", json=body), 409, "transition-refused")
    empty = await opened.api.put(f"{path}/{by_role['student']}", json=body | {"reason": ""})
    assert empty.status_code == 422
    over = await missed_class(opened, 9 * HOUR)
    people = await opened.get(f"/v1/sessions/{over}/participants")
    teacher = next(one["id"] for one in people if one["role"] == "instructor")
    problem_of(await opened.api.put(f"/v1/sessions/{over}/attendance/{teacher}", json=body), 404, "not-found")
