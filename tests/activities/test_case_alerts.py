"""Staff is told of a case once, in steps; of an outage's cases only some are told; workflows learn of each change."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col, select
from temporalio.client import Client

from domain.cases.following import Reason
from domain.cases.kinds import ExceptionKind
from domain.cases.states import CaseState, EntryKind
from domain.notices.kinds import StaffNoticeKind
from domain.people.access import AccessRole, Principal
from models.access import Member
from models.exception_case import CaseEntry, ExceptionCase, Incident
from models.notice import Notice
from models.repositories import cases
from services.bulk_cases import act_on_cases
from services.case_alerts import CaseAlerts
from services.case_following import CaseFollower
from services.cases import NewCase, acknowledge, comment, open_case, resolve, snooze
from services.inputs.cases import BulkAction, CaseCommand
from tests.activities.school_rows import LINKS, SchoolRows, now
from tests.activities.worker_processes import worker_environ, worker_process
from tests.stack import DatabaseUrls, TestMail, TestTemporal
from wiring.temporal import connect
from workflows.client import CaseClient, DeliveryClient, case_workflow_id

pytestmark = pytest.mark.adapter
KIND = ExceptionKind.ROOM_LOST
REGION = "alerts"  # without workers: what is started waits


@pytest.fixture
async def staff(school: SchoolRows) -> dict[str, UUID]:
    people = {"Olu": AccessRole.OPS, "Pim": AccessRole.OPS, "Ana": AccessRole.ADMIN}
    ids = {name: uuid4() for name in people}
    async with school.database.tenant(school.id) as db:
        db.add_all(
            Member(
                id=ids[name],
                organization_id=school.id,
                name=name,
                email=f"{name}@{school.id}.example",
                role=role,
                created_at=now(),
            )
            for name, role in people.items()
        )
    return ids


@pytest.fixture
async def temporal(temporal_server: TestTemporal) -> Client:
    return await connect(temporal_server.address, temporal_server.namespace)


@pytest.fixture
def alerts(school: SchoolRows, temporal: Client) -> CaseAlerts:
    return CaseAlerts(school.database, LINKS, DeliveryClient(temporal, REGION))


async def opened(school: SchoolRows, occasion: str = "1", kind: ExceptionKind = KIND) -> UUID:
    new = NewCase.about_session(school.id, school.session.session_id, kind, occasion, {})
    async with school.database.tenant(school.id) as db:
        await open_case(db, new, now())
    async with school.database.tenant(school.id) as db:
        query = select(ExceptionCase).where(
            col(ExceptionCase.occasion) == occasion, col(ExceptionCase.kind) == kind
        )
        return (await db.scalars(query)).one().id


async def told(school: SchoolRows) -> list[Notice]:
    async with school.database.tenant(school.id) as db:
        rows = await db.scalars(select(Notice).where(col(Notice.kind) == StaffNoticeKind.EXCEPTION))
        return sorted(rows, key=lambda row: (row.created_at, row.address))


async def readers(school: SchoolRows) -> list[str]:
    return [row.address.split("@")[0] for row in await told(school)]


def ops(school: SchoolRows, staff: dict[str, UUID]) -> Principal:
    return Principal(school.id, AccessRole.OPS, f"member:{staff['Olu']}")


@pytest.mark.usefixtures("staff")
async def test_ops_are_told_once_and_then_everybody(school: SchoolRows, alerts: CaseAlerts) -> None:
    case_id = await opened(school)

    assert await alerts.tell(school.id, case_id, Reason.OPENED, 0, 0, now()) == 2
    assert await alerts.tell(school.id, case_id, Reason.OPENED, 0, 0, now()) == 0
    assert sorted(await readers(school)) == ["Olu", "Pim"]
    assert await alerts.tell(school.id, case_id, Reason.ESCALATED, 1, 0, now()) == 3

    view = await alerts.look(school.id, case_id, now())
    assert (view.level, view.levels, view.state) == (2, 2, CaseState.OPEN)
    async with school.database.tenant(school.id) as db:
        entries = await cases.entries(db, case_id)
    assert [(entry.kind, entry.detail.get("people")) for entry in entries] == [
        ("opened", None),
        ("told", "2"),
        ("escalated", "3"),
    ]


async def test_mail_says_what_happened_where_and_what_to_do(
    school: SchoolRows, alerts: CaseAlerts, staff: dict[str, UUID]
) -> None:
    case_id = await opened(school)
    await alerts.tell(school.id, case_id, Reason.OPENED, 0, 0, now())

    mail = (await told(school))[0]
    assert mail.subject.startswith("Room lost: ")
    assert "LiveKit has lost the room" in mail.text
    assert f"/exceptions/{case_id}" in mail.text
    assert "What to do:" in mail.text
    assert str(mail.recipient_id) in map(str, staff.values())


async def test_who_works_on_the_case_is_told_alone(
    school: SchoolRows, alerts: CaseAlerts, staff: dict[str, UUID]
) -> None:
    case_id = await opened(school)
    await school.change(ExceptionCase, col(ExceptionCase.id) == case_id, assignee=f"member:{staff['Pim']}")

    await alerts.tell(school.id, case_id, Reason.OPENED, 0, 0, now())

    assert await readers(school) == ["Pim"]


async def test_nobody_is_told_of_a_case_that_was_acknowledged_meanwhile(
    school: SchoolRows, alerts: CaseAlerts, staff: dict[str, UUID]
) -> None:
    case_id = await opened(school)
    async with school.database.tenant(school.id) as db:
        await acknowledge(db, ops(school, staff), case_id, now())

    assert await alerts.tell(school.id, case_id, Reason.OPENED, 0, 0, now()) == 0


async def test_no_case_is_seen_or_resolved_before_it_was_opened(
    school: SchoolRows, staff: dict[str, UUID]
) -> None:
    """A request reads the clock when it comes, and may then wait for whoever opens the case."""
    case_id, who, came = await opened(school), ops(school, staff), now() - timedelta(minutes=1)
    async with school.database.tenant(school.id) as db:
        await acknowledge(db, who, case_id, came)
        case = (await resolve(db, who, case_id, "looked at", came)).case
        assert case.acknowledged_at == case.resolved_at == case.opened_at
        (times,) = await cases.handling_times(db, case.opened_at)
    assert times.resolve_median == times.acknowledge_median == timedelta()


@pytest.mark.usefixtures("staff")
async def test_of_thirty_cases_of_one_outage_three_are_told(school: SchoolRows, alerts: CaseAlerts) -> None:
    for number in range(30):
        case_id = await opened(school, str(number))
        await alerts.tell(school.id, case_id, Reason.OPENED, 0, 0, now())

    subjects = {row.subject.split(":")[0] for row in await told(school)}
    assert len(await told(school)) == 3 * 2  # alone, as an incident of 2, grown to 20; two people each
    assert subjects == {"Room lost", "Room lost (2 exceptions)", "Room lost (20 exceptions)"}


@pytest.mark.usefixtures("staff")
async def test_oldest_case_of_an_incident_is_escalated_for_all(
    school: SchoolRows, alerts: CaseAlerts
) -> None:
    oldest, other = await opened(school, "1"), await opened(school, "2")
    for case_id in (oldest, other):
        await alerts.tell(school.id, case_id, Reason.OPENED, 0, 0, now())

    assert await alerts.tell(school.id, other, Reason.ESCALATED, 1, 0, now()) == 0
    assert await alerts.tell(school.id, oldest, Reason.ESCALATED, 1, 0, now()) == 3


async def test_incident_ends_with_its_last_case(
    school: SchoolRows, alerts: CaseAlerts, staff: dict[str, UUID]
) -> None:
    first, second = await opened(school, "1"), await opened(school, "2")
    async with school.database.tenant(school.id) as db:
        incident_id = (await cases.get(db, first)).case.incident_id
    assert incident_id is not None
    for case_id, ended in ((first, False), (second, True)):
        async with school.database.tenant(school.id) as db:
            await resolve(db, ops(school, staff), case_id, "done", now())
        async with school.database.tenant(school.id) as db:
            assert bool((await cases.incident(db, incident_id)).resolved_at) == ended


async def test_acting_on_many_cases_takes_as_many_statements_as_on_few(
    school: SchoolRows, staff: dict[str, UUID]
) -> None:
    async with school.database.tenant(school.id) as db:
        for number in range(40):
            about = NewCase.about_session(school.id, school.session.session_id, KIND, str(number), {})
            await open_case(db, about, now())
        ids = list(await db.scalars(select(ExceptionCase.id).order_by(col(ExceptionCase.opened_at))))
    counts = []
    for some in (ids[:5], ids[5:]):
        wanted = BulkAction(action=CaseCommand.RESOLVE, ids=some, resolution="power cut")
        with counted_executions() as counted:
            results = await act_on_cases(school.database, ops(school, staff), wanted, now())
        assert [(result.case_id, result.error) for result in results] == [(key, None) for key in some]
        counts.append(counted())
    assert counts[1] <= counts[0] + 2
    async with school.database.tenant(school.id) as db:
        (incident,) = await db.scalars(select(Incident))
        assert incident.resolved_at is not None
        entries = await db.scalars(select(CaseEntry).where(CaseEntry.kind == EntryKind.RESOLVED))
        assert len(list(entries)) == len(ids)


@contextmanager
def counted_executions() -> Iterator[Callable[[], int]]:
    """Counts the statements that SQLAlchemy sends while the block runs; several rows of one statement count once."""
    sent = 0

    def count(*_: object) -> None:
        nonlocal sent
        sent += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    yield lambda: sent
    sa.event.remove(sa.Engine, "before_cursor_execute", count)


async def test_snoozed_case_wakes_as_a_new_one(
    school: SchoolRows, alerts: CaseAlerts, staff: dict[str, UUID]
) -> None:
    case_id = await opened(school)
    await alerts.tell(school.id, case_id, Reason.OPENED, 0, 0, now())
    async with school.database.tenant(school.id) as db:
        await snooze(db, ops(school, staff), case_id, timedelta(minutes=5), now())

    await alerts.wake(school.id, case_id, now())
    assert (await alerts.look(school.id, case_id, now())).state == CaseState.SNOOZED
    await alerts.wake(school.id, case_id, now() + timedelta(minutes=5))
    view = await alerts.look(school.id, case_id, now())
    assert (view.state, view.level, view.snoozed_until) == (CaseState.OPEN, 0, None)


async def test_workflow_of_a_case_is_started_and_told_of_each_change_once(
    school: SchoolRows, temporal: Client, staff: dict[str, UUID]
) -> None:
    follower = CaseFollower(school.database, CaseClient(temporal, REGION))
    case_id = await opened(school)

    async def signals() -> int:
        await follower.follow()
        history = temporal.get_workflow_handle(case_workflow_id(case_id)).fetch_history_events()
        return sum(
            [event.HasField("workflow_execution_signaled_event_attributes") async for event in history]
        )

    assert [await signals(), await signals()] == [1, 1]
    async with school.database.tenant(school.id) as db:
        await comment(db, ops(school, staff), case_id, "calls back", now())
    assert await signals() == 1
    async with school.database.tenant(school.id) as db:
        await acknowledge(db, ops(school, staff), case_id, now())
    assert await signals() == 2


async def test_a_worker_tells_ops_of_a_case_that_anybody_opens(
    school: SchoolRows,
    staff: dict[str, UUID],
    temporal_server: TestTemporal,
    database_urls: DatabaseUrls,
    mail_sink: TestMail,
    tmp_path: Path,
) -> None:
    environ = worker_environ(f"ops-{school.id}", temporal_server, database_urls)
    environ |= {"HOMEROOM_SMTP_URL": mail_sink.smtp_url}
    with worker_process(environ, tmp_path / "worker.log", "sessions", "notices"):
        await opened(school)
        for name in ("Olu", "Pim"):
            await asyncio.to_thread(mail_sink.wait_for, f"{name}@{school.id}.example", seconds=90)

    assert len(await told(school)) == 2
