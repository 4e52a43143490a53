"""A class whose instructor does not come is taken over by a colleague, who presses a button in a mail: real parts."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest

from services.substitution_start import InstructorAbsence
from tests.campus import HOUR, School, problem_of, school
from tests.console.colleagues import colleague, mail_to, until
from tests.console.taught import Hall
from tests.stack import TestMail

pytestmark = pytest.mark.adapter

SOON = timedelta(minutes=2)


@pytest.fixture
async def opened(hall: Hall) -> AsyncIterator[School]:
    async with school(hall.campus) as found:
        yield found


def link_in(mail: dict[str, Any]) -> str:
    found = re.search(r"(http\S+/offer\?t=\S+)", mail["text"])
    assert found
    return unescape(found[1])


async def test_a_colleague_takes_over_by_mail_and_families_are_told_once(
    hall: Hall, opened: School, mail_sink: TestMail
) -> None:
    ben = await colleague(opened, "Ben", language="de")
    cleo = await colleague(opened, "Cleo")
    session_id = await hall.open_class(opened, SOON)
    (absent,) = [
        link
        for link in await opened.get(f"/v1/sessions/{session_id}/join-links")
        if link["role"] == "instructor"
    ]
    await hall.ask_for_substitute(session_id)
    offers = {
        person["id"]: link_in(await mail_to(mail_sink, person["email"], subject))
        for person, subject in ((ben, "Können Sie übernehmen?"), (cleo, "Can you teach?"))
    }
    async with hall.campus.browser() as browser:
        for _ in range(2):  # a mail scanner
            assert (await browser.head(offers[ben["id"]])).status_code == 200
            shown = await browser.get(offers[ben["id"]])
        assert "Können Sie diese Stunde übernehmen?" in shown.text
        (search,) = await opened.get(f"/v1/sessions/{session_id}/substitutions")
        assert search["state"] == "searching"
        assert {offer["state"] for offer in search["offers"]} == {"offered"}
        accepted = await browser.post(offers[ben["id"]], data={"answer": "accept"})
        assert "Sie unterrichten diese Stunde." in accepted.text
        assert "This class no longer needs an instructor." in (await browser.get(offers[cleo["id"]])).text
        late = await browser.post(offers[cleo["id"]], data={"answer": "accept"})
        assert "This class no longer needs an instructor." in late.text
    assert (await opened.get(f"/v1/sessions/{session_id}"))["instructor_id"] == ben["id"]
    told = await mail_to(mail_sink, ben["email"], "Sie unterrichten")
    assert "/j/" in told["text"]
    for number in (0, 1):
        address = f"guardian{number}.{opened.id}@family.example"
        await mail_to(mail_sink, address, "New instructor")
        sent = [mail["subject"] for mail in await asyncio.to_thread(mail_sink.messages, address)]
        assert sum(subject.startswith("New instructor") for subject in sent) == 1
    links = await opened.get(f"/v1/sessions/{session_id}/join-links")
    (own,) = [link for link in links if link["role"] == "instructor"]
    assert own["name"] == "Ben Adeyemi"
    refused = await opened.api.post(
        f"/v1/join/{session_id}/credentials", json={"link": absent["url"].partition("?t=")[2]}
    )
    problem_of(refused, 403, "link-replaced")
    await opened.post(f"/v1/sessions/{session_id}/participants/{absent['participant_id']}/readmit")
    (again,) = [
        link
        for link in await opened.get(f"/v1/sessions/{session_id}/join-links")
        if link["participant_id"] == absent["participant_id"]
    ]
    for link, status in ((absent, 403), (again, 200)):
        token = link["url"].partition("?t=")[2]
        answer = await opened.api.post(f"/v1/join/{session_id}/credentials", json={"link": token})
        assert answer.status_code == status
    assert (await opened.get(f"/v1/sessions/{session_id}"))["instructor_id"] == ben["id"], "who teaches it"
    ada = await opened.get(f"/v1/instructors/{opened.ids['instructor']}")
    assert again["short_url"] in (await mail_to(mail_sink, ada["email"], "New links"))["text"]

    async def class_is_told() -> bool:
        return bool(str((await hall.facts(session_id)).booked.instructor_id) == ben["id"])

    await until(class_is_told)
    assert await hall.events_of(session_id) < 75, "about half of what a class may have"


async def test_an_instructor_who_is_ill_for_a_day_is_replaced_in_each_class(
    hall: Hall, opened: School, mail_sink: TestMail
) -> None:
    ben = await colleague(opened, "Ben")
    await colleague(opened, "Dora", subject="Music")
    first, second = await opened.book(30 * HOUR), await opened.book(32 * HOUR)
    start = datetime.now(UTC) + timedelta(hours=24)
    absence = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=24)).isoformat()}
    path = f"/v1/instructors/{opened.ids['instructor']}"
    replaced = await opened.post(f"{path}/absences", absence | {"reason": "illness"})
    assert [(one["session_id"], one["problem"]) for one in replaced["classes"]] == [
        (first, None),
        (second, None),
    ]
    assert len((await opened.get(f"{path}/availability"))["leave"]) == 1
    ranked = await opened.get(f"/v1/sessions/{first}/substitutes")
    assert {one["name"]: one["why_not"] for one in ranked} == {
        "Ben Adeyemi": [],
        "Dora Adeyemi": ["not_qualified"],
        "Ada Okafor": ["is_replaced", "on_leave"],
    }
    async with hall.campus.browser() as browser:
        offer = link_in(await mail_to(mail_sink, ben["email"], "Can you teach?"))
        declined = await browser.post(offer, data={"answer": "decline"})
        assert "You have said that you can’t." in declined.text

    async def is_a_case() -> bool:
        cases = (await opened.get("/v1/exceptions"))["items"]
        return bool([case["kind"] for case in cases] == ["substitute_not_found"])

    await until(is_a_case)


async def test_an_absence_that_is_reported_twice_starts_one_search(hall: Hall, opened: School) -> None:
    await colleague(opened, "Ben")
    session_id = await hall.open_class(opened, SOON)
    absence = InstructorAbsence(opened.id, UUID(session_id), datetime.now(UTC), 0)

    for _ in range(2):
        await (await hall.starts_substitutions()).start(absence)

    (search,) = await opened.get(f"/v1/sessions/{session_id}/substitutions")
    assert (search["reason"], search["state"]) == ("absent", "searching")
