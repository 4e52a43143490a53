"""Enrolling in a course and leaving it changes its coming classes, and the answer says which."""

import asyncio
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from uuid import uuid4

import pytest
from icalendar import Calendar

from tests.campus import HOUR, School, school
from tests.stack import TestMail, wait_until

pytestmark = pytest.mark.adapter


async def test_who_enrols_joins_the_coming_classes_and_is_told_once(
    harbour: School, mail_sink: TestMail
) -> None:
    first, second = await harbour.book(), await harbour.book(72 * HOUR)
    listed = await harbour.book(96 * HOUR, student_ids=[harbour.ids["student 0"]])
    address = f"{uuid4()}@family.example"
    guardian = (await harbour.post("/v1/guardians", {"name": "Hana", "email": address}))["id"]
    student = (await harbour.post("/v1/students", {"name": "Iris Meyer", "guardian_ids": [guardian]}))["id"]
    enrollment = {"course_id": harbour.ids["course"], "student_id": student}
    enrolled = await harbour.post("/v1/enrollments", enrollment)
    assert enrolled["class_changes"] == {"changed": [first, second], "unchanged": []}
    for session_id in (first, second):
        assert "Iris Meyer" in await harbour.names(session_id)
    assert "Iris Meyer" not in await harbour.names(listed), "it was booked for a list of students"
    await asyncio.to_thread(wait_until, lambda: bool(mail_sink.messages(address)), what="the message")

    left = await harbour.post(f"/v1/enrollments/{enrolled['id']}/leave")
    assert left == {"changed": [first, second], "unchanged": []}
    assert "Iris Meyer" not in await harbour.names(first)
    await asyncio.to_thread(wait_until, lambda: len(mail_sink.messages(address)) == 2, what="the message")
    mails = [mail["subject"] for mail in mail_sink.messages(address)]
    assert sorted(mails) == ["Iris Meyer has left Mathematics", "Iris Meyer is enrolled in Mathematics"]
    assert await harbour.post(f"/v1/enrollments/{enrolled['id']}/leave") == {"changed": [], "unchanged": []}
    again = await harbour.post(f"/v1/enrollments/{enrolled['id']}/restore")
    assert again["class_changes"]["changed"] == [first, second]


async def test_the_message_has_a_calendar_entry_of_each_class(harbour: School, mail_sink: TestMail) -> None:
    """A REQUEST of each for who joins, then a CANCEL with a higher SEQUENCE; a sibling's classes stay, as updates."""
    first, second = await harbour.book(), await harbour.book(72 * HOUR)
    address = f"{uuid4()}@family.example"
    guardian = (await harbour.post("/v1/guardians", {"name": "Hana", "email": address}))["id"]

    async def entries(mails: int) -> list[tuple[str, str, int, str]]:
        """Method, UID, SEQUENCE and description of each entry of the latest mail."""
        found = await asyncio.to_thread(mail_sink.wait_for, address, count=mails)
        parts = [
            part
            for part in message_from_bytes(mail_sink.raw(found[0])).walk()
            if part.get_content_type() == "text/calendar"
        ]
        read = [Calendar.from_ical(_payload(part)) for part in parts]
        assert [part.get_param("method") for part in parts] == [str(one["method"]) for one in read]
        events = [one.walk("VEVENT")[0] for one in read]
        return [
            (str(one["method"]), str(event["uid"]), int(str(event["sequence"])), str(event["description"]))
            for one, event in zip(read, events, strict=True)
        ]

    enrollments = []
    for name in ("Iris Meyer", "Jan Meyer"):
        child = await harbour.post("/v1/students", {"name": name, "guardian_ids": [guardian]})
        enrolled = {"course_id": harbour.ids["course"], "student_id": child["id"]}
        enrollments.append((await harbour.post("/v1/enrollments", enrolled))["id"])
        invited = await entries(len(enrollments))
        assert [entry[:3] for entry in invited] == [
            ("REQUEST", f"{session_id}@homeroom", len(enrollments)) for session_id in (first, second)
        ]
        assert all(f"{name}: http" in entry[3] for entry in invited)
    assert "Iris Meyer: http" in invited[0][3], "the entry has all her children of the class"

    await harbour.post(f"/v1/enrollments/{enrollments[0]}/leave")
    stays = await entries(3)
    assert [entry[:3] for entry in stays] == [
        ("REQUEST", f"{session_id}@homeroom", 3) for session_id in (first, second)
    ]
    assert "Iris" not in stays[0][3]
    await harbour.post(f"/v1/enrollments/{enrollments[1]}/leave")
    assert await entries(4) == [
        ("CANCEL", f"{session_id}@homeroom", 4, "with Ada Okafor") for session_id in (first, second)
    ]


