"""Booking and moving classes: a refusal leaves no rows, an accepted booking has a workflow."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.errors import TransitionRefused
from services.inputs.sessions import NewSession
from tests.campus import HOUR, Campus, School, problem_of
from wiring.temporal import connect
from workflows.client import session_workflow_id

pytestmark = pytest.mark.adapter

NOBODY = str(UUID(int=7))


async def refused(school: School, status: int, code: str, **changes: Any) -> dict[str, Any]:
    """Books with these changes and expects a refusal that leaves no rows; returns the problem."""
    before = school.rows()
    answer = await school.api.post("/v1/sessions", json=school.booking(**changes))
    assert school.rows() == before
    return problem_of(answer, status, code)


async def test_a_booking_creates_a_session_with_participants_and_a_workflow(
    harbour: School, campus: Campus
) -> None:
    before = harbour.rows()
    booked = await harbour.post("/v1/sessions", harbour.booking())
    assert harbour.rows() - before == {"session": 1, "participant": 3, "booked_time": 3, "session_topic": 1}
    assert booked["participants"] == 3
    assert booked["workflow_url"].endswith(session_workflow_id(booked["id"]))
    seen = await harbour.get(f"/v1/sessions/{booked['id']}")
    assert (seen["state"], seen["title"]) == ("scheduled", "Adding fractions")
    client = await connect(campus.settings.temporal_address, campus.settings.temporal_namespace)
    running = await client.get_workflow_handle(session_workflow_id(booked["id"])).describe()
    assert running.status is not None
    assert running.status.name == "RUNNING"


@pytest.mark.parametrize("starts_in", [timedelta(seconds=-1), -HOUR, timedelta(days=-4000)])
async def test_a_booking_in_the_past_is_refused(harbour: School, starts_in: timedelta) -> None:
    await refused(harbour, 422, "booking-in-past", starts_in=starts_in)


@pytest.mark.parametrize("lasts", [timedelta(0), -HOUR, timedelta(hours=12, seconds=1), timedelta(days=365)])
async def test_an_invalid_length_is_refused(harbour: School, lasts: timedelta) -> None:
    await refused(harbour, 422, "invalid-input", lasts=lasts)


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+14:00",
        "1999-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "2031-02-30T10:00:00Z",
        "2031-02-03T10:00:00",  # in which zone?
        "tomorrow",
        "",
        None,
    ],
)
@pytest.mark.parametrize("field", ["starts_at", "ends_at"])
async def test_an_invalid_time_is_refused(harbour: School, field: str, moment: str | None) -> None:
    problem = await refused(harbour, 422, "invalid-input", **{field: moment})
    assert [field["where"] for field in problem["fields"]] == [f"body.{field}"]


async def test_times_with_any_utc_offset_are_accepted(harbour: School) -> None:
    starts_at = (datetime.now(UTC) + 48 * HOUR).replace(microsecond=0)
    there = starts_at.astimezone(tz=datetime.strptime("+0530", "%z").tzinfo)
    body = harbour.booking() | {"starts_at": there.isoformat(), "ends_at": (there + HOUR).isoformat()}
    booked = await harbour.post("/v1/sessions", body)
    seen = await harbour.get(f"/v1/sessions/{booked['id']}")
    assert datetime.fromisoformat(seen["starts_at"]) == starts_at


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"course_id": NOBODY}, "unknown-reference"),
        ({"course_id": NOBODY, "student_ids": None}, "unknown-reference"),
        ({"instructor_id": NOBODY}, "unknown-reference"),
        ({"student_ids": [NOBODY]}, "unknown-reference"),
        ({"topic_ids": [NOBODY]}, "unknown-reference"),
        ({"student_ids": []}, "invalid-input"),
        ({"student_ids": [NOBODY] * 2}, "invalid-input"),
        ({"topic_ids": [NOBODY] * 2}, "invalid-input"),
        pytest.param(
            {"student_ids": [str(UUID(int=n)) for n in range(501)]}, "invalid-input", id="501 students"
        ),
        ({"time_zone": "Mars/Olympus"}, "invalid-input"),
        ({"course_id": "1' or '1'='1"}, "invalid-input"),
        ({"priority": "high"}, "invalid-input"),
    ],
    ids=str,
)
async def test_invalid_references_and_fields_are_refused(
    harbour: School, changes: dict[str, Any], code: str
) -> None:
    await refused(harbour, 422, code, **changes)


async def test_somebody_who_is_retired_is_named(harbour: School) -> None:
    colleague = {"name": "Ben Okoro", "email": f"{uuid4()}@school.example"}
    key = (await harbour.post("/v1/instructors", colleague))["id"]
    await harbour.api.delete(f"/v1/instructors/{key}")
    problem = await refused(harbour, 422, "unknown-reference", instructor_id=key)
    assert problem["detail"] == "Ben Okoro is retired"
    assert problem["retired_id"] == key


async def test_a_topic_of_another_course_is_refused(harbour: School) -> None:
    course = await harbour.post("/v1/courses", {"title": "Algebra", "subject": "Sums", "topics": ["Sets"]})
    await refused(harbour, 422, "unknown-reference", topic_ids=course["topic_ids"])


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("course_id", "course"),
        ("instructor_id", "instructor"),
        ("student_ids", "student 0"),
        ("topic_ids", "topic"),
    ],
)
async def test_references_to_another_organizations_rows_are_refused(
    harbour: School, other: School, field: str, kind: str
) -> None:
    theirs = other.ids[kind]
    value = [theirs] if field.endswith("s") else theirs
    problem = await refused(harbour, 422, "unknown-reference", **{field: value})
    assert "organization" not in problem["detail"], "nobody is told that it exists elsewhere"


async def test_booking_everybody_of_a_course_without_students_is_refused(harbour: School) -> None:
    empty = await harbour.post("/v1/courses", {"title": "Nobody's", "subject": "Sums"})
    await refused(harbour, 422, "invalid-input", course_id=empty["id"], topic_ids=[])


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=59), timedelta(minutes=-59)])
async def test_an_instructor_cannot_be_in_two_classes(harbour: School, later: timedelta) -> None:
    first = harbour.booking(student_ids=[harbour.ids["student 0"]])
    booked = await harbour.post("/v1/sessions", first)
    problem = await refused(
        harbour, 409, "double-booked", starts_in=48 * HOUR + later, student_ids=[harbour.ids["student 1"]]
    )
    assert problem["detail"].startswith("Ada Okafor has another class at that time: “Adding fractions”, ")
    assert problem["detail"].endswith("(UTC)")
    assert problem["clashing_session_id"] == booked["id"]
    assert problem["clashing_person_id"] == harbour.ids["instructor"]


async def test_a_student_cannot_be_in_two_classes(harbour: School) -> None:
    first = await harbour.book()
    person = {"name": "Ben", "email": "ben@harbour.example"}
    ben = (await harbour.post("/v1/instructors", person))["id"]
    student = [harbour.ids["student 1"]]
    problem = await refused(harbour, 409, "double-booked", instructor_id=ben, student_ids=student)
    assert problem["detail"].startswith("Leo Lindqvist has another class at that time: “Adding fractions”, ")
    assert problem["clashing_session_id"] == first


async def test_only_one_of_concurrent_bookings_for_the_same_time_succeeds(harbour: School) -> None:
    before, body = harbour.rows(), harbour.booking()
    answers = await asyncio.gather(*(harbour.api.post("/v1/sessions", json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    for answer in answers:
        if answer.status_code == 409:
            problem_of(answer, 409, "double-booked")
    assert harbour.rows() - before == {"session": 1, "participant": 3, "booked_time": 3, "session_topic": 1}


async def test_cancelling_frees_the_booked_time(harbour: School) -> None:
    body = harbour.booking()
    first = (await harbour.post("/v1/sessions", body))["id"]
    await harbour.post(f"/v1/sessions/{first}/cancel", {"reason": "weather"})
    await harbour.run_until(first, "cancelled")
    await harbour.post("/v1/sessions", body)


async def test_moving_a_class_onto_another_is_refused(harbour: School) -> None:
    first = harbour.booking()
    await harbour.post("/v1/sessions", first)
    second = await harbour.book(72 * HOUR)
    before = await harbour.get(f"/v1/sessions/{second}")
    to = {"starts_at": first["starts_at"], "ends_at": first["ends_at"]}
    answer = await harbour.api.post(f"/v1/sessions/{second}/reschedule", json=to)
    assert "“Adding fractions”" in problem_of(answer, 409, "double-booked")["detail"]
    assert await harbour.get(f"/v1/sessions/{second}") == before


async def test_moving_a_class_frees_its_old_time(harbour: School) -> None:
    session_id, later = await harbour.book(), harbour.booking(96 * HOUR)
    to = {"starts_at": later["starts_at"], "ends_at": later["ends_at"]}
    await harbour.post(f"/v1/sessions/{session_id}/reschedule", to)
    seen = await harbour.get(f"/v1/sessions/{session_id}")
    assert datetime.fromisoformat(seen["starts_at"]) == datetime.fromisoformat(to["starts_at"])
    await harbour.book()


@pytest.mark.parametrize(
    ("starts_in", "lasts", "code"),
    [
        (-HOUR, HOUR, "booking-in-past"),
        (HOUR, -HOUR, "invalid-input"),
        (HOUR, timedelta(days=2), "invalid-input"),
    ],
)
async def test_an_invalid_move_is_refused(
    harbour: School, starts_in: timedelta, lasts: timedelta, code: str
) -> None:
    session_id = await harbour.book()
    before = await harbour.get(f"/v1/sessions/{session_id}")
    body = harbour.booking(starts_in, lasts)
    to = {"starts_at": body["starts_at"], "ends_at": body["ends_at"]}
    problem_of(await harbour.api.post(f"/v1/sessions/{session_id}/reschedule", json=to), 422, code)
    assert await harbour.get(f"/v1/sessions/{session_id}") == before


@pytest.mark.parametrize("command", ["extend", "end"])
async def test_a_class_that_has_not_begun_cannot_be_ended_or_extended(harbour: School, command: str) -> None:
    session_id = await harbour.book()
    body = {"ends_at": harbour.booking(lasts=2 * HOUR)["ends_at"]} if command == "extend" else None
    answer = await harbour.api.post(f"/v1/sessions/{session_id}/{command}", json=body)
    problem_of(answer, 409, "transition-refused")


async def test_a_reason_is_one_of_the_codes(harbour: School) -> None:
    """The reason stands in the history of the class's workflow, which holds nothing that people write."""
    session_id = await harbour.book()
    answer = await harbour.api.post(
        f"/v1/sessions/{session_id}/cancel", json={"reason": "ada_lovelace_is_ill"}
    )
    assert "instructor_unavailable" in problem_of(answer, 422, "invalid-input")["fields"][0]["problem"]


