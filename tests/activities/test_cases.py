"""A case is opened once and routed to its owner."""

import asyncio

import pytest
from sqlmodel import col

from activities.cases import CaseActivities
from domain.cases.catalogue import case_kind
from domain.cases.kinds import ExceptionKind
from domain.cases.states import REOPENS_WITHIN, CaseState
from domain.errors import TransitionRefused
from domain.people.access import AccessRole, Principal
from models.exception_case import ExceptionCase
from services.cases import reopen
from tests.activities.school_rows import SchoolRows, now, run
from workflows.contracts.notices import CaseInput

pytestmark = pytest.mark.adapter


async def open_case(school: SchoolRows, kind: ExceptionKind, occasion: str = "", **detail: str) -> None:
    cases = CaseActivities(school.database)
    await run(cases.open_case, CaseInput(school.session, kind, occasion, detail))


@pytest.mark.parametrize("kind", ExceptionKind)
async def test_case_gets_the_owner_and_due_time_of_its_kind(school: SchoolRows, kind: ExceptionKind) -> None:
    before = now()

    await open_case(school, kind, "summary", code="unavailable")

    (case,) = await school.cases()
    assert (case.kind, case.owner, case.severity, case.state) == (
        kind,
        case_kind(kind).owner,
        case_kind(kind).severity,
        "open",
    )
    assert before + case_kind(kind).due_within <= case.due_at <= now() + case_kind(kind).due_within
    assert (case.occasion, case.detail) == ("summary", {"code": "unavailable"})


async def test_opening_a_case_again_changes_nothing(school: SchoolRows) -> None:
    await open_case(school, ExceptionKind.STEP_FAILED, "summary", code="first")
    (first,) = await school.cases()

    await open_case(school, ExceptionKind.STEP_FAILED, "summary", code="second")

    (case,) = await school.cases()
    assert (case.id, case.due_at, case.detail, case.count) == (first.id, first.due_at, {"code": "first"}, 1)


async def test_cause_reported_again_joins_its_open_case_and_counts(school: SchoolRows) -> None:
    for key in ("1", "2", "2", "3"):
        await report(school, key)

    (case,) = await school.cases()
    assert (case.count, case.state, case.detail) == (3, "open", {"by": "3"})


async def test_cause_reported_after_its_case_was_resolved_opens_a_new_one(school: SchoolRows) -> None:
    await report(school, "1")
    await resolve_all(school)

    await report(school, "1")  # the same report once more
    assert [case.state for case in await school.cases()] == ["resolved"]

    await report(school, "2")
    assert sorted(case.state for case in await school.cases()) == ["open", "resolved"]
    assert {case.count for case in await school.cases()} == {1}


async def test_resolved_case_is_not_reopened_beside_a_newer_one_of_its_cause(school: SchoolRows) -> None:
    await report(school, "1")
    await resolve_all(school)
    await report(school, "2")
    (resolved,) = [case for case in await school.cases() if case.state == "resolved"]

    async with school.database.tenant(school.id) as db:
        with pytest.raises(TransitionRefused):
            await reopen(db, Principal(school.id, AccessRole.OPS, "member:1"), resolved.id, now())


async def test_concurrent_reports_of_one_cause_open_one_case(school: SchoolRows) -> None:
    await asyncio.gather(*(report(school, str(key)) for key in range(8)))

    (case,) = await school.cases()
    assert case.count == 8


async def report(school: SchoolRows, key: str) -> None:
    case = CaseInput(school.session, ExceptionKind.SUBSTITUTION_REQUESTED, "best_fit", {"by": key}, key=key)
    await run(CaseActivities(school.database).open_case, case)


async def resolve_all(school: SchoolRows) -> None:
    await school.change(
        ExceptionCase, col(ExceptionCase.state) == CaseState.OPEN, state=CaseState.RESOLVED, resolved_at=now()
    )


async def test_each_failed_step_gets_its_own_case(school: SchoolRows) -> None:
    for occasion in ("summary", "records"):
        await open_case(school, ExceptionKind.STEP_FAILED, occasion)

    assert {case.occasion for case in await school.cases()} == {"summary", "records"}


async def test_cause_that_comes_back_soon_opens_its_case_again(school: SchoolRows) -> None:
    await report(school, "1")
    await school.change(
        ExceptionCase,
        col(ExceptionCase.state) == CaseState.OPEN,
        state=CaseState.SELF_RESOLVED,
        resolved_at=now(),
    )

    await report(school, "2")

    (case,) = await school.cases()
    assert (case.state, case.resolved_at, case.count) == (CaseState.OPEN, None, 2)


async def test_cause_that_comes_back_later_opens_a_new_case(school: SchoolRows) -> None:
    await report(school, "1")
    await school.change(
        ExceptionCase,
        col(ExceptionCase.state) == CaseState.OPEN,
        state=CaseState.SELF_RESOLVED,
        resolved_at=now() - 2 * REOPENS_WITHIN,
    )

    await report(school, "2")

    assert sorted(case.state for case in await school.cases()) == ["open", "self_resolved"]


async def test_cases_of_one_outage_are_one_incident(school: SchoolRows) -> None:
    for kind in (ExceptionKind.ROOM_LOST, ExceptionKind.WEBHOOK_GAP, ExceptionKind.RECORDING_MISSING):
        await open_case(school, kind)

    by_kind = {case.kind: case.incident_id for case in await school.cases()}
    assert by_kind["room_lost"] == by_kind["webhook_gap"] is not None
    assert by_kind["recording_missing"] is None


async def test_case_alone_is_no_incident(school: SchoolRows) -> None:
    await open_case(school, ExceptionKind.ROOM_LOST)

    (case,) = await school.cases()
    assert case.incident_id is None
