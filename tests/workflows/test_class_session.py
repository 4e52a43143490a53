"""The workflow of a class, on the time-skipping server."""

from datetime import timedelta

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.testing import WorkflowEnvironment

from domain.errors import (
    BookingInPast,
    DoubleBooked,
    NotFound,
    StaleRevision,
    TransitionRefused,
    Unavailable,
)
from domain.sessions.timeline import Outcome, Step
from tests.workflows.recording_activities import World
from tests.workflows.session_driver import MINUTE, REGION, book, commands, history_length
from workflows.queues import Queue, task_queue
from workflows.session.messages import Reschedule, Substitute

pytestmark = pytest.mark.workflow


async def test_class_runs_every_step_from_booking_to_close(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.in_review()
    await session.approve()
    result = await session.result()
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
        "look_into_room",
        "close_room:empty",
        "progress",
        "draft",
        "notice:review_request",
        "approve",
        "file",
        "next_briefing",
        "notice:summary",
        "close:held",
    ]
    assert world.calls == expected
    assert {entry.outcome for entry in await session.timeline()} == {Outcome.DONE}
    assert {entry.step for entry in await session.timeline()} == set(Step)


async def test_closed_class_says_in_temporal_what_became_of_it(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.in_review()
    await session.approve()
    await session.result()
    facts = await session.facts()
    assert facts.live_since is not None
    assert facts.ended_at is not None
    minutes = (facts.ended_at - facts.live_since).total_seconds() / 60
    described = await session.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert described.current_details == (
        f"Closed: held, {minutes:.0f} minutes, taught by instructor {facts.booked.instructor_id}, "
        "record 100% complete, 0 cases in the exception queue"
    )


async def test_every_timer_says_what_it_waits_for(environment: WorkflowEnvironment, world: World) -> None:
    session = await book(environment, world)
    await session.in_review()
    await session.approve()
    await session.result()
    timers = [
        event
        async for event in session.handle.fetch_history_events()
        if event.HasField("timer_started_event_attributes")
    ]
    assert len(timers) >= 5
    assert all(event.user_metadata.summary.data for event in timers)


async def test_late_booking_skips_past_reminders(environment: WorkflowEnvironment, world: World) -> None:
    session = await book(environment, world, starts_in=20 * MINUTE)
    await session.until(session.starts_at - 14 * MINUTE)
    skipped = {e.occasion for e in await session.timeline() if e.outcome == Outcome.SKIPPED}
    assert skipped == {"24h", "1h"}
    assert "notice:briefing" in world.calls
    assert "open_room" in world.calls
    await session.cancel()
    await session.result()


async def test_refused_booking_runs_no_further_step(environment: WorkflowEnvironment, world: World) -> None:
    world.failing["book"] = DoubleBooked("another class")
    with pytest.raises(DoubleBooked):
        await book(environment, world)
    assert world.calls == ["book"]


async def test_booking_the_same_class_again_has_no_second_effect(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await book(environment, world, session_id=session.session_id)  # the same update id: the same answer
    assert world.calls.count("book") == 1
    await session.cancel()
    await session.result()


async def test_reschedule_moves_the_timers_and_sends_notices(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    later = session.starts_at + timedelta(days=3)
    await session.until(session.starts_at - timedelta(hours=2))
    await session.sessions.reschedule(session.session_id, Reschedule(later, later + 30 * MINUTE))
    await session.until(session.starts_at + timedelta(hours=1))
    assert "open_room" not in world.calls
    assert "notice:rescheduled:move-1" in world.calls
    session.starts_at = later
    await session.in_review()
    await session.approve()
    assert (await session.result()).outcome == "held"
    assert world.calls.count("notice:reminder:24h") == 2


async def test_class_moved_after_its_room_opened_starts_over(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    later = session.starts_at + timedelta(days=1)
    await session.until(session.starts_at - 5 * MINUTE)
    await session.sessions.reschedule(session.session_id, Reschedule(later, later + 30 * MINUTE))
    await session.until(session.starts_at + 10 * MINUTE)
    assert "close_room:moved" in world.calls
    session.starts_at = later
    await session.in_review()
    assert world.calls.count("open_room") == 2
    await session.approve()
    assert (await session.result()).outcome == "held"


@pytest.mark.parametrize("before_start", [timedelta(hours=5), 5 * MINUTE], ids=["scheduled", "open"])
@pytest.mark.parametrize("by", ["update", "signal", "temporal"])
async def test_cancelled_class_closes_its_room_and_sends_notices(
    environment: WorkflowEnvironment, world: World, before_start: timedelta, by: str
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at - before_start)
    if by == "update":
        await session.cancel()
    elif by == "signal":
        await session.cancel_in_temporal_ui()
    else:
        await session.handle.cancel()
    result = await session.result()
    assert (result.state, result.outcome) == ("cancelled", "cancelled")
    closes = ["close_room:cancelled"] if before_start == 5 * MINUTE else []
    assert world.calls[-2 - len(closes) :] == ["cancel_session", *closes, "notice:cancelled"]
    assert {e.outcome for e in await session.timeline()} <= {Outcome.DONE, Outcome.CANCELLED, Outcome.SKIPPED}


async def test_messages_are_sent_on_a_task_queue_of_their_own(
    environment: WorkflowEnvironment, world: World
) -> None:
    """A mail server that hangs must not take the slots in which classes are booked and rooms opened."""
    session = await book(environment, world)
    await session.cancel()
    await session.result()
    scheduled = [
        event.activity_task_scheduled_event_attributes
        async for event in session.handle.fetch_history_events()
        if event.HasField("activity_task_scheduled_event_attributes")
    ]
    queues = {each.task_queue.name for each in scheduled if each.activity_type.name == "send_notices"}
    assert queues == {task_queue(REGION, Queue.NOTICES)}


async def test_request_to_cancel_does_not_end_the_workflow_of_a_class_that_is_taught(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until_start()
    await session.teacher_joins()
    await session.handle.cancel()
    await session.end()
    await session.drafted()
    await session.handle.cancel()
    await session.approve()
    result = await session.result()
    assert (result.state, result.outcome) == ("closed", "held")
    assert "notice:cancelled" not in world.calls


async def test_facts_query_returns_the_state_of_the_class(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until_start()
    first = await session.now()
    await session.teacher_joins(first)
    await session.extend_to(session.starts_at + 60 * MINUTE)
    await session.end()
    await session.drafted()
    await session.approve(2)
    await session.result()
    facts = await session.facts()
    assert (facts.session.session_id, facts.region) == (session.session_id, REGION)
    assert (facts.state, facts.end_reason, facts.approved_revision) == ("closed", "command", 2)
    assert facts.live_since == first
    assert facts.booked.ends_at == session.starts_at + 60 * MINUTE
    assert facts.passed_steps == {("reminder", "24h"), ("reminder", "1h"), ("briefing", ""), ("room", "")}


async def test_extended_class_keeps_its_room_open(environment: WorkflowEnvironment, world: World) -> None:
    session = await book(environment, world)
    await session.until_start()
    await session.teacher_joins()
    await session.until(session.starts_at + 25 * MINUTE)
    await session.extend_to(session.starts_at + 60 * MINUTE)
    await session.until(session.starts_at + 50 * MINUTE)
    assert not any(call.startswith("close_room") for call in world.calls)
    await session.until(session.starts_at + 72 * MINUTE)
    assert "close_room:scheduled" in world.calls
    await session.approve()
    await session.result()


async def test_end_command_closes_the_room(environment: WorkflowEnvironment, world: World) -> None:
    session = await book(environment, world)
    await session.until_start()
    await session.teacher_joins()
    await session.until(session.starts_at + 5 * MINUTE)
    await session.end()
    await session.pass_time(timedelta(seconds=1))
    assert "close_room:command" in world.calls
    await session.drafted()
    await session.approve()
    assert (await session.result()).outcome == "held"


async def test_class_ended_as_the_instructor_joins_counts_as_held(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until_start()
    await session.teacher_joins()
    await session.end()
    await session.drafted()
    await session.approve()
    assert (await session.result()).outcome == "held"


async def test_room_that_fills_again_is_not_closed(environment: WorkflowEnvironment, world: World) -> None:
    session = await book(environment, world)
    await session.until_start()
    first = await session.now()
    await session.teacher_joins()
    await session.until(session.starts_at + 5 * MINUTE)
    await session.room_empties(first)
    await session.until(session.starts_at + 8 * MINUTE)
    await session.room_fills(first)
    await session.until(session.starts_at + 20 * MINUTE)
    assert not any(call.startswith("close_room") for call in world.calls)
    await session.until(session.starts_at + 42 * MINUTE)
    assert "close_room:scheduled" in world.calls
    await session.approve()
    await session.result()


async def test_class_without_an_instructor_is_not_held_and_opens_a_case(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    result = await session.result()
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
async def test_failed_step_opens_a_case_and_the_class_goes_on(
    environment: WorkflowEnvironment, world: World, failing: str, step: Step
) -> None:
    world.failing[failing] = NotFound("gone")
    session = await book(environment, world)
    await session.in_review()
    if failing not in ("draft", "transcribe"):
        await session.approve()
    assert (await session.result()).state == "closed"
    assert ("case:draft_failed" if failing == "draft" else "case:step_failed") in world.calls
    assert ("case:transcript_incomplete" in world.calls) == (failing == "transcribe")
    assert next(e.outcome for e in await session.timeline() if e.step == step) == Outcome.FAILED
    assert any(case.detail.get("code") == "not-found" for case in world.cases)


async def test_overdue_review_opens_a_case_and_is_filed_unapproved(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.in_review()
    result = await session.result()
    assert result.state == "closed"
    assert "case:documentation_overdue" in world.calls
    assert "notice:summary" not in world.calls


async def test_stale_approval_is_refused_and_can_be_repeated(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.in_review()
    world.failing["approve"] = StaleRevision("the current revision is 2")
    with pytest.raises(StaleRevision):
        await session.approve(1)
    del world.failing["approve"]
    await session.approve(2)
    await session.result()
    assert "notice:summary" in world.calls


async def test_command_in_the_wrong_state_is_refused_without_history_events(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.until(session.starts_at - timedelta(hours=3))
    before = len((await session.handle.fetch_history()).events)
    with pytest.raises(TransitionRefused):
        await session.end()
    with pytest.raises(TransitionRefused):
        await session.extend_to(session.starts_at + 60 * MINUTE)
    assert len((await session.handle.fetch_history()).events) <= before + 6, (
        "refused before they were accepted"
    )
    with pytest.raises(BookingInPast):
        await session.sessions.reschedule(
            session.session_id, Reschedule(session.starts_at - timedelta(days=9), session.starts_at)
        )
    await session.cancel()
    await session.result()


async def test_each_request_for_a_substitute_starts_a_search(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.ask_for_substitute()
    await session.handle.signal("substitute", Substitute(broadcast=True))
    await session.pass_time(MINUTE)
    assert [call for call in world.calls if "substitution" in call] == [
        "start_substitution:1",
        "start_substitution:2",
    ]
    assert not world.cases
    await session.cancel()
    await session.result()


async def test_failed_local_activity_is_retried_as_a_regular_activity(
    environment: WorkflowEnvironment, world: World
) -> None:
    world.failing_once["file"] = Unavailable("the database does not answer")
    session = await book(environment, world)
    await session.in_review()
    await session.approve()
    assert (await session.result()).outcome == "held"
    assert world.calls.count("file") == 2
    assert "case:step_failed" not in world.calls
    assert (await commands(session.handle)).count("activity file_records") == 1


async def test_class_closes_only_after_a_summary_held_in_quiet_hours(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await book(environment, world)
    await session.in_review()
    morning = await session.now() + timedelta(hours=9)
    world.quiet_until["summary"] = morning
    await session.approve()
    await session.until(morning - MINUTE)
    assert world.calls.count("notice:summary") == 1
    assert "close:held" not in world.calls
    assert "file" in world.calls, "the record does not wait"
    await session.result()
    assert world.calls[-2:] == ["notice:summary", "close:held"]


async def test_history_does_not_grow_with_students_or_length(
    environment: WorkflowEnvironment, world: World
) -> None:
    sizes = [(30, 2), (30, 50), (180, 2), (180, 50)]
    lengths = {size: await history_length(environment, world, *size) for size in sizes}
    assert max(length.events for length in lengths.values()) <= 150, lengths
    assert len({length.without_tasks for length in lengths.values()}) == 1, lengths