async def test_a_cancelled_class_has_a_reason_and_no_absentees(harbour: School) -> None:
    session_id = await harbour.book()
    path = f"/v1/sessions/{session_id}"
    people = await harbour.get(f"{path}/participants")
    assert {person["attended"] for person in people} == {False}
    await harbour.post(f"{path}/cancel", {"reason": "holiday"})
    await harbour.run_until(session_id, "cancelled")
    assert (await harbour.get(path))["cancel_reason"] == "holiday"
    assert await harbour.get(f"{path}/attendance") == []
    people = await harbour.get(f"{path}/participants")
    assert {(person["attended"], person["present"]) for person in people} == {(None, False)}
    exported = await harbour.api.get("/v1/exports/attendance.jsonl")
    assert session_id not in exported.text


async def test_the_same_session_id_with_other_values_is_refused(harbour: School) -> None:
    """No door takes ids from its callers; the use case refuses it all the same."""
    classes = harbour.campus.app.state.homeroom.classes
    session_id = uuid4()
    new = NewSession.model_validate(harbour.booking())
    booked = await classes.book(harbour.id, session_id, new)
    assert await classes.book(harbour.id, session_id, new) == booked
    with pytest.raises(TransitionRefused):
        await classes.book(harbour.id, session_id, NewSession.model_validate(harbour.booking(96 * HOUR)))
    with pytest.raises(TransitionRefused):
        await classes.book(harbour.id, session_id, new.model_copy(update={"external_id": "sis-1"}))