async def test_a_student_with_an_own_address_is_told(harbour: School, mail_sink: TestMail) -> None:
    await harbour.book()
    address = f"{uuid4()}@student.example"
    grown_up = {"name": "Iris Meyer", "email": address, "email_basis": "adult"}
    student = (await harbour.post("/v1/students", grown_up))["id"]
    await harbour.post("/v1/enrollments", {"course_id": harbour.ids["course"], "student_id": student})
    await asyncio.to_thread(wait_until, lambda: bool(mail_sink.messages(address)), what="the message")
    (mail,) = mail_sink.messages(address)
    assert mail["subject"] == "Iris Meyer is enrolled in Mathematics"
    assert "family" not in mail["text"]


async def test_quiet_hours_do_not_hold_back_a_class_that_is_near(
    harbour: School, mail_sink: TestMail
) -> None:
    await harbour.book(4 * HOUR)
    address, now = f"{uuid4()}@family.example", datetime.now(UTC)
    quiet = {"quiet_from": now - HOUR, "quiet_until": now + 3 * HOUR}
    guardian = {"name": "Hana", "email": address, "time_zone": "UTC"}
    guardian |= {name: f"{at:%H:%M:%S}" for name, at in quiet.items()}
    guardian_id = (await harbour.post("/v1/guardians", guardian))["id"]
    student = {"name": "Iris Meyer", "guardian_ids": [guardian_id]}
    student_id = (await harbour.post("/v1/students", student))["id"]
    await harbour.post("/v1/enrollments", {"course_id": harbour.ids["course"], "student_id": student_id})
    await asyncio.to_thread(wait_until, lambda: bool(mail_sink.messages(address)), what="the message")


async def test_classes_follow_the_last_of_several_changes_at_once(harbour: School) -> None:
    first, second = await harbour.book(), await harbour.book(72 * HOUR)
    student = await harbour.add_student()
    enrollment = {"course_id": harbour.ids["course"], "student_id": student}
    path = f"/v1/enrollments/{(await harbour.post('/v1/enrollments', enrollment))['id']}"
    await asyncio.gather(*(harbour.post(f"{path}/{act}") for act in ("leave", "restore") * 3))
    takes_part = (await harbour.get(path))["retired_at"] is None
    for session_id in (first, second):
        assert ("Iris Meyer" in await harbour.names(session_id)) == takes_part


async def test_a_class_that_clashes_stays_as_it_is_and_says_why(harbour: School) -> None:
    student = await harbour.add_student()
    ben = (await harbour.post("/v1/instructors", {"name": "Ben", "email": f"{uuid4()}@harbour.example"}))[
        "id"
    ]
    other = await harbour.book(instructor_id=ben, student_ids=[student])
    first, second = await harbour.book(), await harbour.book(72 * HOUR)
    enrolled = await harbour.post(
        "/v1/enrollments", {"course_id": harbour.ids["course"], "student_id": student}
    )
    changes = enrolled["class_changes"]
    assert changes["changed"] == [second]
    (unchanged,) = changes["unchanged"]
    assert (unchanged["session_id"], unchanged["code"]) == (first, "double-booked")
    assert unchanged["detail"].startswith("Iris Meyer has another class at that time: “Adding fractions”")
    assert other not in (first, second)


async def test_a_class_keeps_its_last_student(harbour: School) -> None:
    enrollments = (await harbour.get(f"/v1/enrollments?student_id={harbour.ids['student 0']}"))["items"]
    session_id = await harbour.book(student_ids=[harbour.ids["student 0"]])
    left = await harbour.post(f"/v1/enrollments/{enrollments[0]['id']}/leave")
    assert left["changed"] == []
    assert [(one["session_id"], one["code"]) for one in left["unchanged"]] == [(session_id, "conflict")]


async def test_imported_enrollments_say_what_they_change(harbour: School) -> None:
    await harbour.book()
    student = await harbour.add_student()
    body = f"course_id,student_id\n{harbour.ids['course']},{student}\n"
    answer = await harbour.api.post(
        "/v1/enrollments/bulk", content=body, headers={"Content-Type": "text/csv"}
    )
    assert "1 coming class changed." in answer.text


async def test_retiring_an_enrollment_changes_the_classes_too(harbour: School) -> None:
    async with school(harbour.campus) as opened:
        session_id = await opened.book()
        enrollments = (await opened.get(f"/v1/enrollments?student_id={opened.ids['student 1']}"))["items"]
        assert (await opened.api.delete(f"/v1/enrollments/{enrollments[0]['id']}")).status_code == 204
        assert await opened.names(session_id) == ["Ada Okafor", "Noor Haddad"]


def _payload(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content
