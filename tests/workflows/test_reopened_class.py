"""A class that ended by mistake goes on until its documentation is approved."""

import asyncio

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.errors import DoubleBooked, InvalidInput, TransitionRefused
from domain.sessions.timeline import Outcome, Step
from tests.workflows.recording_activities import World
from tests.workflows.session_driver import MINUTE, SessionDriver, book, until

pytestmark = pytest.mark.workflow


async def ended_by_mistake(environment: WorkflowEnvironment, world: World) -> SessionDriver:
    session = await book(environment, world)
    await session.until(session.starts_at + 5 * MINUTE)
    await session.teacher_joins()
    await session.end()
    return session


async def outcomes(session: SessionDriver) -> dict[Step, Outcome]:
    return {entry.step: entry.outcome for entry in await session.timeline()}


async def test_class_in_review_goes_on_and_is_drafted_again(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await ended_by_mistake(environment, world)
    await session.drafted()
    world.calls.clear()
    await session.reopen_until(session.starts_at + 40 * MINUTE)
    await session.until(session.starts_at + 15 * MINUTE)
    assert (await session.facts()).state == "live"
    during = await outcomes(session)
    assert during[Step.LIVE] == Outcome.RUNNING
    assert during[Step.END] == during[Step.DOCUMENTATION] == during[Step.REVIEW] == Outcome.PLANNED
    again = [call for call in world.calls if call in ("move", "reopen_room", "capture", "transcribe")]
    assert again[:2] == ["move", "reopen_room"]
    assert sorted(again[2:]) == ["capture", "transcribe"]  # begun at one time, by two workers
    first = await session.now()
    await session.room_empties(first)
    await session.drafted()
    assert "close_room:empty" in world.calls
    assert "notice:review_request:reopened-1" in world.calls
    assert world.drafts[-1].reopenings == 1
    await session.approve(2)
    assert (await session.result()).outcome == "held"
    assert set((await outcomes(session)).values()) == {Outcome.DONE}


async def test_class_that_is_being_drafted_goes_on(environment: WorkflowEnvironment, world: World) -> None:
    world.gates["draft"] = asyncio.Event()
    session = await ended_by_mistake(environment, world)
    await until(lambda: "draft" in world.calls)
    await session.reopen_until(session.starts_at + 40 * MINUTE)
    await until(lambda: "reopen_room" in world.calls)
    world.gates.pop("draft").set()
    await session.end()
    await session.drafted()
    assert world.calls.count("draft") == 2
    await session.approve(2)
    assert (await session.result()).outcome == "held"


async def test_class_that_ended_before_anybody_spoke_goes_on(
    environment: WorkflowEnvironment, world: World
) -> None:
    world.utterances = 0
    session = await ended_by_mistake(environment, world)
    await session.pass_time(10 * MINUTE)
    assert (await session.facts()).state == "documenting"
    world.utterances = 3
    await session.reopen_until(session.starts_at + 40 * MINUTE)
    await session.pass_time(MINUTE)
    assert (await session.facts()).state == "live"
    await session.end()
    await session.drafted()
    await session.approve()
    assert (await session.result()).outcome == "held"


async def test_class_in_which_nobody_spoke_is_filed_at_its_planned_end(
    environment: WorkflowEnvironment, world: World
) -> None:
    world.utterances = 0
    session = await ended_by_mistake(environment, world)
    await session.until(session.starts_at + 29 * MINUTE)
    assert (await session.facts()).state == "documenting"
    await session.until(session.starts_at + 31 * MINUTE)
    assert (await session.facts()).state == "closed"
    with pytest.raises(TransitionRefused):
        await session.reopen_until(session.starts_at + 40 * MINUTE)
    assert (await session.result()).outcome == "held"


async def test_class_ends_by_itself_at_the_new_end(environment: WorkflowEnvironment, world: World) -> None:
    session = await ended_by_mistake(environment, world)
    await session.drafted()
    await session.reopen_until(session.starts_at + 40 * MINUTE)
    await session.until(session.starts_at + 49 * MINUTE)
    assert "close_room:scheduled" not in world.calls
    await session.until(session.starts_at + 51 * MINUTE)
    assert "close_room:scheduled" in world.calls
    await session.drafted()
    await session.approve(2)
    assert (await session.result()).outcome == "held"


async def test_class_is_reopened_as_often_as_it_ends(environment: WorkflowEnvironment, world: World) -> None:
    session = await ended_by_mistake(environment, world)
    for minutes in (40, 50):
        await session.drafted()
        await session.reopen_until(session.starts_at + minutes * MINUTE)
        await session.pass_time(MINUTE)
        await session.end()
    await session.drafted()
    assert [draft.reopenings for draft in world.drafts] == [0, 1, 2]
    await session.approve(3)
    await session.result()


async def test_class_whose_people_have_another_one_by_then_stays_in_review(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await ended_by_mistake(environment, world)
    await session.drafted()
    world.failing["move"] = DoubleBooked("the instructor has another class")
    with pytest.raises(DoubleBooked):
        await session.reopen_until(session.starts_at + 40 * MINUTE)
    assert "reopen_room" not in world.calls
    await session.approve()
    assert (await session.result()).outcome == "held"


async def test_class_that_runs_or_has_not_begun_or_is_approved_is_not_reopened(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    with pytest.raises(TransitionRefused):
        await session.reopen_until(session.starts_at + 40 * MINUTE)
    await session.until(session.starts_at + 5 * MINUTE)
    await session.teacher_joins()
    with pytest.raises(TransitionRefused):
        await session.reopen_until(session.starts_at + 40 * MINUTE)
    await session.end()
    await session.drafted()
    with pytest.raises(InvalidInput):
        await session.reopen_until(session.starts_at)
    await session.approve()
    with pytest.raises(TransitionRefused):
        await session.reopen_until(session.starts_at + 40 * MINUTE)
    await session.result()


async def test_of_an_approval_and_a_reopening_the_first_wins(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await ended_by_mistake(environment, world)
    await session.drafted()
    world.gates["move"] = asyncio.Event()
    reopening = asyncio.create_task(session.reopen_until(session.starts_at + 40 * MINUTE))
    await until(lambda: "move" in world.calls)
    approval = asyncio.create_task(session.approve())
    world.gates["move"].set()
    await reopening
    with pytest.raises(TransitionRefused):
        await approval
    assert "approve" not in world.calls
    await session.end()
    await session.drafted()
    await session.approve(2)
    await session.result()


async def test_class_that_is_still_ending_goes_on_once_it_has_ended(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at + 5 * MINUTE)
    await session.teacher_joins()
    world.gates["close_room:command"] = asyncio.Event()
    await session.end()
    await until(lambda: "close_room:command" in world.calls)
    assert (await session.facts()).state == "ending"
    await session.reopen_until(session.starts_at + 40 * MINUTE)
    for refused in (session.end(), session.reopen_until(session.starts_at + 50 * MINUTE)):
        with pytest.raises(TransitionRefused):
            await refused
    assert "reopen_room" not in world.calls
    world.gates.pop("close_room:command").set()
    await session.pass_time(MINUTE)
    facts = await session.facts()
    assert (facts.state, facts.reopenings) == ("live", 1)
    assert world.calls.count("reopen_room") == 1
    assert "draft" not in world.calls
    await session.until(session.starts_at + 51 * MINUTE)
    assert "close_room:scheduled" in world.calls
    await session.drafted()
    await session.approve()
    assert (await session.result()).outcome == "held"
