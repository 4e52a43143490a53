"""Classes to come whose instructor cannot teach them any more are exceptions, on a real database."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from domain.cases.kinds import ExceptionKind
from domain.cases.states import CaseState
from models.course import Course
from models.exception_case import ExceptionCase
from models.people import Instructor, Qualification
from models.session import Session
from services import instructor_absences
from services.inputs.substitutions import AvailabilityIn
from services.instructor_conflicts import InstructorConflicts
from tests.activities.school_rows import REGION, SchoolRows, now
from workflows.contracts.common import SessionRef

pytestmark = pytest.mark.adapter

HOUR = timedelta(hours=1)


async def allow(school: SchoolRows, **rules: Any) -> None:
    """Set when Ada can teach, whatever is booked."""
    async with school.database.tenant(school.id) as db:
        await instructor_absences.set_availability(
            db, school.people["Ada"], AvailabilityIn.model_validate(rules), now()
        )


async def conflicts(school: SchoolRows, *classes: SessionRef) -> list[str]:
    """After a look by a worker that knows nothing, the rules that each of these classes breaks."""
    await InstructorConflicts(school.database, REGION).look(now())
    async with school.database.tenant(school.id) as db:
        rows = await db.scalars(
            sa.select(ExceptionCase).where(
                col(ExceptionCase.kind) == ExceptionKind.INSTRUCTOR_UNAVAILABLE,
                col(ExceptionCase.resolved_at).is_(None),
            )
        )
        found = {row.session_id: row.detail["rules"] for row in rows}
    assert set(found) <= {one.session_id for one in classes}
    return [found.get(one.session_id, "") for one in classes]


async def test_leave_over_a_booked_class_is_reported_until_it_is_withdrawn(school: SchoolRows) -> None:
    leave = [{"starts_at": school.starts_at - HOUR, "ends_at": school.starts_at + HOUR}]
    assert await conflicts(school, school.session) == [""]
    await allow(school, leave=leave)
    assert await conflicts(school, school.session) == ["on_leave"]
    assert await conflicts(school, school.session) == ["on_leave"]
    await allow(school)
    assert await conflicts(school, school.session) == [""]
    await allow(school, leave=leave)
    assert await conflicts(school, school.session) == ["on_leave"], "the same leave again"


async def test_of_classes_that_together_are_too_many_the_last_is_reported(school: SchoolRows) -> None:
    noon = school.starts_at.replace(hour=16)  # of one day in New York
    await school.change_session(starts_at=noon, ends_at=noon + HOUR)
    second = await school.book("Iris", starts_at=noon + 2 * HOUR)
    third = await school.book("Iris", starts_at=noon + 5 * HOUR)
    await allow(school, most_hours_per_day=2)
    assert await conflicts(school, school.session, second, third) == ["", "", "hours_of_day"]
    await allow(school, buffer_minutes=90)
    assert await conflicts(school, school.session, second, third) == ["", "no_buffer", ""]


async def test_a_lost_qualification_is_reported(school: SchoolRows) -> None:
    """Who has none may teach every course; Ada is known for chess alone."""
    async with school.database.tenant(school.id) as db:
        ada: dict[str, Any] = {"organization_id": school.id, "instructor_id": school.people["Ada"]}
        db.add(Qualification(id=uuid4(), subject="Chess", created_at=now(), **ada))
    assert await conflicts(school, school.session) == ["not_qualified"]


async def test_a_rule_that_was_set_aside_for_the_class_is_not_reported(school: SchoolRows) -> None:
    await allow(school, leave=[{"starts_at": school.starts_at, "ends_at": school.starts_at + HOUR}])
    await school.change_session(overridden_rules=["on_leave"], override_reason="agreed by phone")
    assert await conflicts(school, school.session) == [""]
    await school.change_session(overridden_rules=[], override_reason=None)
    assert await conflicts(school, school.session) == ["on_leave"]
    await school.change(Session, col(Session.id) == school.session.session_id, state="cancelled")
    assert await conflicts(school, school.session) == [""]


async def test_a_certificate_that_expires_before_a_class_is_reported_until_it_is_renewed(
    school: SchoolRows,
) -> None:
    """The case says what is found now: also a rule that breaks after it was opened."""
    last = (school.starts_at - timedelta(days=2)).date()
    held = {"name": "First Aid", "number": "", "issued_on": None, "expires_on": last.isoformat()}
    renewed = held | {"expires_on": "2090-01-01"}
    ada = col(Instructor.id) == school.people["Ada"]
    await school.change(Course, col(Course.id) == school.course_id, required_certificates=["First Aid"])
    await school.change(Instructor, ada, certificates=[held])
    assert await conflicts(school, school.session) == ["certificate"]
    (case,) = await school.cases()
    assert case.detail["lacking"] == f"has the certificate First Aid only until {last.day} {last:%B %Y}"
    leave = {"starts_at": school.starts_at - HOUR, "ends_at": school.starts_at + HOUR}
    await allow(school, leave=[leave])
    assert await conflicts(school, school.session) == ["certificate,on_leave"]
    await school.change(Instructor, ada, certificates=[held, renewed])
    assert await conflicts(school, school.session) == ["on_leave"]
    assert (await school.cases())[0].detail["lacking"] == ""
    await allow(school)
    assert await conflicts(school, school.session) == [""]
    (case,) = await school.cases()
    assert case.state == CaseState.SELF_RESOLVED
