"""Exceptions that concern nobody any more are resolved by themselves."""

from datetime import timedelta

import pytest
from sqlmodel import col

from activities.sessions import SessionActivities
from domain.cases.catalogue import CATALOGUE, case_kind
from domain.cases.kinds import AfterCancellation, ExceptionKind
from domain.cases.states import CaseState
from domain.sessions.states import SessionState
from domain.subjects import Subject, SubjectKind
from models.people import Guardian
from models.repositories import cases
from services.case_closing import close_unconcerning
from services.cases import NewCase, open_case
from tests.activities.school_rows import NOTICES, REGION, SchoolRows, now, run, step
from workflows.contracts.sessions import CancelInput

pytestmark = pytest.mark.adapter


async def report_all(school: SchoolRows) -> None:
    """A case of every kind about the class."""
    async with school.database.tenant(school.id) as db:
        for kind in ExceptionKind:
            new = NewCase.about_session(
                school.id, school.session.session_id, kind, "", {}, f"{now().isoformat()}"
            )
            await open_case(db, new, now())


async def cancel(school: SchoolRows) -> None:
    activities = SessionActivities(school.database, school.progress, NOTICES)
    cancelled = step(state=SessionState.CANCELLED)
    await run(activities.cancel, CancelInput(school.session, cancelled, reason="instructor_ill", by=""))


async def unresolved(school: SchoolRows) -> set[str]:
    return {case.kind for case in await school.cases() if case.resolved_at is None}


def kinds(*after: AfterCancellation) -> set[str]:
    return {kind for kind, of_kind in CATALOGUE.items() if of_kind.after_cancellation in after}


async def test_a_cancellation_closes_all_cases_of_its_class_but_those_that_outlive_it(
    school: SchoolRows,
) -> None:
    await report_all(school)

    await cancel(school)

    assert await unresolved(school) == kinds(AfterCancellation.STAYS)
    closed = [case for case in await school.cases() if case.resolved_at]
    assert {(case.state, case.resolution) for case in closed} == {
        (CaseState.SELF_RESOLVED, "The class was cancelled.")
    }


async def test_a_cancelled_class_has_no_new_case_but_of_the_cancellation_itself(school: SchoolRows) -> None:
    await cancel(school)

    await report_all(school)

    assert await unresolved(school) == kinds(AfterCancellation.STAYS, AfterCancellation.BEGINS_ANEW)


async def test_a_case_that_was_opened_while_its_class_was_cancelled_is_closed_by_housekeeping(
    school: SchoolRows,
) -> None:
    await report_all(school)
    await school.change_session(state=SessionState.CANCELLED, outcome="cancelled")

    await close_unconcerning(school.database, REGION, now())

    assert await unresolved(school) == kinds(AfterCancellation.STAYS, AfterCancellation.BEGINS_ANEW)


async def test_a_case_about_a_running_class_is_closed_when_the_class_is_over(school: SchoolRows) -> None:
    await school.change_session(state=SessionState.LIVE)
    await report_all(school)
    await close_unconcerning(school.database, REGION, now())
    assert await unresolved(school) == set(ExceptionKind)

    await school.change_session(state=SessionState.DOCUMENTING)
    await close_unconcerning(school.database, REGION, now())

    assert await unresolved(school) == {kind for kind in ExceptionKind if not case_kind(kind).ends_with_class}


async def test_a_case_about_somebody_who_is_retired_is_closed(school: SchoolRows) -> None:
    reader = school.people["Samira"]
    subject = Subject(SubjectKind.GUARDIAN, reader)
    async with school.database.tenant(school.id) as db:
        kind = ExceptionKind.NOTICE_UNDELIVERABLE
        await open_case(db, NewCase(school.id, subject, kind), now())
    await close_unconcerning(school.database, REGION, now())
    async with school.database.tenant(school.id) as db:
        assert await cases.unresolved_about(db, subject.kind, subject.id, kind)

    await school.change(Guardian, col(Guardian.id) == reader, retired_at=now() - timedelta(minutes=1))
    await close_unconcerning(school.database, REGION, now())

    async with school.database.tenant(school.id) as db:
        assert not await cases.unresolved_about(db, subject.kind, subject.id, kind)
