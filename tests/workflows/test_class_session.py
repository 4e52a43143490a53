"""The story of a class, on the time-skipping server."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from domain.errors import DoubleBooked, NotFound, StaleRevision
from domain.timeline import Outcome, Step
from tests.workflows.classroom import Classroom, book
from tests.workflows.recording_activities import World
from workflows.class_session import ClassSession
from workflows.commands import Cancel, EndClass, Extend, Reschedule, Substitute

pytestmark = pytest.mark.workflow

MINUTE = timedelta(minutes=1)


async def teach(room: Classroom, *, minutes: int = 20) -> None:
    """Open, live, and empty again."""
    await room.until(room.starts_at)
    first = await room.now()
    await room.teacher_joins()
    await room.until(first + minutes * MINUTE)
    await room.room_empties(first)
    await room.until(first + (minutes + 6) * MINUTE)


async def in_review(room: Classroom) -> None:
    await teach(room)
    await room.environment.sleep(timedelta(seconds=1))


async def test_a_class_from_booking_to_close(environment: WorkflowEnvironment, world: World) -> None:
    room = await book(environment, world)
    await in_review(room)
    await room.approve()
    result = await room.result()
    assert (result.state, result.outcome, result.complete) == ("closed", "held", 1.0)
    expected = [
        "book",
        "notice:confirmation",
        "notice:reminder:24h",
        "notice:reminder:1h",
        "notice:briefing",
        "open_room",
        "capture",
        "progress",
        "transcribe",
        "close_room:empty",
        "progress",
        "draft",
        "notice:review_request",
        "approve",
        "notice:summary",
        "file",
        "next_briefing",
        "close:held",
    ]
    assert world.calls == expected
    assert {entry.outcome for entry in await room.timeline()} == {Outcome.DONE}
    assert {entry.step for entry in await room.timeline()} == set(Step)


async def test_a_late_booking_skips_what_is_past(environment: WorkflowEnvironment, world: World) -> None:
    room = await book(environment, world, starts_in=20 * MINUTE)
    await room.until(room.starts_at - 14 * MINUTE)
    skipped = {e.occasion for e in await room.timeline() if e.outcome == Outcome.SKIPPED}
    assert skipped == {"24h", "1h"}
    assert "notice:briefing" in world.calls
    assert "open_room" in world.calls
    await room.handle.execute_update(ClassSession.cancel, Cancel("test"))
    await room.result()


async def test_a_refused_booking_leaves_nothing_running(
    environment: WorkflowEnvironment, world: World
) -> None:
    world.failing["book"] = DoubleBooked("another class")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await book(environment, world)
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "double-booked"
    assert world.calls == ["book"]


async def test_a_second_booking_of_the_same_class_is_refused(
    environment: WorkflowEnvironment, world: World
) -> None:
    room = await book(environment, world)
    await book(environment, world, session_id=room.session_id)  # the same update id: the same answer
    assert world.calls.count("book") == 1
    await room.handle.execute_update(ClassSession.cancel, Cancel("test"))
    await room.result()


async def test_a_move_moves_the_timers_and_tells_everybody(
    environment: WorkflowEnvironment, world: World
) -> None:
    room = await book(environment, world)
    later = room.starts_at + timedelta(days=3)
    await room.until(room.starts_at - timedelta(hours=2))
    await room.handle.execute_update(ClassSession.reschedule, Reschedule(later, later + 30 * MINUTE))
    await room.until(room.starts_at + timedelta(hours=1))
    assert "open_room" not in world.calls
    assert "notice:rescheduled:move-1" in world.calls
    room.starts_at = later
    await in_review(room)
    await room.approve()
    assert (await room.result()).outcome == "held"
    assert world.calls.count("notice:reminder:24h") == 2


async def test_a_class_moved_after_its_door_opened_starts_over(
    environment: WorkflowEnvironment, world: World
) -> None:
    room = await book(environment, world)
    later = room.starts_at + timedelta(days=1)
    await room.until(room.starts_at - 5 * MINUTE)
    await room.handle.execute_update(ClassSession.reschedule, Reschedule(later, later + 30 * MINUTE))
    await room.until(room.starts_at + 10 * MINUTE)
    assert "close_room:moved" in world.calls
    room.starts_at = later
    await in_review(room)
    assert world.calls.count("open_room") == 2
    await room.approve()
    assert (await room.result()).outcome == "held"


@pytest.mark.parametrize("before_start", [timedelta(hours=5), 5 * MINUTE], ids=["scheduled", "open"])
@pytest.mark.parametrize("by", ["update", "signal", "temporal"])
async def test_cancelling(
    environment: WorkflowEnvironment, world: World, before_start: timedelta, by: str
) -> None:
    room = await book(environment, world)
    await room.until(room.starts_at - before_start)
    if by == "update":
        await room.handle.execute_update(ClassSession.cancel, Cancel("storm"))
    elif by == "signal":
        await room.handle.signal("cancel", Cancel("storm"))
    else:
        await room.handle.cancel()
    result = await room.result()
    assert (result.state, result.outcome) == ("cancelled", "cancelled")
    assert world.calls[-2:] == ["cancel_session", "notice:cancelled"]
    assert ("close_room:cancelled" in world.calls) == (before_start == 5 * MINUTE)
    assert {e.outcome for e in await room.timeline()} <= {Outcome.DONE, Outcome.CANCELLED, Outcome.SKIPPED}


async def test_extending_keeps_the_room_open(environment: WorkflowEnvironment, world: World) -> None:
    room = await book(environment, world)
    await room.until(room.starts_at)
    await room.teacher_joins()
    await room.until(room.starts_at + 25 * MINUTE)
    await room.handle.execute_update(ClassSession.extend, Extend(room.starts_at + 60 * MINUTE))
    await room.until(room.starts_at + 50 * MINUTE)
    assert not any(call.startswith("close_room") for call in world.calls)
    await room.until(room.starts_at + 72 * MINUTE)
    assert "close_room:scheduled" in world.calls
    await room.approve()
    await room.result()


async def test_ending_by_command(environment: WorkflowEnvironment, world: World) -> None:
    room = await book(environment, world)
    await room.until(room.starts_at)
    await room.teacher_joins()
    await room.until(room.starts_at + 5 * MINUTE)
    await room.handle.execute_update(ClassSession.end, EndClass("instructor"))
    await environment.sleep(timedelta(seconds=1))
    assert "close_room:command" in world.calls
    await room.approve()
    assert (await room.result()).outcome == "held"


async def test_a_room_that_fills_again_is_not_closed(environment: WorkflowEnvironment, world: World) -> None:
    room = await book(environment, world)
    await room.until(room.starts_at)
    first = await room.now()
    await room.teacher_joins()
    await room.until(room.starts_at + 5 * MINUTE)
    await room.room_empties(first)
    await room.until(room.starts_at + 8 * MINUTE)
    await room.room_fills(first)
    await room.until(room.starts_at + 20 * MINUTE)
    assert not any(call.startswith("close_room") for call in world.calls)
    await room.until(room.starts_at + 42 * MINUTE)
    assert "close_room:scheduled" in world.calls
    await room.approve()
    await room.result()


async def test_nobody_taught(environment: WorkflowEnvironment, world: World) -> None:
    room = await book(environment, world)
    result = await room.result()
    assert (result.state, result.outcome) == ("closed", "not_held")
    assert "case:instructor_absent" in world.calls
    assert "draft" not in world.calls
    assert "notice:summary" not in world.calls


@pytest.mark.parametrize(
    ("failing", "step"),
    [
        ("notice:confirmation", Step.CONFIRMATION),
        ("draft", Step.DOCUMENTATION),
        ("transcribe", Step.TRANSCRIPT),
        ("capture", Step.CAPTURE),
        ("file", Step.RECORDS),
        ("open_room", Step.ROOM),
    ],
)
async def test_a_step_that_fails_becomes_a_case_and_the_class_goes_on(
    environment: WorkflowEnvironment, world: World, failing: str, step: Step
) -> None:
    world.failing[failing] = NotFound("gone")
    room = await book(environment, world)
    await in_review(room)
    if failing not in ("draft", "transcribe"):
        await room.approve()
    assert (await room.result()).state == "closed"
    assert "case:step_failed" in world.calls
    assert next(e.outcome for e in await room.timeline() if e.step == step) == Outcome.FAILED
    assert any(case.detail.get("code") == "not-found" for case in world.cases)


async def test_a_mail_server_that_is_down_keeps_no_room_shut(
    environment: WorkflowEnvironment, world: World
) -> None:
    world.hanging |= {"notice:confirmation", "notice:reminder:1h", "notice:briefing"}
    room = await book(environment, world, starts_in=timedelta(hours=2))
    await room.until(room.starts_at - 10 * MINUTE)
    assert "open_room" in world.calls
    world.hanging.clear()
    await in_review(room)
    await room.approve()
    assert (await room.result()).outcome == "held"


async def test_a_review_that_waits_is_escalated_and_in_the_end_filed_unapproved(
    environment: WorkflowEnvironment, world: World
) -> None:
    room = await book(environment, world)
    await in_review(room)
    result = await room.result()
    assert result.state == "closed"
    assert "case:documentation_overdue" in world.calls
    assert "notice:summary" not in world.calls


async def test_a_stale_approval_is_refused_and_can_be_repeated(
    environment: WorkflowEnvironment, world: World
) -> None:
    room = await book(environment, world)
    await in_review(room)
    world.failing["approve"] = StaleRevision("the current revision is 2")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await room.approve(1)
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "stale-revision"
    del world.failing["approve"]
    await room.approve(2)
    await room.result()
    assert "notice:summary" in world.calls


async def test_a_command_in_the_wrong_state_is_refused_and_leaves_no_trace(
    environment: WorkflowEnvironment, world: World
) -> None:
    room = await book(environment, world)
    await room.until(room.starts_at - timedelta(hours=3))
    before = len((await room.handle.fetch_history()).events)
    for update, arg in (
        (ClassSession.end, EndClass()),
        (ClassSession.extend, Extend(room.starts_at + 60 * MINUTE)),
    ):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await room.handle.execute_update(update, arg)  # type: ignore[call-overload]
        assert isinstance(refused.value.cause, ApplicationError)
        assert refused.value.cause.type == "transition-refused"
    assert len((await room.handle.fetch_history()).events) <= before + 6, "refused before they were accepted"
    with pytest.raises(WorkflowUpdateFailedError):
        await room.handle.execute_update(
            ClassSession.reschedule, Reschedule(room.starts_at - timedelta(days=9), room.starts_at)
        )
    await room.handle.execute_update(ClassSession.cancel, Cancel("test"))
    await room.result()


async def test_a_substitute_is_asked_for_by_signal(environment: WorkflowEnvironment, world: World) -> None:
    room = await book(environment, world)
    await room.handle.signal(ClassSession.substitute, Substitute(by="admin"))
    await environment.sleep(MINUTE)
    assert world.cases[0].kind == "substitution_requested"
    await room.handle.execute_update(ClassSession.cancel, Cancel("test"))
    await room.result()


@pytest.mark.parametrize(("minutes", "students"), [(30, 2), (30, 50), (180, 2), (180, 50)])
async def test_a_history_stays_short_whatever_the_class(
    environment: WorkflowEnvironment, world: World, minutes: int, students: int
) -> None:
    room = await book(environment, world, lasts=minutes * MINUTE, students=students)
    await room.until(room.starts_at)
    first = await room.now()
    for _ in range(3):  # instructor, first student, everybody
        await room.teacher_joins(first)
        await environment.sleep(timedelta(seconds=5))
    await room.until(room.starts_at + (minutes - 1) * MINUTE)
    await room.room_empties(first)
    await room.until(room.starts_at + (minutes + 6) * MINUTE)
    await room.approve()
    await room.result()
    events = len((await room.handle.fetch_history()).events)
    assert events <= 150, f"{events} events"
