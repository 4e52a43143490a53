"""A case is opened once and routed to its owner."""

import pytest

from activities.cases import CaseActivities
from domain.cases.kinds import ExceptionKind, route
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
        route(kind).owner,
        route(kind).severity,
        "open",
    )
    assert before + route(kind).due_within <= case.due_at <= now() + route(kind).due_within
    assert (case.occasion, case.detail) == ("summary", {"code": "unavailable"})


async def test_opening_a_case_again_changes_nothing(school: SchoolRows) -> None:
    await open_case(school, ExceptionKind.STEP_FAILED, "summary", code="first")
    (first,) = await school.cases()

    await open_case(school, ExceptionKind.STEP_FAILED, "summary", code="second")

    (case,) = await school.cases()
    assert (case.id, case.due_at, case.detail) == (first.id, first.due_at, {"code": "first"})


async def test_each_failed_step_gets_its_own_case(school: SchoolRows) -> None:
    for occasion in ("summary", "records"):
        await open_case(school, ExceptionKind.STEP_FAILED, occasion)

    assert {case.occasion for case in await school.cases()} == {"summary", "records"}
