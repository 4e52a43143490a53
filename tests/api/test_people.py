"""Students, enrollments, courses and class rules: valid requests are stored, invalid ones change nothing."""

import asyncio
from typing import Any

import pytest

from domain.sessions.policies import SessionPolicy
from tests.api.bulk import report
from tests.campus import School, problem_of

pytestmark = pytest.mark.adapter


async def test_a_second_enrollment_is_refused(harbour: School) -> None:
    before = harbour.rows()
    body = {"course_id": harbour.ids["course"], "student_id": harbour.ids["student 0"]}
    problem_of(await harbour.api.post("/v1/enrollments", json=body), 409, "conflict")
    assert harbour.rows() == before


async def test_only_one_of_concurrent_enrollments_succeeds(harbour: School) -> None:
    student = (await harbour.post("/v1/students", {"name": "Mia"}))["id"]
    body = {"course_id": harbour.ids["course"], "student_id": student}
    answers = await asyncio.gather(*(harbour.api.post("/v1/enrollments", json=body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]


@pytest.mark.parametrize("guardians", [2, 11])
async def test_repeated_or_too_many_guardians_are_refused(harbour: School, guardians: int) -> None:
    before = harbour.rows()
    body = {"name": "Mia", "guardian_ids": [harbour.ids["guardian"]] * guardians}
    problem_of(await harbour.api.post("/v1/students", json=body), 422, "invalid-input")
    assert harbour.rows() == before


PERSON = {"name": "Mia", "email": "mia@family.example"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("guardians", PERSON),
        ("instructors", PERSON),
        ("members", PERSON | {"role": "ops"}),
        ("students", {"name": "Mia"}),
    ],
)
async def test_people_have_the_time_zone_and_language_of_the_organization(
    harbour: School, kind: str, body: dict[str, str]
) -> None:
    await harbour.change("/v1/organization", {"time_zone": "Europe/Berlin", "language": "de"})
    given = {"time_zone": "Asia/Tokyo"} | ({"language": "fr"} if kind != "students" else {})
    for values, expected in (
        ({}, {"time_zone": "Europe/Berlin", "language": "de"}),
        ({"time_zone": None}, {"time_zone": "Europe/Berlin", "language": "de"}),
        (given, given),
    ):
        address = (
            {"email": f"{len(values)}{values.get('language')}@family.example"} if "email" in body else {}
        )
        made = await harbour.post(f"/v1/{kind}", body | address | values)
        assert {name: made[name] for name in expected if name in made} == {
            name: value for name, value in expected.items() if name in made
        }


async def test_imported_people_have_the_time_zone_and_language_of_the_organization(harbour: School) -> None:
    await harbour.change("/v1/organization", {"time_zone": "Europe/Berlin", "language": "de"})
    file = "name,email,time_zone,language\nMia,mia@f.example,,\nLeo,leo@f.example,Asia/Tokyo,fr\n"
    await report(harbour, "guardians", file)
    guardians = {row["name"]: row for row in (await harbour.get("/v1/guardians?limit=100"))["items"]}
    found = {name: (guardians[name]["time_zone"], guardians[name]["language"]) for name in ("Mia", "Leo")}
    assert found == {"Mia": ("Europe/Berlin", "de"), "Leo": ("Asia/Tokyo", "fr")}


async def test_a_course_keeps_the_order_of_its_topics(harbour: School) -> None:
    topics = ["Third", "First", "Second", "First"]
    made = await harbour.post("/v1/courses", {"title": "Algebra", "subject": "Sums", "topics": topics})
    assert len(set(made["topic_ids"])) == 4
    named = dict(zip(made["topic_ids"], topics, strict=True))
    wanted, student = made["topic_ids"][::-1], harbour.ids["student 0"]
    booked = await harbour.book(course_id=made["id"], topic_ids=wanted, student_ids=[student])
    title = (await harbour.get(f"/v1/sessions/{booked}"))["title"]
    assert title == ", ".join(named[key] for key in wanted)


async def test_the_rules_are_the_defaults_until_they_are_changed(harbour: School) -> None:
    defaults = SessionPolicy().model_dump(mode="json")
    assert await harbour.get("/v1/policy") == defaults
    answer = await harbour.api.patch("/v1/policy", json={"room_before": 600, "languages": ["es", "en"]})
    changed = defaults | {"room_before": "PT10M", "languages": ["es", "en"]}
    assert answer.json() == await harbour.get("/v1/policy") == changed


@pytest.mark.parametrize(
    "change",
    [
        {"grace_after_end": "PT-5M"},
        {"grace_after_end": -300},
        {"grace_after_end": "ten minutes"},
        {"grace_after_end": "P91D"},
        {"room_before": "P999999999D"},
        {"briefing_before": 1e300},
        {"review_within": "-P1D"},
        {"empty_room_for": "infinity"},
        {"reminders_before": ["PT1H", "PT60M"]},
        {"reminders_before": ["PT1H", "PT2H", "PT3H", "PT4H", "PT5H"]},
        {"reminders_before": ["PT1H", "PT-1H"]},
        {"segment_seconds": 4},
        {"segment_seconds": 121},
        {"languages": []},
        {"languages": ["en"] * 11},
        {"languages": ["english"]},
        {"languages": ["zz"]},
        {"reminders": ["PT1H"]},
    ],
    ids=str,
)
async def test_invalid_rules_are_refused(harbour: School, change: dict[str, Any]) -> None:
    answer = await harbour.api.patch(
        "/v1/policy", json=change | {"briefing_before": change.get("briefing_before", 60)}
    )
    problem = problem_of(answer, 422, "invalid-input")
    assert any(next(iter(change)) in field["where"] for field in problem["fields"])
    assert await harbour.get("/v1/policy") == SessionPolicy().model_dump(mode="json")


async def test_concurrent_changes_of_different_rules_all_take_effect(harbour: School) -> None:
    changes: list[dict[str, Any]] = [
        {"room_before": 60},
        {"briefing_before": 60},
        {"grace_after_end": 60},
        {"empty_room_for": 60},
    ]
    await asyncio.gather(*(harbour.api.patch("/v1/policy", json=change) for change in changes))
    rules = await harbour.get("/v1/policy")
    assert {rules[name] for change in changes for name in change} == {"PT1M"}
