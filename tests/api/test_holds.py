"""Holds keep time for a booking: nobody else gets it, the booking takes it over, and an expired hold blocks nobody."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from tests.api.holds import expire
from tests.campus import HOUR, Json, School, problem_of

pytestmark = pytest.mark.adapter

WRITERS = 16


def wanted(harbour: School, **changes: Any) -> Json:
    """A body that holds the time of a class of both students."""
    body = harbour.booking()
    del body["topic_ids"]
    return body | changes


def booking_of(hold: Json) -> Json:
    names = ("course_id", "instructor_id", "starts_at", "ends_at")
    return {name: hold[name] for name in names} | {"hold_id": hold["id"]}


def booked_times(harbour: School, session_id: str) -> list[Any]:
    query = "select person_id, during from booked_time where session_id = %s order by person_id"
    with psycopg.connect(harbour.campus.database.superuser) as connection:
        return connection.execute(query, [session_id]).fetchall()


async def test_held_time_is_kept_until_it_is_booked(harbour: School) -> None:
    body, headers = wanted(harbour), {"Idempotency-Key": str(uuid4())}
    answers = [await harbour.api.post("/v1/holds", json=body, headers=headers) for _ in range(2)]
    hold = answers[0].json()
    assert [answer.json() for answer in answers] == [hold, hold]
    assert hold["whole_course"]
    assert set(hold["student_ids"]) == {harbour.ids["student 0"], harbour.ids["student 1"]}
    assert await harbour.get(f"/v1/holds/{hold['id']}") == hold
    assert (await harbour.get("/v1/holds"))["items"] == [hold]

    taken = await harbour.api.post("/v1/sessions", json=harbour.booking())
    problem = problem_of(taken, 409, "double-booked")
    assert problem["clashing_hold_id"] == hold["id"]
    assert problem["clashing_starts_at"] == hold["starts_at"].replace("Z", "+00:00")
    assert "is held for another booking" in problem["detail"]
    assert "when the hold expires" in problem["next_step"]

    before = harbour.rows()
    booked = await harbour.post("/v1/sessions", booking_of(hold))
    assert harbour.rows() - before == {"session": 1, "participant": 3}
    assert before - harbour.rows() == {"time_hold": 1}
    assert booked["participants"] == 3
    problem_of(await harbour.api.get(f"/v1/holds/{hold['id']}"), 404, "not-found")
    problem_of(await harbour.api.post("/v1/sessions", json=booking_of(hold)), 410, "hold-ended")
    named = problem_of(await harbour.api.post("/v1/holds", json=wanted(harbour)), 409, "double-booked")
    assert named["clashing_session_id"] == booked["id"]


async def test_a_hold_that_expired_is_in_nobodys_way_before_it_is_swept(harbour: School) -> None:
    hold = await harbour.post("/v1/holds", wanted(harbour))
    expire(harbour, hold)
    assert (await harbour.get("/v1/holds"))["items"] == []
    problem_of(await harbour.api.post("/v1/sessions", json=booking_of(hold)), 410, "hold-ended")
    problem_of(await harbour.api.delete(f"/v1/holds/{hold['id']}"), 404, "not-found")
    await harbour.post("/v1/sessions", harbour.booking())


async def test_a_released_hold_frees_its_time(harbour: School) -> None:
    hold = await harbour.post("/v1/holds", wanted(harbour))
    assert (await harbour.api.delete(f"/v1/holds/{hold['id']}")).status_code == 204
    assert harbour.rows()["booked_time"] == 0
    await harbour.post("/v1/holds", wanted(harbour))


async def test_a_hold_of_a_subject_becomes_a_class_of_a_course_of_it(harbour: School) -> None:
    body = wanted(harbour, course_id=None, subject="sums", student_ids=[], ttl="PT30S")
    hold = await harbour.post("/v1/holds", body)
    assert (hold["course_id"], hold["student_ids"], hold["whole_course"]) == (None, [], False)
    booking = booking_of(hold) | {"course_id": harbour.ids["course"]}
    late = booking | {"ends_at": booking["starts_at"]}
    problem_of(await harbour.api.post("/v1/sessions", json=late), 422, "invalid-input")
    longer = datetime.fromisoformat(booking["ends_at"]) + HOUR
    other = booking | {"ends_at": longer.isoformat(), "student_ids": [harbour.ids["student 0"]]}
    problem = problem_of(await harbour.api.post("/v1/sessions", json=other), 422, "invalid-input")
    assert "ends_at" in problem["detail"]
    await harbour.post("/v1/sessions", booking | {"student_ids": [harbour.ids["student 0"]]})


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"starts_at": "2001-01-01T00:00:00Z"}, 422, "booking-in-past"),
        ({"course_id": None}, 422, "invalid-input"),
        ({"subject": "Sums"}, 422, "invalid-input"),
        ({"ttl": "P2D"}, 422, "invalid-input"),
        ({"instructor_id": str(UUID(int=7))}, 422, "unknown-reference"),
    ],
)
async def test_what_cannot_be_booked_cannot_be_held(
    harbour: School, changes: Json, status: int, code: str
) -> None:
    before = harbour.rows()
    problem_of(await harbour.api.post("/v1/holds", json=wanted(harbour, **changes)), status, code)
    assert harbour.rows() == before


async def test_the_rules_about_the_instructor_hold_for_a_hold(harbour: School) -> None:
    body = wanted(harbour)
    leave = {"leave": [{"starts_at": body["starts_at"], "ends_at": body["ends_at"]}]}
    path = f"/v1/instructors/{harbour.ids['instructor']}/availability"
    assert (await harbour.api.put(path, json=leave)).is_success
    problem = problem_of(await harbour.api.post("/v1/holds", json=body), 409, "instructor-unavailable")
    assert problem["detail"] == "Ada Okafor is on leave at that time."
    assert harbour.rows()["time_hold"] == 0


async def test_one_of_many_racing_writers_of_a_slot_wins_and_the_others_are_told_of_it(
    harbour: School,
) -> None:
    """Bookings, holds and moves of one instructor at once, each with a student of its own."""
    students = [await harbour.add_student(f"Student {number}") for number in range(WRITERS)]
    start = datetime.now(UTC).replace(second=0, microsecond=0) + 72 * HOUR

    def span(number: int) -> Json:
        """Any two of them overlap."""
        begins = start + number * timedelta(minutes=2)
        return {"starts_at": begins.isoformat(), "ends_at": (begins + HOUR).isoformat()}

    moved = {
        number: await harbour.book((24 + 2 * number) * HOUR, student_ids=[students[number]])
        for number in range(WRITERS)
        if number % 4 == 3
    }
    before = {session_id: booked_times(harbour, session_id) for session_id in moved.values()}

    async def write(number: int) -> httpx.Response:
        if number in moved:
            return await harbour.api.post(f"/v1/sessions/{moved[number]}/reschedule", json=span(number))
        body = wanted(harbour, student_ids=[students[number]], **span(number))
        return await harbour.api.post("/v1/holds" if number % 2 else "/v1/sessions", json=body)

    answers = await asyncio.gather(*map(write, range(WRITERS)))
    won = [number for number, answer in enumerate(answers) if answer.is_success]
    assert len(won) == 1
    for answer in answers:
        if answer.is_success:
            continue
        problem = problem_of(answer, 409, "double-booked")
        assert "Ada Okafor" in problem["detail"]
        assert problem["clashing_starts_at"] == span(won[0])["starts_at"]
        assert problem["clashing_ends_at"] == span(won[0])["ends_at"]
    for number, session_id in moved.items():
        if number not in won:
            assert booked_times(harbour, session_id) == before[session_id]
    ends = datetime.fromisoformat(span(won[0])["ends_at"])
    starts = datetime.fromisoformat(span(won[0])["starts_at"])
    for begins in (ends, starts - HOUR):
        touching = {"starts_at": begins.isoformat(), "ends_at": (begins + HOUR).isoformat()}
        await harbour.post("/v1/sessions", wanted(harbour, student_ids=[students[0]], **touching))
