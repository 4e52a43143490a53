"""Cases: each in one owner's queue, once."""

import pytest

from activities.cases import CaseActivities
from domain.cases.kinds import ExceptionKind, route
from tests.activities.school import School, now, run
from workflows.contracts.notices import CaseInput

pytestmark = pytest.mark.adapter


async def opened(school: School, kind: ExceptionKind, occasion: str = "", **detail: str) -> None:
    cases = CaseActivities(school.database)
    await run(cases.open_case, CaseInput(school.session, kind, occasion, detail))


@pytest.mark.parametrize("kind", ExceptionKind)
async def test_a_case_is_routed_as_the_table_says(school: School, kind: ExceptionKind) -> None:
    before = now()

    await opened(school, kind, "summary", code="unavailable")

    (case,) = await school.cases()
    assert (case.kind, case.owner, case.severity, case.state) == (
        kind,
        route(kind).owner,
        route(kind).severity,
        "open",
    )
    assert before + route(kind).due_within <= case.due_at <= now() + route(kind).due_within
    assert (case.occasion, case.detail) == ("summary", {"code": "unavailable"})


async def test_the_same_case_twice_is_one_and_keeps_its_due_time(school: School) -> None:
    await opened(school, ExceptionKind.STEP_FAILED, "summary", code="first")
    (first,) = await school.cases()

    await opened(school, ExceptionKind.STEP_FAILED, "summary", code="second")

    (case,) = await school.cases()
    assert (case.id, case.due_at, case.detail) == (first.id, first.due_at, {"code": "first"})


async def test_another_step_is_another_case(school: School) -> None:
    for occasion in ("summary", "records"):
        await opened(school, ExceptionKind.STEP_FAILED, occasion)

    assert {case.occasion for case in await school.cases()} == {"summary", "records"}
