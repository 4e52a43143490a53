"""A class that hears of no instructor looks for them itself, once for each start: the watch may be down."""

from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.errors import NotFound
from domain.sessions.policies import SessionPolicy
from tests.workflows.recording_activities import World
from tests.workflows.session_driver import MINUTE, book, commands

pytestmark = pytest.mark.workflow
LOOKED = "look_for_instructor"


async def test_absent_instructor_is_looked_for_once(environment: WorkflowEnvironment, world: World) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at + 4 * MINUTE)
    assert LOOKED not in world.calls
    await session.until(session.starts_at + 6 * MINUTE)
    assert world.calls.count(LOOKED) == 1
    assert (await session.result()).outcome == "not_held"
    assert world.calls.count(LOOKED) == 1


async def test_class_whose_instructor_has_come_waits_for_nobody(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at - MINUTE)
    await session.teacher_joins()
    await session.until(session.starts_at + 10 * MINUTE)
    assert LOOKED not in world.calls
    assert not any("instructor due" in command for command in await commands(session.handle))


async def test_late_instructor_ends_the_wait_and_the_class_is_held(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world, policy=SessionPolicy(instructor_absent_after=10 * MINUTE))
    await session.until(session.starts_at + 4 * MINUTE)
    await session.teacher_joins()
    await session.until(session.starts_at + 12 * MINUTE)
    assert (await session.facts()).state == "live"
    assert LOOKED not in world.calls


async def test_moved_class_looks_again_at_its_new_start(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at + 6 * MINUTE)
    await session.move_to(session.starts_at + timedelta(days=1))
    await session.until(session.starts_at + timedelta(days=1, minutes=6))
    assert world.calls.count(LOOKED) == 2


async def test_look_that_fails_for_good_opens_a_case_and_the_class_goes_on(
    environment: WorkflowEnvironment, world: World
) -> None:
    world.failing[LOOKED] = NotFound("there is no session")
    session = await book(environment, world)
    await session.until(session.starts_at + 6 * MINUTE)
    assert [case.occasion for case in world.cases] == ["look for the instructor"]
    await session.teacher_joins()
    await session.pass_time(MINUTE)
    assert (await session.facts()).state == "live"


async def test_class_that_ends_before_the_instructor_is_due_does_not_look(
    environment: WorkflowEnvironment, world: World
) -> None:
    policy = SessionPolicy(grace_after_end=timedelta(), instructor_absent_after=5 * MINUTE)
    session = await book(environment, world, lasts=3 * MINUTE, policy=policy)
    assert (await session.result()).outcome == "not_held"
    assert LOOKED not in world.calls
