"""What is on record of instructors, courses and students reaches the rules of the engine, on a real database."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from models.course import Course
from models.people import Instructor, Student
from services.planning.candidates import ClassCandidates, candidates_for
from services.planning.problems import problem_of
from tests.activities.school_rows import SchoolRows, now

pytestmark = pytest.mark.adapter

HOUR = timedelta(hours=1)


async def ask(school: SchoolRows, **required: Any) -> None:
    await school.change(Course, col(Course.id) == school.course_id, **required)


async def record(school: SchoolRows, name: str, **held: Any) -> None:
    await school.change(Instructor, col(Instructor.id) == school.people[name], **held)


async def ranked(school: SchoolRows) -> ClassCandidates:
    async with school.database.tenant(school.id) as db:
        return await candidates_for(db, school.session.session_id, now())


async def refusals(school: SchoolRows, name: str) -> dict[str, str]:
    """The rules that refuse an instructor, with what each says."""
    refused = {one.id: one for one in (await ranked(school)).refused}
    one = refused.get(school.people[name])
    return {refusal.rule: one.text(refusal.rule) for refusal in one.refused_by} if one else {}


@pytest.mark.parametrize(
    ("required", "held", "rule", "said"),
    [
        ({"teaching_language": "es"}, {"teaching_languages": ["es"]}, "language", "(es)"),
        ({"required_region": "EU"}, {"regions": ["eu"]}, "region", "EU"),
        ({"required_consents": ["Recording"]}, {"consents": ["recording"]}, "consent", "Recording"),
        (
            {"required_certificates": ["First Aid"]},
            {
                "certificates": [
                    {"name": "first aid", "number": "", "issued_on": None, "expires_on": "2090-01-01"}
                ]
            },
            "certificate",
            "First Aid",
        ),
        (
            {"requires_background_check": True},
            {"background_checks": [{"kind": "DBS", "valid_until": "2090-01-01"}]},
            "background_check",
            "background check",
        ),
    ],
)
async def test_a_requirement_refuses_whoever_does_not_meet_it_and_says_what(
    school: SchoolRows, required: dict[str, Any], held: dict[str, Any], rule: str, said: str
) -> None:
    assert await refusals(school, "Ada") == {}
    await ask(school, **required)
    refused = await refusals(school, "Ada")
    assert list(refused) == [rule]
    assert said in refused[rule]
    await record(school, "Ada", **held)
    assert await refusals(school, "Ada") == {}


async def test_a_certificate_that_expires_before_the_class_is_named_with_its_last_day(
    school: SchoolRows,
) -> None:
    await ask(school, required_certificates=["First Aid"])
    last = (school.starts_at - timedelta(days=2)).date()
    held = {"name": "First Aid", "number": "", "issued_on": None, "expires_on": last.isoformat()}
    await record(school, "Ada", certificates=[held])
    said = f"has the certificate First Aid only until {last.day} {last:%B %Y}"
    assert await refusals(school, "Ada") == {"certificate": said}


async def test_hours_of_a_student_refuse_everybody_at_other_times(school: SchoolRows) -> None:
    other = [{"weekday": (school.starts_at.weekday() + 3) % 7, "start": "10:00", "end": "11:00"}]
    await school.change(Student, col(Student.id) == school.people["Noor"], class_hours=other)
    refused = await refusals(school, "Ada")
    assert list(refused) == ["student_window"]
    assert "Noor" in refused["student_window"]
    every_day = [{"weekday": day, "start": "00:00", "end": "00:00"} for day in range(7)]
    await school.change(Student, col(Student.id) == school.people["Noor"], class_hours=every_day)
    assert await refusals(school, "Ada") == {}


async def test_preferred_and_target_hours_are_the_instructors_own(school: SchoolRows) -> None:
    day = (school.starts_at.weekday() + 3) % 7
    await school.hire(
        "Ben",
        preferred=[{"weekday": day, "start": "10:00", "end": "11:00"}],
        target_hours_per_week=12.0,
    )
    found = {one.id: one for one in (await ranked(school)).candidates}
    ada, ben = found[school.people["Ada"]], found[school.people["Ben"]]
    assert ada.terms["instructor_preference"] == 0 < ben.terms["instructor_preference"]
    async with school.database.tenant(school.id) as db:
        start = school.starts_at
        built = await problem_of(db, start, start + HOUR, now())
    targets = {one.id: one.target for one in built.problem.instructors}
    assert targets[school.people["Ada"]] is None
    assert targets[school.people["Ben"]] == pytest.approx(timedelta(hours=12) * 2, rel=0.5)
