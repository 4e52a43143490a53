"""Two commands at the same moment: the one that is accepted first wins, and no accepted command is dropped."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.errors import DoubleBooked, TransitionRefused, Unavailable
from tests.workflows.recording_activities import World
from tests.workflows.session_driver import MINUTE, SessionDriver, book, until, workers

pytestmark = pytest.mark.workflow

Command = Callable[[SessionDriver], Awaitable[None]]
DONE, REFUSED = "done", "refused"


async def cancel(session: SessionDriver) -> None:
    await session.cancel()


async def end(session: SessionDriver) -> None:
    await session.end()


async def move(session: SessionDriver) -> None:
    await session.move_to(session.starts_at + timedelta(days=1))


async def extend(session: SessionDriver) -> None:
    await session.extend_to(session.starts_at + 90 * MINUTE)


async def substitute(session: SessionDriver) -> None:
    await session.ask_for_substitute()


async def add(session: SessionDriver) -> None:
    assert await session.add(uuid4()) == 1


async def approve(session: SessionDriver) -> None:
    await session.approve()


async def request_changes(session: SessionDriver) -> None:
    await session.request_changes()


# What becomes of the second command, and how the class goes on. The first one always has its effect.
WITHOUT_AN_INSTRUCTOR: list[tuple[Command, Command, str, str]] = [
    (cancel, cancel, REFUSED, "cancelled"),
    (cancel, end, REFUSED, "cancelled"),
    (cancel, move, REFUSED, "cancelled"),
    (cancel, extend, REFUSED, "cancelled"),
    (cancel, substitute, REFUSED, "cancelled"),
    (end, cancel, REFUSED, "not_held"),
    (end, end, REFUSED, "not_held"),
    (end, move, REFUSED, "not_held"),
    (end, extend, REFUSED, "not_held"),
    (end, substitute, REFUSED, "not_held"),
    (move, cancel, DONE, "cancelled"),
    (move, end, REFUSED, "moved"),
    (move, move, DONE, "moved"),
    (move, extend, REFUSED, "moved"),
    (move, substitute, DONE, "moved"),
    (extend, cancel, DONE, "cancelled"),
    (extend, end, DONE, "not_held"),
    (extend, move, DONE, "moved"),
    (cancel, add, REFUSED, "cancelled"),
    (end, add, REFUSED, "not_held"),
    (move, add, DONE, "moved"),
    (add, cancel, DONE, "cancelled"),
    (add, end, DONE, "not_held"),
    (add, move, DONE, "moved"),
    (add, add, DONE, "not_held"),
    (substitute, cancel, DONE, "cancelled"),
    (substitute, end, DONE, "not_held"),
    (substitute, move, DONE, "moved"),
]


def _name(value: object) -> str:
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(("first", "second", "answer", "outcome"), WITHOUT_AN_INSTRUCTOR, ids=_name)
async def test_of_two_commands_in_one_task_the_first_wins(
    environment: WorkflowEnvironment, first: Command, second: Command, answer: str, outcome: str
) -> None:
    world = World()
    async with workers(environment.client, world, cache=0):
        session = await book(environment, world)
        await session.until(session.starts_at + MINUTE)
        starts_at = session.starts_at
    answers = await in_one_task(session, world, first, second)

    assert answers == [DONE, answer]
    async with workers(environment.client, world, cache=0):
        if outcome == "moved":
            await session.until(starts_at + 60 * MINUTE)
            facts = await session.facts()
            assert (facts.state, facts.end_reason, facts.booked.starts_at) == (
                "scheduled",
                None,
                session.starts_at,
            )
            assert any(call.startswith("notice:rescheduled") for call in world.calls)
            await session.cancel()
            await session.result()
        else:
            assert (await session.result()).outcome == outcome
    assert (world.calls.count("notice:cancelled") == 1) == (outcome in ("cancelled", "moved"))
    accepted = [first] if answer == REFUSED else [first, second]
    assert ("start_substitution:1" in world.calls) == (substitute in accepted)
    assert len(world.added) == accepted.count(add)


@pytest.mark.parametrize(("first", "second"), [(approve, request_changes), (approve, approve)], ids=_name)
async def test_documentation_that_was_approved_takes_no_further_command(
    environment: WorkflowEnvironment, first: Command, second: Command
) -> None:
    world = World()
    async with workers(environment.client, world, cache=0):
        session = await book(environment, world)
        await session.in_review()
    assert await in_one_task(session, world, first, second) == [DONE, REFUSED]
    async with workers(environment.client, world, cache=0):
        await session.result()
    assert (world.calls.count("approve"), world.calls.count("request_changes")) == (1, 0)


async def test_changes_requested_before_the_approval_are_both_carried_out(
    environment: WorkflowEnvironment,
) -> None:
    world = World()
    async with workers(environment.client, world, cache=0):
        session = await book(environment, world)
        await session.in_review()
    assert await in_one_task(session, world, request_changes, approve) == [DONE, DONE]
    async with workers(environment.client, world, cache=0):
        await session.result()
    assert "notice:summary" in world.calls


@pytest.mark.parametrize("later", [end, extend], ids=_name)
async def test_command_that_comes_while_a_move_is_carried_out_waits_and_is_refused(
    environment: WorkflowEnvironment, world: World, later: Command
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at + MINUTE)
    async with moving(session, world) as moved:
        waiting = asyncio.create_task(answer_to(later, session))
        await asyncio.sleep(0.5)
        assert not waiting.done()
    await moved
    assert await waiting == REFUSED
    await session.until(session.starts_at - timedelta(hours=3))
    assert (await session.facts()).state == "scheduled"
    assert "close_room:command" not in world.calls
    await session.cancel()
    await session.result()


async def test_command_waits_for_a_move_that_fails_and_is_carried_out(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at + MINUTE)
    async with moving(session, world) as moved:
        waiting = asyncio.create_task(answer_to(end, session))
        await asyncio.sleep(0.5)
        world.refused_at_gate["move"] = DoubleBooked("another class")
    with pytest.raises(DoubleBooked):
        await moved
    assert await waiting == DONE
    assert (await session.result()).outcome == "not_held"


async def test_cancellation_waits_for_a_move_so_that_it_reserves_no_time_afterwards(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at - timedelta(hours=5))
    async with moving(session, world) as moved:
        await session.cancel()
        await asyncio.sleep(0.5)
        assert "cancel_session" not in world.calls
    await moved
    assert (await session.result()).outcome == "cancelled"
    assert world.calls[-2:] == ["cancel_session", "notice:cancelled"]
    assert not any(call.startswith("notice:rescheduled") for call in world.calls)


async def test_class_is_not_ended_before_its_planned_start(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at - 5 * MINUTE)
    with pytest.raises(TransitionRefused):
        await session.end()
    await session.cancel()
    await session.result()


async def test_substitute_is_refused_once_the_class_is_over(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.in_review()
    with pytest.raises(TransitionRefused):
        await session.ask_for_substitute()
    await session.approve()
    await session.result()
    with pytest.raises(TransitionRefused):
        await session.ask_for_substitute()
    assert "start_substitution:1" not in world.calls


async def in_one_task(session: SessionDriver, world: World, first: Command, second: Command) -> list[str]:
    """The answers to two commands that come while no worker is there, so that the next one gets both at once."""
    tasks = []
    for command in (first, second):
        tasks.append(asyncio.create_task(answer_to(command, session)))
        await asyncio.sleep(0.2)
    async with workers(session.environment.client, world, cache=0):
        return await asyncio.gather(*tasks)


async def answer_to(command: Command, session: SessionDriver) -> str:
    try:
        await command(session)
    except TransitionRefused:
        return REFUSED
    return DONE


@asynccontextmanager
async def moving(session: SessionDriver, world: World) -> AsyncIterator[asyncio.Task[None]]:
    """While a move to another day is carried out by a regular activity."""
    world.failing_once["move"] = Unavailable("the database does not answer")
    gate = world.gates["move"] = asyncio.Event()
    moved = asyncio.create_task(move(session))
    await until(lambda: world.calls.count("move") == 2)
    yield moved
    gate.set()
