"""A family says that its child cannot come: the school and the instructor are told, and the class knows it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from temporalio.client import WorkflowExecutionStatus

from tests.api.roles import signed_in
from tests.campus import HOUR, Json, School, problem_of, school
from tests.console.own_browsers import guardians_browser
from tests.console.taught import Hall
from tests.links import open_link
from tests.stack import TestMail
from wiring.temporal import connect
from workflows.client import delivery_workflow_id

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def opened(hall: Hall) -> AsyncIterator[School]:
    async with school(hall.campus) as found:
        version = (await found.api.get("/v1/organization")).headers["etag"]
        contact = {"contact_email": f"office.{found.id}@school.example"}
        changed = await found.api.patch("/v1/organization", json=contact, headers={"If-Match": version})
        assert changed.is_success, changed.text
        yield found


def absence(opened: School, session_id: str, number: int, *, cannot_come: bool = True) -> Json:
    student = opened.ids[f"student {number}"]
    return {"session_id": session_id, "student_id": student, "cannot_come": str(cannot_come).lower()}


async def excused(opened: School, session_id: str) -> set[str]:
    people = {
        person["id"]: person["name"] for person in await opened.get(f"/v1/sessions/{session_id}/participants")
    }
    rows = await opened.get(f"/v1/sessions/{session_id}/attendance")
    return {people[row["participant_id"]] for row in rows if row["excused"]}


async def test_the_school_and_the_instructor_are_told_and_it_can_be_taken_back(
    hall: Hall, opened: School, mail_sink: TestMail
) -> None:
    session_id = await opened.book(3 * HOUR)
    async with await guardians_browser(opened, 0) as noors:
        for _ in range(2):
            page = await noors.post("/family/absences", data=absence(opened, session_id, 0))
        assert page.status_code == 200, page.text
        assert "The school and the instructor get a message." in page.text
        assert await excused(opened, session_id) == {"Noor Haddad"}
        office = f"office.{opened.id}@school.example"
        (told,) = await asyncio.to_thread(mail_sink.wait_for, office)
        assert told["subject"].startswith("Can't come: ")
        assert "Noor Haddad" in told["text"]
        assert "Leo Lindqvist" not in told["text"]

        async with hall.campus.browser() as staff:
            shown = await open_link(staff, hall.campus.console_url(opened.id, f"/sessions/{session_id}"))
            assert shown.text.count("excused: the family said") == 1
            assert "Noor Haddad is coming after all" in shown.text
            staff.headers["Sec-Fetch-Site"] = "same-origin"
            leo = f"/sessions/{session_id}/students/{opened.ids['student 1']}/absence"
            for cannot_come, names in ((True, {"Noor Haddad", "Leo Lindqvist"}), (False, {"Noor Haddad"})):
                answer = await staff.post(leo, data={"cannot_come": str(cannot_come).lower()})
                assert answer.is_success or answer.is_redirect, answer.text
                assert await excused(opened, session_id) == names
        async with await signed_in(
            opened.campus, opened.id, "instructor", UUID(opened.ids["instructor"])
        ) as ada:
            ada.headers["Accept"] = "text/html"
            briefing = (await ada.get("/teaching")).text
        assert "Can&#39;t come" in briefing

        await noors.post("/family/absences", data=absence(opened, session_id, 0, cannot_come=False))
        assert await excused(opened, session_id) == set()


async def test_a_family_that_changes_its_mind_often_is_told_so_and_staff_are_not(
    hall: Hall, opened: School, mail_sink: TestMail
) -> None:
    """The state given last counts. Staff get one message at once; the next waits, and what is undone is not sent."""
    session_id = await opened.book(15 * HOUR)
    settings = hall.campus.settings
    temporal = await connect(settings.temporal_address, settings.temporal_namespace)
    found = await opened.get(f"/v1/guardians?email=guardian1.{opened.id}@family.example")
    version = (await opened.api.get(f"/v1/guardians/{found['items'][0]['id']}")).headers["etag"]
    german = await opened.api.patch(
        f"/v1/guardians/{found['items'][0]['id']}", json={"language": "de"}, headers={"If-Match": version}
    )
    assert german.is_success, german.text
    async with await guardians_browser(opened, 1) as leos:
        for change in range(10):
            said = absence(opened, session_id, 1, cannot_come=change % 2 == 0)
            assert (await leos.post("/family/absences", data=said)).status_code == 200
        assert await excused(opened, session_id) == set(), "said last"
        refused = await leos.post("/family/absences", data=absence(opened, session_id, 1))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "es gilt, was Sie zuletzt angegeben haben" in refused.text
    assert await excused(opened, session_id) == set()

    sent = await opened.get(f"/v1/sessions/{session_id}/notices")
    about = [one for one in sent if one["kind"] in ("cannot_come", "coming_after_all")]
    waiting = [one for one in about if one["state"] == "waiting" and one["kind"] == "coming_after_all"]
    kept = [one for one in about if one["state"] != "withdrawn"]
    assert {one["kind"] for one in kept} == {"cannot_come", "coming_after_all"}
    assert len(kept) == 4, "one of each kind to the instructor and the school"
    assert len(waiting) == 2, "in ten minutes"
    for message in waiting:
        delivery = temporal.get_workflow_handle(delivery_workflow_id(UUID(message["id"])))
        assert (await delivery.describe()).status == WorkflowExecutionStatus.RUNNING, "it begins by itself"
    path = f"/v1/sessions/{session_id}/students/{opened.ids['student 1']}/absence"
    assert (await opened.api.put(path)).status_code == 204, "the school may still change it"
    assert await excused(opened, session_id) == {"Leo Lindqvist"}


async def test_in_the_last_hour_before_the_class_every_change_is_told_at_once(
    opened: School, mail_sink: TestMail
) -> None:
    session_id = await opened.book(2 * HOUR / 3)
    async with await guardians_browser(opened, 0) as noors:
        for cannot_come in (True, False):
            said = absence(opened, session_id, 0, cannot_come=cannot_come)
            assert (await noors.post("/family/absences", data=said)).status_code == 200
    for kind in ("cannot_come", "coming_after_all"):
        sent = await until_sent(opened, session_id, kind)
        assert len(sent) == 2, "to the instructor and the school"


async def until_sent(opened: School, session_id: str, kind: str) -> list[Json]:
    """The messages of a kind, once each is sent. A delivery takes a second; housekeeping looks every five minutes."""
    async with asyncio.timeout(60):
        while True:
            found = await opened.get(f"/v1/sessions/{session_id}/notices")
            own = [one for one in found if one["kind"] == kind]
            if own and all(one["state"] == "sent" for one in own):
                return own
            await asyncio.sleep(0.2)


async def test_a_family_speaks_for_its_own_child_alone(opened: School) -> None:
    session_id = await opened.book(6 * HOUR)
    async with await guardians_browser(opened, 1) as leos:
        refused = await leos.post("/family/absences", data=absence(opened, session_id, 0))
    assert refused.status_code == 404
    assert await excused(opened, session_id) == set()


async def test_a_moved_class_asks_anew_and_staff_can_say_it_too(opened: School) -> None:
    session_id = await opened.book(9 * HOUR)
    path = f"/v1/sessions/{session_id}/students/{opened.ids['student 1']}/absence"
    assert (await opened.api.put(path)).status_code == 204
    assert await excused(opened, session_id) == {"Leo Lindqvist"}
    assert (await opened.api.delete(path)).status_code == 204
    assert await excused(opened, session_id) == set()
    assert (await opened.api.put(path)).status_code == 204
    booked = opened.booking(30 * HOUR)
    moved = await opened.api.post(
        f"/v1/sessions/{session_id}/reschedule",
        json={"starts_at": booked["starts_at"], "ends_at": booked["ends_at"]},
    )
    assert moved.is_success, moved.text
    assert await excused(opened, session_id) == set()


async def test_nobody_is_excused_from_a_cancelled_class(opened: School) -> None:
    session_id = await opened.book(12 * HOUR)
    cancelled = await opened.api.post(f"/v1/sessions/{session_id}/cancel", json={"reason": "illness"})
    assert cancelled.is_success, cancelled.text
    path = f"/v1/sessions/{session_id}/students/{opened.ids['student 0']}/absence"
    problem_of(await opened.api.put(path), 409, "transition-refused")
