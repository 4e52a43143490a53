"""Scheduling rules are drafted, tried and published; candidates of a class come with the rules that decide."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from tests.campus import Campus, Json, School, problem_of, school

pytestmark = pytest.mark.adapter

PATH = "/v1/scheduling-rules"
HOURS = count(48, 3)  # until the start of each class that is booked


@pytest.fixture(scope="module")
async def shore(campus: Campus) -> AsyncIterator[School]:
    """A school of its own, whose rules start empty."""
    async with school(campus) as opened:
        yield opened


async def save(shore: School, rules: Json, **headers: str) -> Any:
    return await shore.api.put(PATH, json={"rules": rules, "note": "agreed"}, headers=headers)


async def test_rules_are_drafted_published_and_kept_as_versions(shore: School) -> None:
    saved = await save(shore, {"weights": {"continuity": 70}})
    assert saved.status_code == 200, saved.text
    number = saved.json()["draft"]["number"]
    again = await save(shore, {"weights": {"continuity": 80}}, **{"If-Match": saved.headers["ETag"]})
    stale = await save(shore, {}, **{"If-Match": saved.headers["ETag"]})
    assert (again.status_code, stale.status_code) == (200, 412)
    await shore.post(f"{PATH}/publish", {"number": number})
    current = await shore.get(PATH)
    assert current["draft"] is None
    assert current["published"]["rules"]["weights"] == {"continuity": 80}
    assert current["published"]["note"] == "agreed"
    versions = await shore.get(f"{PATH}/versions")
    assert versions[0]["number"] == number


async def test_rules_with_problems_are_saved_but_not_published(shore: School) -> None:
    saved = (await save(shore, {"weights": {"price": 1}})).json()
    assert [one["field"] for one in saved["problems"]] == ["weights.price"]
    answer = await shore.api.post(f"{PATH}/publish", json={"number": saved["draft"]["number"]})
    assert answer.status_code == 422
    assert "continuity" in answer.json()["detail"], "the error says what is allowed"
    assert (await shore.api.post(f"{PATH}/what-if", json={})).status_code == 422


async def test_what_rules_would_change_is_seen_before_they_are_published(shore: School) -> None:
    await shore.book(starts_in=timedelta(hours=next(HOURS)))
    weeks: Any = await shore.post(f"{PATH}/what-if", {"rules": {"parameters": {"assume_qualified": True}}})
    assert [week["week"] for week in weeks] == ["last", "next"]
    for week in weeks:
        for side in ("before", "after"):
            assert sum(term[side] for term in week["terms"].values()) == pytest.approx(
                week["objective"][side]
            )


async def test_candidates_of_a_class_come_with_terms_and_reasons(shore: School) -> None:
    booked = await shore.book(starts_in=timedelta(hours=next(HOURS)))
    found = await shore.get(f"/v1/sessions/{booked}/candidates")
    everybody = found["candidates"] + found["refused"]
    assert found["instructor_id"] in {one["instructor_id"] for one in everybody}
    for one in everybody:
        assert sum(one["terms"].values()) == pytest.approx(one["score"])
    assert all(refusal["text"] for one in found["refused"] for refusal in one["refused_by"])


async def test_a_student_is_kept_apart_from_an_instructor(shore: School) -> None:
    student, instructor = shore.ids["student 0"], shore.ids["instructor"]
    path = f"/v1/students/{student}/pairings"
    booked = await shore.book(starts_in=timedelta(hours=next(HOURS)))
    answer = await shore.api.put(f"{path}/{instructor}", json={"do_not_pair": True})
    assert answer.status_code == 200, answer.text
    assert [one["do_not_pair"] for one in await shore.get(path)] == [True]
    refused = await shore.api.post("/v1/sessions", json=shore.booking(timedelta(hours=next(HOURS))))
    assert problem_of(refused, 409, "instructor-unavailable")["rules"] == "do_not_pair"
    found = await shore.get(f"/v1/sessions/{booked}/candidates")
    rules = {
        r["rule"] for one in found["refused"] if one["instructor_id"] == instructor for r in one["refused_by"]
    }
    assert "do_not_pair" in rules
    await shore.api.put(f"{path}/{instructor}", json={})


async def test_a_day_is_covered_by_one_repair_that_is_shown_and_then_applied(shore: School) -> None:
    """Only Ben can take the class of Ada, and is free for it once Cleo takes over his."""
    hired = {}
    for name in ("Ben", "Cleo"):
        person = {"name": name, "email": f"{uuid4()}@shore.example", "qualifications": [{"subject": "Sums"}]}
        hired[name] = (await shore.post("/v1/instructors", person))["id"]
    students = [(await shore.post("/v1/students", {"name": name}))["id"] for name in ("Mia", "Tim")]
    kept_apart = f"/v1/students/{students[0]}/pairings/{hired['Cleo']}"
    assert (await shore.api.put(kept_apart, json={"do_not_pair": True})).is_success
    starts_in = timedelta(hours=next(HOURS))
    lost = await shore.book(starts_in=starts_in, student_ids=students[:1])
    in_the_way = await shore.book(starts_in=starts_in, student_ids=students[1:], instructor_id=hired["Ben"])
    at = (await shore.get(f"/v1/sessions/{lost}"))["starts_at"]
    span = {"starts_at": at, "ends_at": (datetime.fromisoformat(at) + timedelta(hours=1)).isoformat()}
    path = f"/v1/instructors/{shore.ids['instructor']}/cover"
    found = await shore.post(f"{path}/find", span)
    changes = {one["session_id"]: one["after_instructor_id"] for one in found["changes"]}
    assert changes == {lost: hired["Ben"], in_the_way: hired["Cleo"]}
    stale = await shore.api.post(path, json=span | {"fingerprint": "0" * 32})
    assert stale.status_code == 409
    await shore.post(path, span | {"fingerprint": found["fingerprint"]})
    for session_id, instructor_id in changes.items():
        assert (await shore.get(f"/v1/sessions/{session_id}"))["instructor_id"] == instructor_id
    assert (await shore.post(f"{path}/find", span))["changes"] == []
