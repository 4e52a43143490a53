"""A room exists for its whole slot: what happens before the planned start, or before a move, decides nothing."""

from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.sessions.policies import SessionPolicy
from domain.sessions.timeline import Outcome, Step
from tests.workflows.recording_activities import World
from tests.workflows.session_driver import MINUTE, SessionDriver, book

pytestmark = pytest.mark.workflow


async def state(session: SessionDriver) -> str:
    return (await session.facts()).state


async def test_instructor_who_looks_in_and_leaves_before_the_start_does_not_end_the_class(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at - 9 * MINUTE)
    await session.teacher_joins()
    await session.until(session.starts_at - 7 * MINUTE)
    await session.teacher_leaves_early()
    await session.until(session.starts_at + 2 * MINUTE)
    assert await state(session) == "open"
    await session.teacher_joins()
    await session.pass_time(MINUTE)
    assert await state(session) == "live"
    await session.until(session.starts_at + 42 * MINUTE)
    await session.approve()
    assert (await session.result()).outcome == "held"


async def test_class_that_only_had_an_early_look_in_is_not_held(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at - 9 * MINUTE)
    await session.teacher_joins()
    await session.pass_time(MINUTE)
    await session.teacher_leaves_early()
    await session.until(session.starts_at + 39 * MINUTE)
    assert not any(call.startswith("close_room") for call in world.calls)
    assert (await session.result()).outcome == "not_held"
    assert "case:instructor_absent" in world.calls


async def test_instructor_who_turns_out_to_have_left_before_the_start_does_not_end_the_class(
    environment: WorkflowEnvironment, world: World
) -> None:
    """LiveKit lists a client that died for twenty seconds."""
    session = await book(environment, world, policy=SessionPolicy(empty_room_ends_after=timedelta()))
    await session.until(session.starts_at - MINUTE)
    await session.teacher_joins()
    await session.until(session.starts_at + MINUTE)
    await session.teacher_leaves_early()
    await session.until(session.starts_at + 20 * MINUTE)
    assert not any(call.startswith("close_room") for call in world.calls)
    await session.teacher_joins()
    await session.end()
    await session.drafted()
    await session.approve()
    assert (await session.result()).outcome == "held"


async def test_class_can_still_be_cancelled_after_an_early_look_in(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at - 9 * MINUTE)
    await session.teacher_joins()
    await session.pass_time(MINUTE)
    await session.cancel()
    assert (await session.result()).outcome == "cancelled"


async def test_instructor_who_waits_in_the_room_makes_the_class_live_at_its_planned_start(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at - 9 * MINUTE)
    await session.teacher_joins()
    await session.until(session.starts_at - MINUTE)
    assert await state(session) == "open"
    await session.until(session.starts_at + MINUTE)
    facts = await session.facts()
    assert (facts.state, facts.live_since) == ("live", session.starts_at)
    await session.end()
    await session.drafted()
    await session.approve()
    assert (await session.result()).outcome == "held"


@pytest.mark.parametrize(
    ("ends_after", "open_until", "closed_at"),
    [(None, 29, 31), (timedelta(), 14, 16), (20 * MINUTE, 19, 21), (50 * MINUTE, 29, 31)],
    ids=str,
)
async def test_room_that_is_empty_from_the_tenth_minute_closes_when_the_policy_says(
    environment: WorkflowEnvironment,
    world: World,
    ends_after: timedelta | None,
    open_until: int,
    closed_at: int,
) -> None:
    session = await book(environment, world, policy=SessionPolicy(empty_room_ends_after=ends_after))
    await session.until_start()
    first = await session.now()
    await session.teacher_joins()
    await session.until(session.starts_at + 10 * MINUTE)
    await session.room_empties(first)
    await session.until(session.starts_at + open_until * MINUTE)
    assert "close_room:empty" not in world.calls
    await session.until(session.starts_at + closed_at * MINUTE)
    assert "close_room:empty" in world.calls
    await session.drafted()
    await session.approve()
    await session.result()


