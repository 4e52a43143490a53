"""Slots say when a class can be booked and why not; quotes rank who can teach it. A booking agrees with both."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.campus import HOUR, Json, School, problem_of

pytestmark = pytest.mark.adapter
MUSIC = {"qualifications": [{"subject": "Music", "level": ""}]}


def midnight() -> datetime:
    """Of a day to come, in UTC."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=7)


async def slots(harbour: School, start: datetime, hours: int, **query: Any) -> Json:
    asked = {
        "course_id": harbour.ids["course"],
        "from": start.isoformat(),
        "to": (start + hours * HOUR).isoformat(),
        "length": "PT1H",
        "step": "PT1H",
    }
    answer = await harbour.api.get("/v1/slots", params=asked | query)
    assert answer.is_success, answer.text
    found: Json = answer.json()
    return found


def starts(found: Json) -> list[datetime]:
    return [datetime.fromisoformat(slot["starts_at"]) for slot in found["items"]]


def span(start: datetime) -> Json:
    return {"starts_at": start.isoformat(), "ends_at": (start + HOUR).isoformat()}


async def test_slots_are_what_can_be_booked_and_the_others_say_why(harbour: School) -> None:
    day = midnight()
    leave = {"leave": [{"starts_at": day.isoformat(), "ends_at": (day + HOUR).isoformat()}]}
    path = f"/v1/instructors/{harbour.ids['instructor']}/availability"
    assert (await harbour.api.put(path, json=leave)).is_success
    booking = {"course_id": harbour.ids["course"], "instructor_id": harbour.ids["instructor"]}
    await harbour.post("/v1/sessions", booking | span(day + HOUR))
    await harbour.post("/v1/holds", booking | span(day + 3 * HOUR))

    found = await slots(harbour, day, 6)
    assert starts(found) == [day + n * HOUR for n in (2, 4, 5)]
    assert found["items"][0]["instructors"] == [{"id": harbour.ids["instructor"], "name": "Ada Okafor"}]
    assert found["next_from"] is None
    part = await slots(harbour, day, 6, limit=2)
    assert datetime.fromisoformat(part["next_from"]) == day + 5 * HOUR

    explained = (await slots(harbour, day, 6, explain=True))["items"]
    assert [slot["bookable"] for slot in explained] == [False, False, True, False, True, True]
    assert [
        [rule["rule"] for one in slot["cannot_teach"] for rule in one["rules"]] for slot in explained
    ] == [
        ["on_leave"],
        ["busy"],
        [],
        ["busy"],
        [],
        [],
    ]
    assert explained[0]["cannot_teach"][0]["rules"][0]["text"] == "Ada Okafor is on leave at that time."
    students = {harbour.ids["student 0"], harbour.ids["student 1"]}
    assert [set(slot["busy_student_ids"]) for slot in explained[:2]] == [set(), students]
    for start in starts(found):
        await harbour.post("/v1/sessions", booking | span(start))


@pytest.mark.parametrize(
    "query",
    [
        {"course_id": None},
        {"subject": "Sums"},
        {"to": "2040-01-01T00:00:00Z"},
        {"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"},
        {"step": "PT1M"},
        {"limit": "201"},
    ],
)
async def test_a_question_about_slots_is_bounded(harbour: School, query: Json) -> None:
    asked = {"course_id": harbour.ids["course"], "from": "2039-01-01T00:00:00Z"} | query
    given = {name: value for name, value in asked.items() if value is not None}
    problem_of(await harbour.api.get("/v1/slots", params=given), 422, "invalid-input")


async def test_a_quote_ranks_who_can_teach_and_says_why_the_others_cannot(harbour: School) -> None:
    sums = {"qualifications": [{"subject": "Sums", "level": ""}]}
    await harbour.change(f"/v1/instructors/{harbour.ids['instructor']}", sums)
    made = [
        await harbour.post("/v1/instructors", {"name": name, "email": f"{uuid4()}@harbour.example"} | more)
        for name, more in (("Ben Ito", sums), ("Cora Lang", MUSIC), ("Dan Roy", sums))
    ]
    ben, cora, dan = (one["id"] for one in made)
    start = midnight()
    asked = {"course_id": harbour.ids["course"], "student_ids": [harbour.ids["student 0"]]} | span(start)
    await harbour.post(
        "/v1/sessions", asked | {"instructor_id": ben, "student_ids": [await harbour.add_student()]}
    )
    await harbour.post("/v1/holds", asked | {"instructor_id": dan, "student_ids": []})

    quote = await harbour.post("/v1/quotes", asked)
    assert [one["id"] for one in quote["candidates"]] == [harbour.ids["instructor"]]
    best = quote["candidates"][0]
    assert best["score"] == pytest.approx(sum(term["cost"] for term in best["terms"]))
    assert quote["busy_student_ids"] == []
    refused = {one["id"]: {rule["rule"] for rule in one["rules"]} for one in quote["refused"]}
    assert refused[dan] == {"held"}
    assert set(refused) == {ben, cora, dan}
    assert all(rule["text"] for one in quote["refused"] for rule in one["rules"])
    await harbour.post("/v1/sessions", asked | {"instructor_id": best["id"]})
