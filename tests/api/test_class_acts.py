"""Acts on many classes: a dry run changes nothing, each class is done or refused by itself, twice acts once."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.notices import digests
from tests.campus import HOUR, Json, School, problem_of
from tests.stack import TestMail

pytestmark = pytest.mark.adapter


async def act(school: School, key: str = "", **acts: Any) -> list[Json]:
    headers = {"idempotency-key": key} if key else {}
    answer = await school.api.post("/v1/session-actions", json=acts, headers=headers)
    assert answer.status_code == 200, answer.text
    results: list[Json] = answer.json()
    return results


async def start_of(school: School, session_id: str) -> datetime:
    return datetime.fromisoformat((await school.get(f"/v1/sessions/{session_id}"))["starts_at"])


async def test_back_to_back_classes_of_one_instructor_move_together(harbour: School) -> None:
    first = await harbour.book(48 * HOUR)
    second = await harbour.book(49 * HOUR)
    blocked = await harbour.book(52 * HOUR)
    await harbour.book(53 * HOUR)
    ids = [first, blocked, second]
    before = [await start_of(harbour, key) for key in ids]
    wanted: Json = {"action": "move", "ids": ids, "shift": "PT30M"}

    planned = await act(harbour, **wanted, dry_run=True)
    assert [result["done"] for result in planned] == [True, False, True]
    assert planned[1]["code"] == "double-booked"
    assert len(planned[0]["mail_to"]) == 3  # the instructor and two guardians
    assert [await start_of(harbour, key) for key in ids] == before

    key = str(uuid4())
    results = await act(harbour, key, **wanted)
    assert [(result["id"], result["done"]) for result in results] == [
        (first, True),
        (blocked, False),
        (second, True),
    ]
    after = [before[0] + HOUR / 2, before[1], before[2] + HOUR / 2]
    assert [await start_of(harbour, one) for one in ids] == after
    assert await act(harbour, key, **wanted) == results
    assert [await start_of(harbour, one) for one in ids] == after


async def test_each_person_gets_one_mail_of_a_bulk_act(
    harbour: School, mail_sink: TestMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "PAUSE", timedelta(seconds=3))
    ids = [await harbour.book((300 + hours) * HOUR) for hours in (0, 2, 4, 6)]
    guardian = (await harbour.get(f"/v1/guardians/{harbour.ids['guardian']}"))["email"]
    booked = len(await asyncio.to_thread(mail_sink.wait_for, guardian, count=len(ids)))
    results = await act(harbour, action="cancel", ids=ids, reason="holiday")
    assert all(result["done"] for result in results), results
    mails = await asyncio.to_thread(mail_sink.wait_for, guardian, count=booked + 1)
    assert mails[0]["subject"] == f"{len(ids)} classes are cancelled"
    told = [await harbour.get(f"/v1/sessions/{key}/notices") for key in ids]
    said_in = {
        one["digest_id"]
        for of_class in told
        for one in of_class
        if one["kind"] == "cancelled" and one["recipient_id"] == harbour.ids["guardian"]
    }
    assert len(said_in) == 1
    assert None not in said_in


async def test_whole_days_keep_the_wall_time(harbour: School) -> None:
    booked = await harbour.post("/v1/sessions", harbour.booking(400 * 24 * HOUR, time_zone="Europe/Madrid"))
    before = await start_of(harbour, booked["id"])
    (result,) = await act(harbour, action="move", ids=[booked["id"]], shift="P182D")
    assert result["done"], result
    moved = await start_of(harbour, booked["id"]) - before
    assert abs(moved - timedelta(days=182)) in (timedelta(), HOUR)


async def test_cancelled_and_unknown_classes_are_refused_with_a_reason(harbour: School) -> None:
    one, gone, unknown = await harbour.book(), await harbour.book(72 * HOUR), str(uuid4())
    await harbour.post(f"/v1/sessions/{gone}/cancel", {})
    results = await act(harbour, action="cancel", ids=[one, gone, unknown], reason="weather")
    assert [result["code"] for result in results] == [None, "transition-refused", "not-found"]
    seen = await harbour.get(f"/v1/sessions/{one}")
    assert (seen["state"], seen["cancel_reason"]) == ("cancelled", "weather")


async def test_substitutes_are_asked_for_each_class(harbour: School) -> None:
    course = await harbour.get(f"/v1/courses/{harbour.ids['course']}")
    teaches = [{"subject": course["subject"], "level": course["level"]}]
    colleague = {
        "name": "Ben Okoro",
        "email": f"{uuid4()}@school.example",
        "qualifications": teaches,
    }
    ben = (await harbour.post("/v1/instructors", colleague))["id"]
    ids = [await harbour.book(), await harbour.book(72 * HOUR)]
    planned = await act(harbour, action="substitute", ids=ids, dry_run=True)
    assert [result["mail_to"] for result in planned] == [["Ben Okoro"]] * 2
    results = await act(harbour, action="substitute", ids=ids, instructor_id=ben)
    assert all(result["done"] for result in results), results
    untaught = await harbour.get("/v1/sessions?without_instructor=true")
    assert {row["id"] for row in untaught["items"]} >= set(ids)


async def test_a_move_needs_a_shift(harbour: School) -> None:
    answer = await harbour.api.post("/v1/session-actions", json={"action": "move", "ids": [str(uuid4())]})
    problem_of(answer, 422, "invalid-input")


async def test_classes_are_listed_by_what_is_wrong(harbour: School) -> None:
    session_id = await harbour.book()
    for query in ("open_case=true", "documentation=missing", "documentation=draft", "documentation=approved"):
        assert (await harbour.get(f"/v1/sessions?{query}"))["items"] == []
    student = harbour.ids["student 0"]
    listed = await harbour.get(f"/v1/sessions?student_id={student}&state=scheduled&sort=-created_at")
    assert [row["id"] for row in listed["items"]] == [session_id]
    found = await harbour.get("/v1/sessions?q=fractions")
    assert [row["id"] for row in found["items"]] == [session_id]
