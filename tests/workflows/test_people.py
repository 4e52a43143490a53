"""People are added to and removed from a class before it ends; whom it concerns is told once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.errors import Conflict, DoubleBooked, TransitionRefused
from domain.notices.kinds import NoticeKind
from tests.workflows.recording_activities import World
from tests.workflows.session_driver import MINUTE, book, workers

pytestmark = pytest.mark.workflow


def told(world: World, kind: NoticeKind) -> list[str]:
    return [notice.occasion for notice in world.notices if notice.kind == kind]


async def test_the_guardians_of_an_added_student_are_told_once(environment: WorkflowEnvironment) -> None:
    world, student = World(), uuid4()
    async with workers(environment.client, world):
        session = await book(environment, world)
        assert await session.add(student) == 1
        assert await session.add(student) == 0
        await session.pass_time(MINUTE)
        (notice,) = [one for one in world.notices if one.kind == NoticeKind.ADDED]
        assert notice.student_ids == (student,)
        assert student in (await session.facts()).booked.student_ids
        assert told(world, NoticeKind.BRIEFING) == [], "the instructor gets the first briefing later"
        await session.cancel()
        await session.result()


async def test_who_is_added_removed_and_added_again_is_told_each_time(
    environment: WorkflowEnvironment,
) -> None:
    world, student = World(), uuid4()
    async with workers(environment.client, world):
        session = await book(environment, world)
        for _ in range(2):
            assert await session.add(student) == 1
            assert await session.remove(student) == 1
        assert await session.remove(student) == 0
        await session.pass_time(MINUTE)
        assert told(world, NoticeKind.ADDED) == ["people-1", "people-3"]
        assert told(world, NoticeKind.REMOVED) == ["people-2", "people-4"]
        assert "disconnect" not in world.calls, "there is no room yet"
        await session.cancel()
        await session.result()


async def test_a_change_that_is_told_elsewhere_sends_no_message(environment: WorkflowEnvironment) -> None:
    world = World()
    async with workers(environment.client, world):
        session = await book(environment, world)
        await session.add(uuid4(), tell=False)
        await session.pass_time(MINUTE)
        assert told(world, NoticeKind.ADDED) == []
        await session.cancel()
        await session.result()


async def test_after_the_briefing_the_instructor_is_briefed_again(environment: WorkflowEnvironment) -> None:
    world = World()
    async with workers(environment.client, world):
        session = await book(environment, world)
        await session.until(session.starts_at - 5 * MINUTE)
        assert told(world, NoticeKind.BRIEFING) == [""]
        await session.add(uuid4())
        await session.pass_time(MINUTE)
        assert told(world, NoticeKind.BRIEFING) == ["", "people-1"]
        assert "add_people:1:room" in world.calls, "the room is open: the student gets credentials at once"
        await session.cancel()
        await session.result()


async def test_who_is_removed_from_a_running_class_is_put_out_of_the_room(
    environment: WorkflowEnvironment,
) -> None:
    world, student = World(), uuid4()
    async with workers(environment.client, world):
        session = await book(environment, world)
        await session.add(student)
        await session.until_start()
        await session.teacher_joins()
        await session.pass_time(timedelta(seconds=5))
        await session.remove(student)
        await session.pass_time(timedelta(seconds=5))
        assert world.calls.index("remove_people:1") < world.calls.index("disconnect")
        assert told(world, NoticeKind.REMOVED) == ["people-2"]
        await session.end()
        with pytest.raises(TransitionRefused):
            await session.add(uuid4())
        await session.drafted()
        await session.approve()
        await session.result()


async def test_a_change_whose_answer_is_lost_is_told_all_the_same(environment: WorkflowEnvironment) -> None:
    """The local attempt takes effect and is lost, and the regular activity returns whom it changed."""
    world, student = World(answers_lost={"add_people", "remove_people"}), uuid4()
    async with workers(environment.client, world):
        session = await book(environment, world)
        assert await session.add(student) == 1
        assert student in (await session.facts()).booked.student_ids
        await session.remove(student)
        await session.pass_time(MINUTE)
        assert told(world, NoticeKind.ADDED) == ["people-1"]
        assert told(world, NoticeKind.REMOVED) == ["people-2"]
        assert not world.answers_lost
        await session.cancel()
        await session.result()


@pytest.mark.parametrize("refusal", [DoubleBooked("busy", clashing_person_id="p"), Conflict("the last one")])
async def test_a_refusal_is_the_answer_and_changes_nothing(
    environment: WorkflowEnvironment, refusal: DoubleBooked
) -> None:
    world, student = World(), uuid4()
    async with workers(environment.client, world):
        session = await book(environment, world)
        before = (await session.facts()).booked
        world.failing["add_people"] = refusal
        with pytest.raises(type(refusal)) as answered:
            await session.add(student)
        assert answered.value.extra == refusal.extra
        await session.pass_time(MINUTE)
        assert (await session.facts()).booked == before
        assert told(world, NoticeKind.ADDED) == []
        await session.cancel()
        await session.result()
