"""A class that was closed without a draft is documented, reviewed and filed once its audio has come."""

from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.cases.kinds import ExceptionKind
from domain.errors import InvalidInput, TransitionRefused, Unavailable
from domain.sessions.timeline import Outcome, Step
from tests.workflows.recording_activities import World
from tests.workflows.session_driver import MINUTE, SessionDriver, book

pytestmark = pytest.mark.workflow


async def closed_in_silence(environment: WorkflowEnvironment, world: World) -> SessionDriver:
    world.utterances = 0
    session = await book(environment, world)
    await session.in_review()
    assert (await session.result()).outcome == "held"
    world.calls.clear()
    world.states.clear()
    world.drafts.clear()
    return session


async def test_it_is_drafted_reviewed_and_filed_and_the_families_are_written_to(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await closed_in_silence(environment, world)
    before = await session.facts()
    await session.audio_comes_late()
    await session.drafted()
    facts = await session.facts()
    assert facts.state == "review"
    assert facts.booked == before.booked
    assert facts.state_changes > before.state_changes, "what it writes is newer than what is written"
    await session.approve()
    assert (await session.result()).outcome == "held"
    assert world.calls[:3] == ["draft", "notice:review_request", "approve"]
    assert sorted(world.calls[3:-1]) == ["file", "next_briefing", "notice:summary"]
    assert world.calls[-1] == "close:held"
    assert "closed" not in world.states[:-1], "it is not closed before its record is filed"
    outcomes = {entry.step: entry.outcome for entry in await session.timeline()}
    steps = (Step.DOCUMENTATION, Step.REVIEW, Step.SUMMARY, Step.RECORDS, Step.NEXT_BRIEFING)
    assert outcomes == dict.fromkeys(steps, Outcome.DONE)


async def test_an_ignored_review_becomes_a_case_and_is_filed_unapproved(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await closed_in_silence(environment, world)
    await session.audio_comes_late()
    await session.result()
    assert [case.kind for case in world.cases][-1] == ExceptionKind.DOCUMENTATION_OVERDUE
    assert "notice:summary" not in world.calls
    assert world.calls[-1] == "close:held"


async def test_a_draft_that_fails_becomes_a_case_and_the_class_is_closed_again(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await closed_in_silence(environment, world)
    world.failing["draft"] = InvalidInput("the transcript cannot be read")
    reported = {case.key for case in world.cases}
    await session.audio_comes_late()
    assert (await session.result()).outcome == "held"
    assert world.cases[-1].kind == ExceptionKind.DRAFT_FAILED
    assert world.cases[-1].key not in reported, "it is another report than those before"
    assert "notice:review_request" not in world.calls


async def test_it_cannot_be_reopened_moved_or_documented_twice_at_once(
    environment: WorkflowEnvironment, world: World
) -> None:
    session = await closed_in_silence(environment, world)
    await session.audio_comes_late()
    await session.drafted()
    with pytest.raises(TransitionRefused, match="a class that was closed cannot be reopened"):
        await session.reopen_until(await session.now() + 40 * MINUTE)
    with pytest.raises(TransitionRefused):
        await session.move_to(await session.now() + timedelta(days=1))
    with pytest.raises(Unavailable):
        await session.audio_comes_late()
    await session.approve()
    await session.result()
    assert world.calls.count("draft") == 1
