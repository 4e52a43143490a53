"""Bookings keep the rules about an instructor on a real database, also when several come at the same moment."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from activities.sessions import SessionActivities
from domain.errors import InstructorUnavailable
from models.repositories import change_log, override_requests
from services import instructor_absences
from services.inputs.substitutions import AvailabilityIn
from tests.activities.school_rows import NOTICES, SchoolRows, now, run
from workflows.contracts.sessions import MoveInput

pytestmark = pytest.mark.adapter

HOUR = timedelta(hours=1)
REASON = "Ada has agreed by phone"


async def allow(school: SchoolRows, **rules: Any) -> None:
    """Set when Ada can teach."""
    async with school.database.tenant(school.id) as db:
        await instructor_absences.set_availability(
            db, school.people["Ada"], AvailabilityIn.model_validate(rules), now()
        )


async def test_of_bookings_at_the_same_moment_only_what_fits_the_day_is_made(school: SchoolRows) -> None:
    """Each alone would fit; no two do."""
    await allow(school, most_hours_per_day=1.5)
    first = (school.starts_at + timedelta(days=20)).replace(hour=14)  # all on one day in New York
    bookings = (
        school.book(student, starts_at=first + number * 2 * HOUR)
        for number, student in enumerate(("Noor", "Leo", "Iris", "Noor"))
    )
    answers = await asyncio.gather(*bookings, return_exceptions=True)
    refused = [one.extra["rules"] for one in answers if isinstance(one, InstructorUnavailable)]
    assert refused == ["hours_of_day"] * 3, answers


async def test_a_move_is_refused_too_and_an_override_is_written_down_with_its_author(
    school: SchoolRows,
) -> None:
    await allow(
        school, leave=[{"starts_at": school.starts_at + 24 * HOUR, "ends_at": school.starts_at + 48 * HOUR}]
    )
    acts = SessionActivities(school.database, school.progress, NOTICES)
    start = school.starts_at + 30 * HOUR
    move: dict[str, Any] = {"starts_at": start, "ends_at": start + HOUR, "moves": 1, "by": "member:1"}
    with pytest.raises(InstructorUnavailable, match="The instructor is on leave at that time") as refusal:
        await run(acts.move, MoveInput(school.session, **move))
    assert refusal.value.extra["rules"] == "on_leave"
    assert (await school.row()).starts_at == school.starts_at
    key = uuid7()
    async with school.database.tenant(school.id) as db:
        await override_requests.keep(db, school.id, key, REASON, now())
    overridden = MoveInput(school.session, **move, override=key)
    await run(acts.move, overridden)
    await run(acts.move, overridden)  # a repeat of the activity, whose reason is taken
    row = await school.row()
    assert (row.starts_at, row.override_reason, row.overridden_rules) == (start, REASON, ["on_leave"])
    async with school.database.tenant(school.id) as db:
        log = await change_log.before(db, None, 10, change_log.LogFilter(subject_id=row.id))
    entry = next(one for one in log if "override_reason" in one.changes)
    assert entry.actor == "member:1"
    assert entry.changes["override_reason"] == [None, REASON]
    assert entry.changes["overridden_rules"] == [[], ["on_leave"]]


async def test_a_class_that_only_gets_longer_keeps_its_instructor(school: SchoolRows) -> None:
    await allow(school, most_hours_per_day=1)
    acts = SessionActivities(school.database, school.progress, NOTICES)
    longer = school.starts_at + 2 * HOUR
    await run(acts.move, MoveInput(school.session, starts_at=school.starts_at, ends_at=longer))
    assert (await school.row()).ends_at == longer


async def test_what_is_not_known_of_an_instructor_refuses_nothing(school: SchoolRows) -> None:
    """Ada has neither qualifications nor availability; Dora has a qualification, for something else."""
    await school.hire("Dora", subject="Physics")
    later = school.starts_at + 100 * HOUR
    await school.book("Noor", starts_at=later)
    with pytest.raises(InstructorUnavailable, match="isn't qualified to teach Mathematics"):
        await school.book("Leo", starts_at=later, instructor="Dora")
