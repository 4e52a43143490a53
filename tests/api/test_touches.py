"""Touches are counted from what people did, and from nothing else."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.cases.kinds import ExceptionKind
from domain.people.access import AccessRole, Principal
from models.authorship import author, authorship
from models.repositories import sessions, touches
from services import cases
from services.bulk_cases import act_on_cases
from services.inputs.cases import BulkAction, CaseCommand
from tests.api.queue_rows import NOW, open_cases
from tests.campus import School

pytestmark = pytest.mark.adapter


async def counted(school: School) -> dict[str, int]:
    by_kind: dict[str, int] = {}
    for week in await school.get("/v1/metrics/touches"):
        for kind, count in week["by_kind"].items():
            by_kind[kind] = by_kind.get(kind, 0) + count
    return by_kind


async def test_acts_of_staff_are_counted_and_those_of_programs_are_not(harbour: School) -> None:
    session_id = await harbour.book()
    (case_id,) = await open_cases(harbour, session_id, ExceptionKind.WEBHOOK_GAP)
    await harbour.post(f"/v1/exceptions/{case_id}/start")
    assert await counted(harbour) == {}

    who = Principal(harbour.id, AccessRole.OPS, f"member:{uuid4()}")
    with author(who.actor):
        async with harbour.transaction() as db:
            await cases.snooze(db, who, UUID(case_id), timedelta(hours=1), NOW)
            await sessions.change(db, UUID(session_id), cancel_reason="weather")

    assert await counted(harbour) == {"command": 1, "exception": 1}


async def test_one_request_for_many_classes_is_one_touch(harbour: School) -> None:
    booked = [await harbour.book(timedelta(hours=24 + 2 * number)) for number in range(3)]
    cases_of = [
        (await open_cases(harbour, session_id, ExceptionKind.WEBHOOK_GAP))[0] for session_id in booked
    ]
    who = Principal(harbour.id, AccessRole.OPS, f"member:{uuid4()}")
    with author(who.actor):
        authorship.get().request_id = str(uuid4())
        wanted = BulkAction(action=CaseCommand.ACKNOWLEDGE, ids=[UUID(key) for key in cases_of])
        await act_on_cases(harbour.campus.app.state.homeroom.database, who, wanted, NOW)

    assert await counted(harbour) == {"exception": 1}

    async with harbour.transaction() as db:
        found = await touches.touched(
            db, "exception", NOW - timedelta(days=7), NOW + timedelta(days=1), most=9
        )
    assert [(row.sessions, row.actor, row.changes) for row in found] == [
        (3, who.actor, ["exception.acknowledged"])
    ]


async def test_weeks_tell_touches_per_hundred_sessions(harbour: School) -> None:
    session_id = await harbour.book()
    with author(f"member:{uuid4()}"):
        async with harbour.transaction() as db:
            await sessions.change(db, UUID(session_id), cancel_reason="weather")

    weeks = await harbour.get("/v1/metrics/touches?weeks=2")

    assert sum(week["touches"] for week in weeks) == 1
    for week in weeks:
        expected = round(100 * week["touches"] / week["sessions"], 2) if week["sessions"] else None
        assert week["per_100_sessions"] == expected


async def test_change_log_names_who_booked(harbour: School) -> None:
    session_id = await harbour.book()

    (entry,) = (await harbour.get(f"/v1/audit?subject_id={session_id}"))["items"]

    assert (entry["kind"], entry["actor"][:4]) == ("session.created", "key:")


@pytest.mark.parametrize(("command", "body"), [("cancel", {"reason": "weather"}), ("reschedule", None)])
async def test_change_log_names_who_sent_a_command(harbour: School, command: str, body: object) -> None:
    session_id = await harbour.book()
    times = harbour.booking(timedelta(hours=96))
    await harbour.post(
        f"/v1/sessions/{session_id}/{command}",
        body or {name: times[name] for name in ("starts_at", "ends_at")},
    )

    entries = (await harbour.get(f"/v1/audit?subject_id={session_id}"))["items"]

    assert entries[0]["actor"].startswith("key:")
