"""Scenarios of whole workflows: their histories are saved for replay, their commands as fingerprints."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.cases.states import CaseState
from domain.errors import DoubleBooked, NotFound, StaleRevision, Unavailable
from domain.scheduling.offers import SubstitutionState
from domain.scheduling.series_changes import SeriesState
from domain.scheduling.term_plans import PlanState
from domain.sessions.booking_imports import ImportState
from tests.workflows.delivering import deliver, delivering, delivery_result, keep_house, read_calendars
from tests.workflows.following import followed_case
from tests.workflows.late_audio import scripted_late_audio
from tests.workflows.planning import scripted_import, scripted_plan, scripted_series
from tests.workflows.recording_activities import QuickWatch, World
from tests.workflows.session_driver import MINUTE, REGION, Handle, SessionDriver, book
from workflows.client import (
    SubstitutionClient,
    ensure_room_watch,
    room_watch_workflow_id,
    session_workflow_id,
)
from workflows.contracts.booking_imports import ImportLook
from workflows.contracts.series import SeriesLook
from workflows.contracts.substitutions import SearchState, SubstitutionRef
from workflows.contracts.term_plans import PlanLook
from workflows.ids import substitution_workflow_id
from workflows.queues import Queue, task_queue
from workflows.room_watch import RoomWatchWorkflow

Scenario = Callable[[WorkflowEnvironment, World], Awaitable[Handle]]


async def held(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world)
    await session.in_review()
    await session.request_changes()
    await session.approve(2)
    return await over(session)


async def moved_before_the_door_opened(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world)
    await session.until(session.starts_at - timedelta(hours=2))
    await session.move_to(session.starts_at + timedelta(days=3))
    await session.in_review()
    await session.approve()
    return await over(session)


async def moved_after_the_door_opened(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world)
    await session.until(session.starts_at - 5 * MINUTE)
    await session.move_to(session.starts_at + timedelta(days=1))
    await session.in_review()
    await session.approve()
    return await over(session)


async def move_refused(environment: WorkflowEnvironment, world: World) -> Handle:
    world.failing["move"] = DoubleBooked("another class")
    session = await book(environment, world)
    with suppress(DoubleBooked):
        await session.move_to(session.starts_at + timedelta(days=1))
    await session.cancel()
    return await over(session)


async def extended_and_ended_by_command(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world, starts_in=20 * MINUTE)
    await session.until_start()
    await session.teacher_joins()
    await session.extend_to(session.starts_at + 60 * MINUTE)
    await session.until(session.starts_at + 50 * MINUTE)
    await session.end()
    await session.drafted()
    await session.approve()
    return await over(session)


async def people_added_and_removed(environment: WorkflowEnvironment, world: World) -> Handle:
    first, second = uuid4(), uuid4()
    session = await book(environment, world)
    await session.add(first)
    await session.until(session.starts_at - 5 * MINUTE)
    await session.add(second)
    await session.until_start()
    await session.teacher_joins()
    await session.remove(first)
    await session.pass_time(MINUTE)
    await session.end()
    await session.drafted()
    await session.approve()
    return await over(session)


async def ended_as_the_instructor_came(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world)
    await session.until_start()
    await session.teacher_joins()
    await session.end()
    await session.drafted()
    await session.approve()
    return await over(session)


async def emptied_and_filled_again(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world)
    await session.until_start()
    first = await session.now()
    await session.teacher_joins()
    await session.until(session.starts_at + 5 * MINUTE)
    await session.room_empties(first)
    await session.until(session.starts_at + 8 * MINUTE)
    await session.room_fills(first)
    await session.until(session.starts_at + 42 * MINUTE)
    await session.approve()
    return await over(session)


async def cancelled_before_the_door_opened(environment: WorkflowEnvironment, world: World) -> Handle:
    """By the signal that admins send in the Temporal UI."""
    session = await book(environment, world)
    await session.until(session.starts_at - timedelta(hours=5))
    await session.cancel_in_temporal_ui()
    return await over(session)


async def cancelled_after_the_door_opened(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world)
    await session.ask_for_substitute()
    await session.until(session.starts_at - 5 * MINUTE)
    await session.cancel()
    return await over(session)


async def cancelled_in_temporal(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world)
    await session.until(session.starts_at - 5 * MINUTE)
    await session.handle.cancel()
    return await over(session)


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
    session = await book(environment, world)
    await session.in_review()
    return await over(session)


async def room_not_opened_and_nothing_said(environment: WorkflowEnvironment, world: World) -> Handle:
    world.failing["open_room"] = NotFound("gone")
    world.utterances = 0
    session = await book(environment, world)
    await session.in_review()
    return await over(session)


async def ended_before_anybody_spoke(environment: WorkflowEnvironment, world: World) -> Handle:
    world.utterances = 0
    session = await book(environment, world)
    await session.until_start()
    await session.teacher_joins()
    await session.pass_time(MINUTE)
    await session.end()
    await session.until(session.starts_at + 31 * MINUTE)
    return await over(session)


async def documented_late(environment: WorkflowEnvironment, world: World) -> Handle:
    """Closed without a draft; its audio comes, and its review is overdue when it is approved."""
    world.utterances = 0
    session = await book(environment, world)
    await session.in_review()
    await session.result()
    await session.audio_comes_late()
    await session.drafted()
    await session.pass_time(timedelta(days=4))
    await session.approve()
    return await over(session)


async def approved_late_at_the_second_try(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world)
    await session.in_review()
    await session.pass_time(timedelta(days=4))
    world.failing["approve"] = StaleRevision("the current revision is 2")
    with suppress(StaleRevision):
        await session.approve(1)
    del world.failing["approve"]
    await session.approve(2)
    return await over(session)


async def filed_at_the_second_try(environment: WorkflowEnvironment, world: World) -> Handle:
    world.failing_once["file"] = Unavailable("the database does not answer")
    session = await book(environment, world)
    await session.in_review()
    await session.approve()
    return await over(session)


async def watch(environment: WorkflowEnvironment, _: World) -> Handle:
    """One run of the watch, until it continues as new."""
    client, region = environment.client, f"watched-{uuid4()}"
    await ensure_room_watch(client, region)
    handle = client.get_workflow_handle(room_watch_workflow_id(region))
    first = client.get_workflow_handle(handle.id, run_id=(await handle.describe()).run_id)
    queue, activities = task_queue(region, Queue.SESSIONS), [QuickWatch().watch]
    async with Worker(client, task_queue=queue, workflows=[RoomWatchWorkflow], activities=activities):
        async for event in first.fetch_history_events(wait_new_event=True):
            if event.HasField("workflow_execution_continued_as_new_event_attributes"):
                break
        await handle.terminate()
    return first


async def delivered(environment: WorkflowEnvironment, _: World) -> Handle:
    async with delivering(environment.client):
        handle = await deliver(environment, 15 * MINUTE)
        await delivery_result(environment, handle)
    return handle


async def given_up(environment: WorkflowEnvironment, _: World) -> Handle:
    async with delivering(environment.client) as deliverer:
        deliverer.failures = [NotFound("gone")]
        handle = await deliver(environment, 15 * MINUTE)
        await delivery_result(environment, handle)
    return handle


async def housekeeping(environment: WorkflowEnvironment, _: World) -> Handle:
    async with delivering(environment.client):
        handle = await keep_house(environment)
        await handle.result()
    return handle


async def calendars_read(environment: WorkflowEnvironment, _: World) -> Handle:
    async with delivering(environment.client):
        handle = await read_calendars(environment)
        await handle.result()
    return handle


async def case_escalated(environment: WorkflowEnvironment, _: World) -> Handle:
    """Nobody sees the case in time; somebody takes it then, and it is resolved."""
    async with followed_case(environment) as case:
        await case.change()
        await environment.sleep(5 * MINUTE)
        await case.change(state=CaseState.IN_PROGRESS)
        await environment.sleep(30 * MINUTE)
        await case.change(state=CaseState.RESOLVED, resolved_at=await environment.get_current_time())
        while (await case.handle.describe()).status == WorkflowExecutionStatus.RUNNING:
            await environment.sleep(MINUTE)
        return case.handle


async def substituted(environment: WorkflowEnvironment, world: World) -> Handle:
    """The second look finds that somebody has accepted."""
    now = await environment.get_current_time()
    world.searches = [
        SearchState(SubstitutionState.SEARCHING, now + 5 * MINUTE),
        SearchState(SubstitutionState.ACCEPTED),
    ]
    ref = SubstitutionRef(uuid4(), uuid4(), uuid4())
    await SubstitutionClient(environment.client, REGION).start(ref, 1)
    handle = environment.client.get_workflow_handle(substitution_workflow_id(ref.session_id, 1))
    while (await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
        await environment.sleep(MINUTE)
    return handle


async def bookings_imported(environment: WorkflowEnvironment, _: World) -> Handle:
    """Its rows come late, a batch fails, a further one is the last."""
    looks = (
        ImportLook(None),
        ImportLook(ImportState.RUNNING, waiting=40, booked=39, refused=1),
        NotFound("gone"),
        ImportLook(ImportState.DONE, booked=78, refused=2),
    )
    async with scripted_import(environment, *looks) as steps:
        assert (await steps.until_over()).state == ImportState.DONE
        return steps.handle


async def series_booked(environment: WorkflowEnvironment, _: World) -> Handle:
    """Its row comes late, a look fails, a class is due in a week; then the series has ended."""
    week = await environment.get_current_time() + timedelta(days=7)
    looks = (
        SeriesLook(None),
        SeriesLook(SeriesState.RUNNING, booked=10, planned=2, look_again_at=week),
        NotFound("gone"),
        SeriesLook(SeriesState.ENDED, booked=12),
    )
    async with scripted_series(environment, *looks) as series:
        await series.until_over()
        return series.handle


async def term_planned(environment: WorkflowEnvironment, _: World) -> Handle:
    """Planned, published in three batches of which one fails."""
    proposed = PlanLook(PlanState.PROPOSED, unassigned=1, gap=0.001, objective=120.0)
    batches = (
        proposed,
        PlanLook(PlanState.PUBLISHING, left_to_publish=20),
        NotFound("gone"),
        PlanLook(PlanState.PUBLISHED),
    )
    async with scripted_plan(environment, proposed, *batches) as plan:
        while len(plan.calls) < 2:
            await environment.sleep(MINUTE)
        await plan.decided()
        await plan.until_over()
        return plan.handle


async def plan_declined(environment: WorkflowEnvironment, _: World) -> Handle:
    """Those who are asked decline, so it is planned anew and published at once."""
    proposed = PlanLook(PlanState.PROPOSED, gap=0.001, objective=120.0)
    looks = (PlanLook(PlanState.ASKING), PlanLook(PlanState.PLANNING), PlanLook(PlanState.PUBLISHED))
    async with scripted_plan(environment, proposed, *looks) as plan:
        for call, count in (("ask", 1), ("plan", 2)):
            while plan.calls.count(call) < count:
                await environment.sleep(MINUTE)
            await environment.sleep(MINUTE)
            await plan.decided()
        await plan.until_over()
        return plan.handle


async def late_audio_counted(environment: WorkflowEnvironment, _: World) -> Handle:
    """It waits for the class once, and more comes while the record is counted."""
    async with scripted_late_audio(environment, waits=1, comes=1) as late:
        await late.until_over()
        return late.handle


async def over(session: SessionDriver) -> Handle:
    await session.result()
    return session.handle


SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        held,
        moved_before_the_door_opened,
        moved_after_the_door_opened,
        move_refused,
        extended_and_ended_by_command,
        people_added_and_removed,
        ended_as_the_instructor_came,
        emptied_and_filled_again,
        cancelled_before_the_door_opened,
        cancelled_after_the_door_opened,
        cancelled_in_temporal,
        booking_refused,
        not_held,
        steps_failed_and_nobody_reviewed,
        room_not_opened_and_nothing_said,
        ended_before_anybody_spoke,
        documented_late,
        approved_late_at_the_second_try,
        filed_at_the_second_try,
        substituted,
        delivered,
        given_up,
        housekeeping,
        calendars_read,
        case_escalated,
        series_booked,
        bookings_imported,
        term_planned,
        plan_declined,
        late_audio_counted,
        watch,  # last: the server skips no time while its continuation waits for a worker
    )
}
