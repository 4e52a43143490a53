"""What nothing works on any more is repaired or has a case: real Postgres, LiveKit and Temporal."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import col
from temporalio.client import Client, WorkflowExecutionStatus

from activities.rooms import DEPARTURE_TIMEOUT, EMPTY_TIMEOUT
from domain.cases.kinds import ExceptionKind
from domain.notices.kinds import NoticeKind
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.recording import AudioSegment
from domain.scheduling.offers import SubstitutionReason
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step
from domain.subjects import SubjectKind
from media_bridge.rooms import LiveKitRooms
from models.notice import Notice
from models.repositories import cases as case_rows
from models.repositories import events, notices, recordings, records
from models.session import Session, TimelineRow
from services.cases import NewCase, open_case
from services.sweeper import Sweeper
from tests.activities.school_rows import REGION, SchoolRows, now
from tests.activities.substitutes import Substitutes
from tests.activities.watched import until
from tests.stack import TestLiveKit, TestTemporal
from wiring.temporal import connect
from workflows.client import (
    CaseClient,
    LateAudioClient,
    RunningWorkflows,
    SubstitutionClient,
    case_workflow_id,
)
from workflows.ids import late_audio_workflow_id, substitution_workflow_id

pytestmark = pytest.mark.adapter
HOUR = timedelta(hours=1)


@pytest.fixture
async def temporal(temporal_server: TestTemporal) -> Client:
    return await connect(temporal_server.address, temporal_server.namespace)


@pytest.fixture
async def rooms(livekit_server: TestLiveKit) -> AsyncIterator[LiveKitRooms]:
    server = livekit_server.server
    found = LiveKitRooms(server.url, server.api_key, server.api_secret)
    yield found
    await found.aclose()


@pytest.fixture
def sweeper(school: SchoolRows, rooms: LiveKitRooms, temporal: Client) -> Sweeper:
    return Sweeper(
        school.database,
        rooms,
        RunningWorkflows(temporal, REGION),
        CaseClient(temporal, REGION),
        SubstitutionClient(temporal, REGION),
        LateAudioClient(temporal, REGION),
        REGION,
        settled=timedelta(0),
    )


async def is_over(school: SchoolRows, state: SessionState, **values: Any) -> None:
    began = now() - 2 * HOUR
    times: dict[str, Any] = {
        "starts_at": began,
        "ends_at": began + HOUR,
        "live_at": began,
        "ended_at": now() - HOUR,
    }
    await school.change_session(state=state, **times | values)


async def test_a_recording_whose_recorder_is_gone_has_its_end(school: SchoolRows, sweeper: Sweeper) -> None:
    started = SessionEvent(EventSource.CAPTURE, "on", EventKind.CAPTURE_STARTED, now() - HOUR, hidden=True)
    await school.record(started)
    await is_over(school, SessionState.REVIEW)
    for _ in range(2):
        await sweeper.sweep()
    async with school.database.tenant(school.id) as db:
        ends = await events.of_session(db, school.session.session_id, [EventKind.CAPTURE_ENDED])
    assert [event.data["reason"] for event in ends] == ["recorder_gone"]


async def test_missing_attendance_is_filed_and_other_parts_have_one_case_each(
    school: SchoolRows, sweeper: Sweeper
) -> None:
    await is_over(school, SessionState.CLOSED, outcome="held")
    async with school.database.tenant(school.id) as db:
        step: dict[str, Any] = {
            "organization_id": school.id,
            "session_id": school.session.session_id,
            "position": 1,
        }
        db.add(TimelineRow(**step, step=Step.SUMMARY, outcome=Outcome.RUNNING))
    for _ in range(2):
        await sweeper.sweep()
    async with school.database.tenant(school.id) as db:
        assert len(await records.attendance(db, school.session.session_id)) == 3
    assert [(case.kind, case.occasion, case.count) for case in await school.cases()] == [
        ("record_unfinished", "step summary", 1)
    ]


async def test_a_message_that_nobody_sends_is_given_up_with_a_case(
    school: SchoolRows, sweeper: Sweeper
) -> None:
    await is_over(school, SessionState.CLOSED, outcome="held")
    about: dict[str, Any] = {"subject_kind": SubjectKind.SESSION, "subject_id": school.session.session_id}
    waiting = Notice(
        **about,
        id=uuid4(),
        key=str(uuid4()),
        organization_id=school.id,
        kind=NoticeKind.SUMMARY,
        recipient_kind="guardian",
        recipient_id=school.people["Samira"],
        address="samira@family.example",
        subject="Summary",
        html="",
        text="",
        send_after=now() - HOUR,
        created_at=now() - HOUR,
    )
    key = waiting.id
    async with school.database.tenant(school.id) as db:
        await notices.prepare(db, [waiting])
    for _ in range(2):
        await sweeper.sweep()
    async with school.database.tenant(school.id) as db:
        assert (await notices.get(db, key)).state == "failed"
    (case,) = [case for case in await school.cases() if case.kind == ExceptionKind.NOTICE_UNDELIVERABLE]
    assert (case.detail["notice_id"], case.count) == (str(key), 1)


async def test_a_search_and_a_case_without_their_workflows_get_them_again(
    school: SchoolRows, sweeper: Sweeper, temporal: Client
) -> None:
    new = NewCase.about_session(school.id, school.session.session_id, ExceptionKind.INSTRUCTOR_ABSENT, "", {})
    async with school.database.tenant(school.id) as db:
        await open_case(db, new, now() - HOUR)
        (case,) = await case_rows.of_session(db, school.session.session_id)
        case.followed = case.changes
    search = await Substitutes(school).start(reason=SubstitutionReason.ABSENT)
    workflows = [case_workflow_id(case.id), substitution_workflow_id(search.session_id, search.number)]
    await sweeper.sweep()
    for workflow_id in workflows:
        assert (await temporal.get_workflow_handle(workflow_id).describe()).status == 1
    assert await school.tried() == {"instructor_absent": [("search_started", "worked")]}

    async def is_listed() -> bool:
        return case.id in await RunningWorkflows(temporal, REGION).cases(10_000)

    await until(is_listed)
    await sweeper.sweep()
    assert len((await school.tried())["instructor_absent"]) == 1
    for workflow_id in workflows:
        await temporal.get_workflow_handle(workflow_id).terminate()


@pytest.mark.parametrize("state", [SessionState.SCHEDULED, SessionState.CLOSED])
async def test_only_rooms_of_own_classes_that_have_none_are_closed(
    school: SchoolRows, sweeper: Sweeper, rooms: LiveKitRooms, state: SessionState
) -> None:
    of_another_deployment, forgotten = uuid4(), school.session.session_id
    another = await school.book_with_another_instructor("Zoe")
    running = another.session_id
    await school.change(Session, col(Session.id) == running, state=SessionState.OPEN)
    await school.change_session(state=state)
    for session_id in (of_another_deployment, running, forgotten):
        await rooms.ensure_room(session_id, empty_timeout=EMPTY_TIMEOUT, departure_timeout=DEPARTURE_TIMEOUT)

    async def is_closed() -> bool:
        await sweeper.sweep()
        return forgotten not in await _listed(rooms)

    await until(is_closed)
    await sweeper.sweep()
    kept = {of_another_deployment, running}
    assert kept <= await _listed(rooms)
    for session_id in kept:
        await rooms.close_room(session_id)


async def _listed(rooms: LiveKitRooms) -> set[UUID]:
    return {room.session_id for room in await rooms.list_rooms()}


async def test_audio_that_nobody_transcribed_starts_its_workflow(
    school: SchoolRows, sweeper: Sweeper, temporal: Client
) -> None:
    await is_over(school, SessionState.REVIEW)
    segment = AudioSegment(
        school.id,
        school.session.session_id,
        str(school.people["Ada"]),
        participant_sid="PA",
        track_sid="TR",
        recorder_id="dead",
        seq=0,
        started_at=now() - 2 * HOUR,
        samples=16_000,
        sample_rate=16_000,
        codec="flac",
        key=str(uuid4()),
        sha256="",
        size=0,
    )
    async with school.database.tenant(school.id) as db:
        await recordings.register(db, [segment])
    await sweeper.sweep()
    workflow = temporal.get_workflow_handle(late_audio_workflow_id(school.session.session_id))
    assert (await workflow.describe()).status == WorkflowExecutionStatus.RUNNING
    async with school.database.tenant(school.id) as db:
        await recordings.mark_transcribed(db, [segment.key], now())
    await workflow.terminate()
    await sweeper.sweep()
    assert (await workflow.describe()).status == WorkflowExecutionStatus.TERMINATED
