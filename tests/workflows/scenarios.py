"""Scenarios of whole workflows: their histories are saved for replay, their commands as fingerprints."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.errors import DoubleBooked, NotFound, StaleRevision, Unavailable
from tests.workflows.classroom import MINUTE, REGION, Classroom, Handle, book
from tests.workflows.delivering import deliver, delivering, keep_house
from tests.workflows.recording_activities import QuickWatch, World
from workflows.client import session_workflow_id
from workflows.contracts.rooms import WatchInput
from workflows.room_watch import RoomWatchWorkflow
from workflows.session.messages import Cancel

Scenario = Callable[[WorkflowEnvironment, World], Awaitable[Handle]]


async def held(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world)
    await room.in_review()
    await room.request_changes()
    await room.approve(2)
    return await over(room)


async def moved_before_the_door_opened(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world)
    await room.until(room.starts_at - timedelta(hours=2))
    await room.move_to(room.starts_at + timedelta(days=3))
    await room.in_review()
    await room.approve()
    return await over(room)


async def moved_after_the_door_opened(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world)
    await room.until(room.starts_at - 5 * MINUTE)
    await room.move_to(room.starts_at + timedelta(days=1))
    await room.in_review()
    await room.approve()
    return await over(room)


async def move_refused(environment: WorkflowEnvironment, world: World) -> Handle:
    world.failing["move"] = DoubleBooked("another class")
    room = await book(environment, world)
    with suppress(DoubleBooked):
        await room.move_to(room.starts_at + timedelta(days=1))
    await room.cancel()
    return await over(room)


async def extended_and_ended_by_command(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world, starts_in=20 * MINUTE)
    await room.until(room.starts_at)
    await room.teacher_joins()
    await room.extend_to(room.starts_at + 60 * MINUTE)
    await room.until(room.starts_at + 50 * MINUTE)
    await room.end()
    await room.drafted()
    await room.approve()
    return await over(room)


async def ended_as_the_instructor_came(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world)
    await room.until(room.starts_at)
    await room.teacher_joins()
    await room.end()
    await room.drafted()
    await room.approve()
    return await over(room)


async def emptied_and_filled_again(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world)
    await room.until(room.starts_at)
    first = await room.now()
    await room.teacher_joins()
    await room.until(room.starts_at + 5 * MINUTE)
    await room.room_empties(first)
    await room.until(room.starts_at + 8 * MINUTE)
    await room.room_fills(first)
    await room.until(room.starts_at + 42 * MINUTE)
    await room.approve()
    return await over(room)


async def cancelled_before_the_door_opened(environment: WorkflowEnvironment, world: World) -> Handle:
    """By the signal that admins send in the Temporal UI."""
    room = await book(environment, world)
    await room.until(room.starts_at - timedelta(hours=5))
    await room.handle.signal("cancel", Cancel("storm"))
    return await over(room)


async def cancelled_after_the_door_opened(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world)
    await room.ask_for_substitute()
    await room.until(room.starts_at - 5 * MINUTE)
    await room.cancel()
    return await over(room)


async def cancelled_in_temporal(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world)
    await room.until(room.starts_at - 5 * MINUTE)
    await room.handle.cancel()
    return await over(room)


async def booking_refused(environment: WorkflowEnvironment, world: World) -> Handle:
    world.failing["book"] = DoubleBooked("another class")
    session_id = uuid4()
    with suppress(DoubleBooked):
        await book(environment, world, session_id=session_id)
    handle: Handle = environment.client.get_workflow_handle(session_workflow_id(session_id))
    await handle.result()
    return handle


async def not_held(environment: WorkflowEnvironment, world: World) -> Handle:
    return await over(await book(environment, world))


async def steps_failed_and_nobody_reviewed(environment: WorkflowEnvironment, world: World) -> Handle:
    world.failing |= {"notice:reminder": NotFound("gone"), "capture": NotFound("gone")}
    room = await book(environment, world)
    await room.in_review()
    return await over(room)


async def room_not_opened_and_nothing_said(environment: WorkflowEnvironment, world: World) -> Handle:
    world.failing["open_room"] = NotFound("gone")
    world.utterances = 0
    room = await book(environment, world)
    await room.in_review()
    return await over(room)


async def approved_late_at_the_second_try(environment: WorkflowEnvironment, world: World) -> Handle:
    room = await book(environment, world)
    await room.in_review()
    await room.pass_time(timedelta(days=4))
    world.failing["approve"] = StaleRevision("the current revision is 2")
    with suppress(StaleRevision):
        await room.approve(1)
    del world.failing["approve"]
    await room.approve(2)
    return await over(room)


async def filed_at_the_second_try(environment: WorkflowEnvironment, world: World) -> Handle:
    world.failing_once["file"] = Unavailable("the database does not answer")
    room = await book(environment, world)
    await room.in_review()
    await room.approve()
    return await over(room)


async def watch(environment: WorkflowEnvironment, _: World) -> Handle:
    """One run of the watch, until it continues as new."""
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


async def delivered(environment: WorkflowEnvironment, _: World) -> Handle:
    async with delivering(environment.client):
        handle = await deliver(environment, 15 * MINUTE)
        await handle.result()
    return handle


async def given_up(environment: WorkflowEnvironment, _: World) -> Handle:
    async with delivering(environment.client) as deliverer:
        deliverer.failures = [NotFound("gone")]
        handle = await deliver(environment, 15 * MINUTE)
        await handle.result()
    return handle


async def housekeeping(environment: WorkflowEnvironment, _: World) -> Handle:
    async with delivering(environment.client):
        handle = await keep_house(environment)
        await handle.result()
    return handle


async def over(room: Classroom) -> Handle:
    await room.result()
    return room.handle


SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        held,
        moved_before_the_door_opened,
        moved_after_the_door_opened,
        move_refused,
        extended_and_ended_by_command,
        ended_as_the_instructor_came,
        emptied_and_filled_again,
        cancelled_before_the_door_opened,
        cancelled_after_the_door_opened,
        cancelled_in_temporal,
        booking_refused,
        not_held,
        steps_failed_and_nobody_reviewed,
        room_not_opened_and_nothing_said,
        approved_late_at_the_second_try,
        filed_at_the_second_try,
        delivered,
        given_up,
        housekeeping,
        watch,  # last: the server skips no time while its continuation waits for a worker
    )
}
