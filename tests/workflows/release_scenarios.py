"""Further scenarios whose histories are saved for a release: the next release must continue them.

Most stop while the session is running. None has a fingerprint, because the order of some commands varies.
"""

import asyncio
from datetime import timedelta

from temporalio.testing import WorkflowEnvironment

from domain.errors import Unavailable
from tests.workflows.recording_activities import World
from tests.workflows.scenarios import Scenario, over
from tests.workflows.session_driver import MINUTE, SECOND, SOON, Handle, book, until


async def running_booked(environment: WorkflowEnvironment, world: World) -> Handle:
    """One reminder is sent, the other is still planned."""
    session = await book(environment, world)
    await session.until(session.starts_at - timedelta(hours=20))
    return session.handle


async def running_moved(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world)
    await session.until(session.starts_at - 5 * MINUTE)
    await session.move_to(session.starts_at + timedelta(days=3))
    await session.pass_time(timedelta(hours=1))
    return session.handle


async def running_open(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world)
    await session.until(session.starts_at - 5 * MINUTE)
    return session.handle


async def running_live(environment: WorkflowEnvironment, world: World) -> Handle:
    """Extended, and the room is empty at the moment."""
    session = await book(environment, world)
    await session.until_start()
    first = await session.now()
    await session.teacher_joins()
    await session.extend_to(session.starts_at + 60 * MINUTE)
    await session.until(session.starts_at + 20 * MINUTE)
    await session.room_empties(first)
    await session.until(session.starts_at + 21 * MINUTE)
    return session.handle


async def running_in_review(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world)
    await session.in_review()
    await session.request_changes()
    return session.handle


async def running_reopened(environment: WorkflowEnvironment, world: World) -> Handle:
    """Ended by mistake, drafted, and live again."""
    session = await book(environment, world)
    await session.until(session.starts_at + 5 * MINUTE)
    await session.teacher_joins()
    await session.end()
    await session.drafted()
    await session.reopen_until(session.starts_at + 40 * MINUTE)
    await session.until(session.starts_at + 15 * MINUTE)
    return session.handle


async def running_overdue_review(environment: WorkflowEnvironment, world: World) -> Handle:
    session = await book(environment, world)
    await session.in_review()
    await session.pass_time(timedelta(days=4))
    return session.handle


async def running_in_quiet_hours(environment: WorkflowEnvironment, world: World) -> Handle:
    """Filed; the summary and the closing wait for the end of the quiet hours."""
    session = await book(environment, world)
    await session.in_review()
    world.quiet_until["summary"] = await session.now() + timedelta(hours=9)
    await session.approve()
    await session.pass_time(timedelta(hours=1))
    return session.handle


async def filed_after_quiet_hours(environment: WorkflowEnvironment, world: World) -> Handle:
    """The summary waits for the end of the quiet hours; meanwhile a failed step is retried."""
    world.failing_once["file"] = Unavailable("the database does not answer")
    session = await book(environment, world)
    await session.in_review()
    world.quiet_until["summary"] = await session.now() + timedelta(hours=9)
    await session.approve()
    return await over(session)


async def running_while_mail_is_down(environment: WorkflowEnvironment, world: World) -> Handle:
    """Open, with the recorder in the room."""
    world.away |= {"notice:confirmation", "notice:reminder:3s", "notice:briefing"}
    world.recorder_stays = True
    session = await book(environment, world, starts_in=5 * SECOND, policy=SOON)
    await until(lambda: "capture" in world.calls)
    return session.handle


async def running_recorded(environment: WorkflowEnvironment, world: World) -> Handle:
    """Live, with recorder and transcriber at work."""
    world.recorder_stays = world.transcriber_stays = True
    session = await book(environment, world, starts_in=3 * SECOND, policy=SOON)
    await until(lambda: "capture" in world.calls)
    await session.teacher_joins()
    await until(lambda: "transcribe" in world.calls)
    return session.handle


async def running_finishing_the_recording(environment: WorkflowEnvironment, world: World) -> Handle:
    """Ending: the room is closed, the recorder is not done."""
    world.recorder_stays = world.transcriber_stays = True
    session = await book(environment, world, starts_in=3 * SECOND, policy=SOON)
    await until(lambda: "capture" in world.calls)
    await session.teacher_joins()
    await until(lambda: "transcribe" in world.calls)
    await session.end()
    await until(lambda: "close_room:command" in world.calls)
    await asyncio.sleep(0.5)
    return session.handle


async def running_finishing_the_transcript(environment: WorkflowEnvironment, world: World) -> Handle:
    """Documenting: the recorder is done, the transcriber is not."""
    world.transcriber_stays = True
    session = await book(environment, world, starts_in=3 * SECOND, policy=SOON)
    await until(lambda: "capture" in world.calls)
    await session.teacher_joins()
    await until(lambda: "transcribe" in world.calls)
    await session.end()
    await until(lambda: world.calls.count("progress") == 2)
    await asyncio.sleep(0.5)
    return session.handle


async def cancelled_while_recorded(environment: WorkflowEnvironment, world: World) -> Handle:
    world.recorder_stays = True
    session = await book(environment, world, starts_in=3 * SECOND, policy=SOON)
    await until(lambda: "capture" in world.calls)
    await session.cancel()
    await session.handle.result()
    return session.handle


ON_THE_TIME_SKIPPING_SERVER: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        running_booked,
        running_moved,
        running_open,
        running_live,
        running_in_review,
        running_reopened,
        running_overdue_review,
        running_in_quiet_hours,
        filed_after_quiet_hours,
    )
}
# A long activity would stop the clock of the time-skipping server.
ON_A_REAL_SERVER: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        running_while_mail_is_down,
        running_recorded,
        running_finishing_the_recording,
        running_finishing_the_transcript,
        cancelled_while_recorded,
    )
}