async def test_room_that_is_occupied_after_all_does_not_end_the_class_as_empty(
    environment: WorkflowEnvironment, world: World
) -> None:
    """People came back while nobody could tell the workflow."""
    world.is_occupied = True
    session = await book(environment, world)
    await session.until_start()
    first = await session.now()
    await session.teacher_joins()
    await session.until(session.starts_at + 29 * MINUTE)
    await session.room_empties(first)
    await session.until(session.starts_at + 39 * MINUTE)
    assert world.calls.count("look_into_room") == 1
    assert await state(session) == "live"
    await session.until(session.starts_at + 41 * MINUTE)
    assert "close_room:scheduled" in world.calls
    await session.drafted()
    await session.approve()
    assert (await session.result()).outcome == "held"


async def test_room_that_cannot_be_looked_into_does_not_end_the_class_as_empty(
    environment: WorkflowEnvironment, world: World
) -> None:
    world.away.add("look_into_room")
    session = await book(environment, world)
    await session.until_start()
    first = await session.now()
    await session.teacher_joins()
    await session.until(session.starts_at + 29 * MINUTE)
    await session.room_empties(first)
    await session.until(session.starts_at + 39 * MINUTE)
    assert await state(session) == "live"
    await session.end()
    await session.drafted()
    await session.approve()
    assert (await session.result()).outcome == "held"


async def test_presence_in_the_room_of_an_earlier_time_does_not_make_a_moved_class_live(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world, starts_in=6 * MINUTE)
    await session.pass_time(MINUTE)
    await session.move_to(session.starts_at + 8 * MINUTE)  # the room opens again at once
    await session.pass_time(MINUTE)
    await session.teacher_joins(at=session.starts_at, moves=0)
    await session.room_empties(session.starts_at, moves=0)
    await session.until(session.starts_at + 5 * MINUTE)
    assert await state(session) == "open"
    await session.teacher_joins(moves=1)
    await session.pass_time(MINUTE)
    assert await state(session) == "live"
    await session.end()
    await session.drafted()
    await session.approve()
    assert (await session.result()).outcome == "held"


async def test_presence_reported_before_a_move_is_forgotten_with_it(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world, starts_in=6 * MINUTE)
    await session.pass_time(MINUTE)
    await session.teacher_joins()
    await session.move_to(session.starts_at + 8 * MINUTE)
    await session.until(session.starts_at + 5 * MINUTE)
    facts = await session.facts()
    assert (facts.state, facts.in_room) == ("open", 0)
    assert (await session.result()).outcome == "not_held"


async def test_timeline_of_a_moved_class_plans_everything_of_its_new_time(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at - 5 * MINUTE)
    await session.move_to(session.starts_at + timedelta(days=3))
    await session.pass_time(MINUTE)
    done = {entry.step for entry in await session.timeline() if entry.outcome != Outcome.PLANNED}
    assert done == {Step.BOOKING, Step.CONFIRMATION}
    planned = {entry.step: entry.planned_at for entry in await session.timeline()}
    assert planned[Step.END] == session.starts_at + 30 * MINUTE
    assert planned[Step.LIVE] == session.starts_at
    await session.cancel()
    await session.result()


async def test_reminders_and_briefing_of_a_moved_class_name_their_start(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    first = session.starts_at
    await session.until(first - 5 * MINUTE)
    await session.move_to(first + timedelta(days=3))
    await session.until(session.starts_at - MINUTE)
    for kind in ("reminder", "briefing"):
        starts = [notice.starts_at for notice in world.notices if notice.kind == kind]
        assert set(starts) == {first, session.starts_at}, kind
    assert world.calls.count("notice:briefing") == 2
    await session.cancel()
    await session.result()


async def test_new_state_is_written_before_the_room_is_closed(
    environment: WorkflowEnvironment, world: World
) -> None:
    """Otherwise people are still let in, and the watch makes the room again."""
    session = await book(environment, world)
    await session.until(session.starts_at - 5 * MINUTE)
    await session.move_to(session.starts_at + timedelta(days=1))
    await session.until(session.starts_at - 5 * MINUTE)
    assert world.state_at["close_room:moved"] == "scheduled"
    await session.cancel()
    await session.result()
    assert world.state_at["close_room:cancelled"] == "cancelled"
    assert world.calls.index("cancel_session") < world.calls.index("close_room:cancelled")


async def test_ended_class_is_ending_before_its_room_is_closed(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.result()
    assert world.state_at["close_room:scheduled"] == "ending"
