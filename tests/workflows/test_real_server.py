"""Workflows with long-running activities, which need a real server and real time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.errors import NotFound, Unavailable
from tests.stack import TestTemporal
from tests.workflows.recording_activities import World
from tests.workflows.session_driver import SECOND, SOON, book, until, workers
from wiring.temporal import connect
from workflows.client import SessionClient
from workflows.session.messages import Booking, InstructorChanged

pytestmark = pytest.mark.workflow

HOUR = timedelta(hours=1)


@pytest.fixture
async def real(temporal_server: TestTemporal) -> WorkflowEnvironment:
    return WorkflowEnvironment.from_client(await connect(temporal_server.address, temporal_server.namespace))


@pytest.fixture
async def happening(real: WorkflowEnvironment) -> AsyncIterator[World]:
    world = World()
    async with workers(real.client, world):
        yield world


async def test_room_opens_on_time_while_the_mail_server_is_down(
    real: WorkflowEnvironment, happening: World
) -> None:
    happening.away |= {"notice:confirmation", "notice:reminder:3s", "notice:briefing"}
    session = await book(real, happening, starts_in=5 * SECOND, policy=SOON)
    await until(lambda: "open_room" in happening.calls)
    happening.away.clear()
    await session.teacher_joins()
    await until(lambda: "transcribe" in happening.calls)
    await session.end()
    await until(lambda: "notice:review_request" in happening.calls)
    await session.approve()
    assert (await session.handle.result()).outcome == "held"
    assert happening.calls.count("notice:confirmation") > 1


async def test_recorder_of_a_cancelled_class_is_cancelled(
    real: WorkflowEnvironment, happening: World
) -> None:
    happening.recorder_stays = True
    session = await book(real, happening, starts_in=3 * SECOND, policy=SOON)
    await until(lambda: "capture" in happening.calls)
    await session.cancel()
    assert (await session.handle.result()).outcome == "cancelled"
    assert "recorder cancelled" in happening.calls
    assert happening.calls.count("close_room:cancelled") == 1


@pytest.mark.parametrize("by", ["update", "temporal"])
async def test_class_is_cancelled_while_its_room_cannot_be_opened(
    real: WorkflowEnvironment, happening: World, by: str
) -> None:
    happening.away.add("open_room")
    session = await book(real, happening, starts_in=3 * SECOND, policy=SOON)
    await until(lambda: happening.calls.count("open_room") > 1)
    if by == "update":
        await session.cancel()
    else:
        await session.handle.cancel()
    assert (await session.handle.result()).outcome == "cancelled"
    assert happening.calls[-2:] == ["cancel_session", "notice:cancelled"]


async def test_a_command_that_no_worker_answers_is_given_up(real: WorkflowEnvironment) -> None:
    client = SessionClient(real.client, "region-without-workers", timeout=SECOND)
    starts_at = datetime.now(UTC) + HOUR
    booking = Booking(uuid4(), uuid4(), (uuid4(),), starts_at=starts_at, ends_at=starts_at + HOUR)
    with pytest.raises(Unavailable):
        await asyncio.wait_for(client.book(uuid4(), uuid4(), booking), 60)


async def test_a_class_with_a_substitution_and_three_cases_keeps_to_its_budget(
    real: WorkflowEnvironment, happening: World
) -> None:
    """Each failed step is tried again as a regular activity, and opens a case."""
    happening.failing |= {"notice:confirmation": NotFound("gone"), "notice:briefing": NotFound("gone")}
    happening.failing["file"] = NotFound("gone")
    session = await book(real, happening, starts_in=5 * SECOND, policy=SOON, students=6)
    await session.ask_for_substitute()
    await session.sessions.report_instructor(session.session_id, InstructorChanged(uuid4()))
    await until(lambda: "open_room" in happening.calls)
    for _ in range(3):  # instructor, first student, everybody
        await session.teacher_joins()
    await until(lambda: "transcribe" in happening.calls)
    await session.end()
    await until(lambda: "notice:review_request" in happening.calls)
    await session.approve()
    assert (await session.handle.result()).outcome == "held"
    assert len(happening.cases) >= 3, happening.cases
    events = (await session.handle.fetch_history()).events
    assert len(events) <= 150, len(events)
