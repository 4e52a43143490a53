"""Whole stories of workflows, by name: their histories are saved for replay, their commands are fingerprinted."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.errors import NotFound
from tests.workflows.classroom import MINUTE, REGION, Classroom, Handle, book
from tests.workflows.recording_activities import QuickWatch, World
from workflows.class_session import ClassSession
from workflows.contracts.rooms import WatchInput
from workflows.room_watch import RoomWatchWorkflow
from workflows.session.messages import Cancel, EndClass, Extend, RequestChanges, Reschedule, Substitute

Scenario = Callable[[WorkflowEnvironment, World], Awaitable[Handle]]


async def held(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world)
    await room.in_review()
    await room.handle.execute_update(ClassSession.request_changes, RequestChanges(1, "person"))
    await room.approve(2)
    return await over(room)


async def moved_after_the_door_opened(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world)
    later = room.starts_at + timedelta(days=1)
    await room.until(room.starts_at - 5 * MINUTE)
    await room.handle.execute_update(ClassSession.reschedule, Reschedule(later, later + 30 * MINUTE))
    room.starts_at = later
    await room.in_review()
    await room.approve()
    return await over(room)


async def extended_and_ended_by_command(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world, starts_in=20 * MINUTE)
    await room.until(room.starts_at)
    await room.teacher_joins()
    await room.handle.execute_update(ClassSession.extend, Extend(room.starts_at + 60 * MINUTE))
    await room.until(room.starts_at + 50 * MINUTE)
    await room.handle.execute_update(ClassSession.end, EndClass("person"))
    await room.drafted()
    await room.approve()
    return await over(room)


async def cancelled_after_the_door_opened(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world)
    await room.handle.signal(ClassSession.substitute, Substitute(by="admin"))
    await room.until(room.starts_at - 5 * MINUTE)
    await room.handle.execute_update(ClassSession.cancel, Cancel("storm"))
    return await over(room)


async def not_held(environment: WorkflowEnvironment, world: World) -> Handle:
    return await over(await book(environment, world))


async def steps_failed_and_nobody_reviewed(environment: WorkflowEnvironment, world: World) -> Handle:
    world.failing |= {"notice:reminder": NotFound("gone"), "capture": NotFound("gone")}
    room = await book(environment, world)
    await room.in_review()
    return await over(room)


async def watch(environment: WorkflowEnvironment, _: World) -> Handle:
    """One life of the watch, up to its continuation."""
    queue = f"{REGION}-watch"
    activities = [QuickWatch().watch]
    async with Worker(
        environment.client, task_queue=queue, workflows=[RoomWatchWorkflow], activities=activities
    ):
        handle = await environment.client.start_workflow(
            RoomWatchWorkflow.run, WatchInput(REGION), id=f"watch-{uuid4()}", task_queue=queue
        )
        first = environment.client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
        async for event in first.fetch_history_events(wait_new_event=True):
            if event.HasField("workflow_execution_continued_as_new_event_attributes"):
                break
        await handle.terminate()
    return first


async def over(room: Classroom) -> WorkflowHandle[ClassSession, object]:
    await room.result()
    return room.handle


SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        held,
        moved_after_the_door_opened,
        extended_and_ended_by_command,
        cancelled_after_the_door_opened,
        not_held,
        steps_failed_and_nobody_reviewed,
        watch,
    )
}