async def test_a_refused_booking_leaves_nothing(harbour: School) -> None:
    """Its external id can be used for the booking that follows."""
    await harbour.book()
    before = harbour.rows()
    refused = await harbour.api.post("/v1/sessions", json=harbour.booking(external_id="sis-1"))
    problem_of(refused, 409, "double-booked")
    assert harbour.rows() == before
    session_id = await harbour.book(96 * HOUR, external_id="sis-1")
    assert (await harbour.get(f"/v1/sessions/{session_id}"))["external_id"] == "sis-1"
    assert harbour.rows()["booking_request"] == 0


async def test_a_cancelled_class_refuses_commands(harbour: School) -> None:
    session_id = await harbour.book()
    await harbour.post(f"/v1/sessions/{session_id}/cancel", {})
    await harbour.run_until(session_id, "cancelled")
    for command, body in (("cancel", {}), ("end", None), ("documentation/approve", {"revision": 1})):
        answer = await harbour.api.post(f"/v1/sessions/{session_id}/{command}", json=body)
        problem_of(answer, 409, "transition-refused")
    problem_of(
        await harbour.api.post(f"/v1/sessions/{session_id}/guests", json={"name": "Aunt"}),
        409,
        "transition-refused",
    )


async def test_sessions_are_listed_by_start_time(harbour: School) -> None:
    late, early = await harbour.book(72 * HOUR), await harbour.book(48 * HOUR)
    assert [session["id"] for session in (await harbour.get("/v1/sessions"))["items"]] == [early, late]
    assert (await harbour.get("/v1/sessions?from=2031-01-01T00:00:00Z"))["items"] == []
    for bad in (
        "from=2031-01-01T00:00:00",
        "from=0001-01-01T00:00:00Z",
        "to=9999-12-31T23:59:59Z",
        "from=now",
    ):
        problem_of(await harbour.api.get(f"/v1/sessions?{bad}"), 422, "invalid-input")
