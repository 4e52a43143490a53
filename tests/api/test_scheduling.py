"""Scheduling rules are drafted, tried and published; candidates of a class come with the rules that decide."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from tests.campus import Campus, Json, School, school

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
    answer = await shore.api.put(f"{path}/{instructor}", json={"do_not_pair": True})
    assert answer.status_code == 200, answer.text
    assert [one["do_not_pair"] for one in await shore.get(path)] == [True]
    booked = await shore.book(starts_in=timedelta(hours=next(HOURS)))
    found = await shore.get(f"/v1/sessions/{booked}/candidates")
    rules = {
        r["rule"] for one in found["refused"] if one["instructor_id"] == instructor for r in one["refused_by"]
    }
    assert "do_not_pair" in rules
    await shore.api.put(f"{path}/{instructor}", json={})
