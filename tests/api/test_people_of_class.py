"""People are added to and removed from a booked class over HTTP."""

import asyncio
from uuid import uuid4

import pytest

from tests.campus import HOUR, School, problem_of
from tests.links import token_of

pytestmark = pytest.mark.adapter


async def test_a_student_is_added_once_however_often_it_is_asked(harbour: School) -> None:
    session_id, student = await harbour.book(), await harbour.add_student()
    path, body = f"/v1/sessions/{session_id}/participants", {"student_ids": [student]}
    answers = await asyncio.gather(*(harbour.api.post(path, json=body) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert sorted(len(answer.json()["participant_ids"]) for answer in answers) == [0, 0, 0, 1]
    assert await harbour.names(session_id) == ["Ada Okafor", "Iris Meyer", "Leo Lindqvist", "Noor Haddad"]


async def test_a_removed_student_can_no_longer_join(harbour: School) -> None:
    session_id = await harbour.book()
    link = await harbour.join_token(session_id)
    links = await harbour.get(f"/v1/sessions/{session_id}/join-links")
    holder = next(one["participant_id"] for one in links if token_of(one["url"]) == link)
    gone = f"/v1/sessions/{session_id}/participants/{holder}"
    for _ in range(2):
        assert (await harbour.api.delete(gone)).status_code == 204
    async with harbour.campus.client() as person:
        refused = await person.post(f"/v1/join/{session_id}/credentials", json={"link": link})
    problem_of(refused, 404, "not-found")
    assert len(await harbour.names(session_id)) == 2
    assert len(await harbour.get(f"/v1/sessions/{session_id}/join-links")) == 2


async def test_the_last_student_stays(harbour: School) -> None:
    session_id = await harbour.book(student_ids=[harbour.ids["student 0"]])
    links = await harbour.get(f"/v1/sessions/{session_id}/join-links")
    student = next(link["participant_id"] for link in links if link["role"] == "student")
    refused = await harbour.api.delete(f"/v1/sessions/{session_id}/participants/{student}")
    assert problem_of(refused, 409, "conflict")["next_step"] == "Cancel the class instead."


async def test_a_clash_names_the_added_student_and_the_other_class(harbour: School) -> None:
    student = await harbour.add_student()
    ben = (await harbour.post("/v1/instructors", {"name": "Ben", "email": f"{uuid4()}@harbour.example"}))[
        "id"
    ]
    other = await harbour.book(instructor_id=ben, student_ids=[student])
    session_id = await harbour.book(47.5 * HOUR)
    refused = await harbour.api.post(
        f"/v1/sessions/{session_id}/participants", json={"student_ids": [student]}
    )
    problem = problem_of(refused, 409, "double-booked")
    assert problem["detail"].startswith("Iris Meyer has another class at that time: “Adding fractions”")
    assert problem["clashing_session_id"] == other
    assert len(await harbour.names(session_id)) == 3


async def test_other_organizations_have_no_part_in_it(harbour: School, other: School) -> None:
    session_id = await harbour.book()
    path = f"/v1/sessions/{session_id}/participants"
    theirs = {"student_ids": [other.ids["student 0"]]}
    problem_of(await harbour.api.post(path, json=theirs), 422, "unknown-reference")
    problem_of(await other.api.post(path, json=theirs), 404, "not-found")
    links = await harbour.get(f"/v1/sessions/{session_id}/join-links")
    problem_of(await other.api.delete(f"{path}/{links[0]['participant_id']}"), 404, "not-found")
    assert len(await harbour.names(session_id)) == 3


async def test_a_cancelled_class_takes_nobody(harbour: School) -> None:
    session_id, student = await harbour.book(), await harbour.add_student()
    path = f"/v1/sessions/{session_id}"
    await harbour.post(f"{path}/cancel", {})
    await harbour.run_until(session_id, "cancelled")
    refused = await harbour.api.post(f"{path}/participants", json={"student_ids": [student]})
    problem_of(refused, 409, "transition-refused")


async def test_the_change_log_says_who_did_it(harbour: School) -> None:
    session_id, student = await harbour.book(), await harbour.add_student()
    added = await harbour.post(f"/v1/sessions/{session_id}/participants", {"student_ids": [student]})
    (participant_id,) = added["participant_ids"]
    entries = (await harbour.get(f"/v1/audit?subject_id={participant_id}"))["items"]
    assert [(entry["kind"], entry["actor"].partition(":")[0]) for entry in entries] == [
        ("participant.created", "key")
    ]
