"""Booking, slots, quotes and candidates agree on who may teach a class: requirements, and unknown qualifications."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.campus import HOUR, Campus, School, problem_of, school

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def shore(campus: Campus) -> AsyncIterator[School]:
    """A school of its own, whose rules start empty."""
    async with school(campus) as opened:
        yield opened


async def agreed(shore: School, start: datetime, instructor: str, course: str) -> list[str]:
    """The rules that refuse an instructor, on which slots, a quote and a booking agree."""
    asked: dict[str, Any] = {"course_id": course, "student_ids": [shore.ids["student 0"]]}
    times = {"starts_at": start.isoformat(), "ends_at": (start + HOUR).isoformat()}
    query = {
        "from": times["starts_at"],
        "to": times["ends_at"],
        "length": "PT1H",
        "instructor_id": instructor,
    }
    query |= {"course_id": course, "student_ids": asked["student_ids"], "explain": "true"}
    answer = await shore.api.get("/v1/slots", params=query)
    assert answer.is_success, answer.text
    (slot,) = answer.json()["items"]
    quote = await shore.post("/v1/quotes", asked | times)
    booked = await shore.api.post(
        "/v1/sessions",
        json=asked | times | {"instructor_id": instructor},
        headers={"Idempotency-Key": str(uuid4())},
    )
    rules = [one["rule"] for refused in slot["cannot_teach"] for one in refused["rules"]]
    quoted = [one["rule"] for own in quote["refused"] if own["id"] == instructor for one in own["rules"]]
    assert rules == quoted
    if rules:
        assert problem_of(booked, 409, "instructor-unavailable")["rules"] == ",".join(rules)
        told = [one["text"] for own in slot["cannot_teach"] for one in own["rules"]]
        assert booked.json()["detail"] == " ".join(told)
    else:
        assert booked.status_code == 201, booked.text
        session = booked.json()["id"]
        assert (await shore.get(f"/v1/sessions/{session}/candidates"))["instructor_id"] == instructor
    return rules


async def test_booking_slots_and_quotes_agree_on_what_a_course_requires(shore: School) -> None:
    start = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=9)
    person = {"name": "Ben Ito", "email": f"{uuid4()}@harbour.example"}
    last = (start - timedelta(days=2)).date()
    held = {"name": "First Aid", "number": "FA-1", "issued_on": None, "expires_on": last.isoformat()}
    ben = await shore.post(
        "/v1/instructors", person | {"certificates": [held], "teaching_languages": ["en", "es"]}
    )
    assert (ben["certificates"], ben["teaching_languages"]) == ([held], ["en", "es"])
    required = {"required_certificates": ["First Aid"], "teaching_language": "es"}
    course = (await shore.post("/v1/courses", {"title": "Swimming", "subject": "Sport"} | required))["id"]
    assert await agreed(shore, start, ben["id"], course) == ["certificate"]
    url = f"/v1/instructors/{ben['id']}"
    stale = await shore.api.patch(url, json={"certificates": []}, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    renewed: dict[str, Any] = {"certificates": [held, {"name": "First Aid"}]}
    await shore.change(url, renewed)
    assert await agreed(shore, start, ben["id"], course) == []
    assert await agreed(shore, start + 2 * HOUR, shore.ids["instructor"], course) == [
        "language",
        "certificate",
    ]

    await shore.change(f"/v1/students/{shore.ids['student 0']}", {"class_hours": [
        {"weekday": start.weekday(), "start": "00:00", "end": "01:00"},
    ]})  # fmt: skip
    quote = await shore.post("/v1/quotes", {
        "course_id": course, "student_ids": [shore.ids["student 0"]],
        "starts_at": (start + 4 * HOUR).isoformat(), "ends_at": (start + 5 * HOUR).isoformat(),
    })  # fmt: skip
    assert quote["busy_student_ids"] == [shore.ids["student 0"]]
    await shore.change(f"/v1/students/{shore.ids['student 0']}", {"class_hours": []})


async def test_one_rule_decides_on_instructors_without_known_qualifications(shore: School) -> None:
    start = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=11)
    person = {"name": "Cora Lang", "email": f"{uuid4()}@harbour.example"}
    cora = (await shore.post("/v1/instructors", person))["id"]
    course = shore.ids["course"]
    assert await agreed(shore, start, cora, course) == []
    saved = await shore.api.put(
        "/v1/scheduling-rules", json={"rules": {"parameters": {"assume_qualified": False}}, "note": ""}
    )
    await shore.post("/v1/scheduling-rules/publish", {"number": saved.json()["draft"]["number"]})
    assert await agreed(shore, start + 2 * HOUR, cora, course) == ["not_qualified"]


async def test_certificates_and_hours_are_imported_from_csv(shore: School) -> None:
    mail = f"{uuid4()}@harbour.example"
    rows = f'name,email,certificates,background_checks\nDan Roy,{mail},"First Aid:2030-12-03;Swim",DBS:2031-01-01\n'
    answer = await shore.api.post(
        "/v1/instructors/bulk", content=rows, headers={"Content-Type": "text/csv", "Idempotency-Key": mail}
    )
    assert '"taken":1' in answer.text, answer.text
    (dan,) = (await shore.api.get("/v1/instructors", params={"email": mail})).json()["items"]
    assert [(one["name"], one["expires_on"]) for one in dan["certificates"]] == [
        ("First Aid", "2030-12-03"),
        ("Swim", None),
    ]
    assert dan["background_checks"] == [{"kind": "DBS", "valid_until": "2031-01-01"}]
    rows = f'name,class_hours\nMia {mail},"Monday 15:00-19:00; tue 9:00-24:00"\n'
    answer = await shore.api.post(
        "/v1/students/bulk", content=rows, headers={"Content-Type": "text/csv", "Idempotency-Key": mail + "s"}
    )
    assert '"taken":1' in answer.text, answer.text
