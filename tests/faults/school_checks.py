"""What must hold of a school as a whole: cases, workflows, and that nobody is in two rooms at once."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus, WorkflowHistory
from temporalio.worker import Replayer

from domain.cases.states import REOPENS_WITHIN
from domain.people.roles import Role
from domain.sessions.states import FINAL_STATES, SessionState
from tests.faults.class_story import ClassStory
from tests.faults.snapshot import Snapshot
from wiring.temporal import DATA_CONVERTER
from workflows.client import case_workflow_id, session_workflow_id
from workflows.ids import SESSION_PREFIX
from workflows.registry import WORKFLOWS

_MOST_ATTEMPTS = 10  # of a workflow task; those that a fault has hit are tried again
_OVER = (WorkflowExecutionStatus.COMPLETED, WorkflowExecutionStatus.CONTINUED_AS_NEW)


def violations(story: ClassStory, taken: Snapshot) -> Iterable[str]:
    yield from _bookings(story, taken)
    yield from _two_rooms(taken)
    yield from _cases(taken)


def _bookings(story: ClassStory, taken: Snapshot) -> Iterable[str]:
    """Each booking that was answered is one class, and there is no other."""
    answered = Counter(UUID(played.id) for played in story.classes)
    yield from (f"class {one} was answered for {n} bookings" for one, n in answered.items() if n > 1)
    yield from (f"class {one} was booked and is not there" for one in answered if one not in taken.sessions)
    yield from (f"class {one} was booked by nobody" for one in taken.sessions if one not in answered)


def _two_rooms(taken: Snapshot) -> Iterable[str]:
    """No instructor and no student has two classes at one time, planned or as they were held."""
    spans: dict[UUID, list[tuple[datetime, datetime, UUID]]] = defaultdict(list)
    for one in taken.participants:
        session = taken.sessions[one.session_id]
        person = one.student_id or one.instructor_id
        if person and one.in_class and session.state != SessionState.CANCELLED:
            spans[person].append((session.starts_at, session.ended_at or session.ends_at, session.id))
    for session in taken.sessions.values():
        of_class = [one for one in taken.participants if one.session_id == session.id]
        teaching = {one.instructor_id for one in of_class if one.role == Role.INSTRUCTOR and one.in_class}
        if teaching != {session.instructor_id}:
            yield f"class {session.id} is taught by {session.instructor_id}, its room expects {teaching}"
    for person, own in spans.items():
        for earlier, later in pairwise(sorted(own)):
            if later[0] < min(earlier[1], taken.sessions[earlier[2]].ends_at):
                yield f"{person} is in the classes {earlier[2]} and {later[2]} at {later[0]}"


def _cases(taken: Snapshot) -> Iterable[str]:
    """Every case, of any subject: someone owns it and by when, it is one per cause, and its workflow follows it."""
    unresolved = Counter(
        (one.subject_kind, one.subject_id, one.kind, one.occasion)
        for one in taken.cases
        if one.resolved_at is None
    )
    yield from (f"{n} unresolved cases of {cause}" for cause, n in unresolved.items() if n > 1)
    status = {one.id: one.status for one in taken.workflows}
    for case in taken.cases:
        name = f"case {case.kind} {case.occasion} of {case.subject_kind} {case.subject_id}"
        if not case.owner or not case.queue or case.due_at is None:
            yield f"{name} has no owner or due time"
        if case.changes > case.followed:
            yield f"{name}: {case.changes} changes, its workflow knows {case.followed}"
        follows = status.get(case_workflow_id(case.id))
        is_recent = case.resolved_at is not None and taken.taken_at - case.resolved_at < REOPENS_WITHIN
        if follows is None or (follows != WorkflowExecutionStatus.RUNNING and case.resolved_at is None):
            yield f"{name} is {case.state}, its workflow {follows}"
        if follows == WorkflowExecutionStatus.RUNNING and case.resolved_at and not is_recent:
            yield f"{name} was resolved at {case.resolved_at} and is still followed"
        own = Counter(entry.kind.value for entry in taken.entries if entry.case_id == case.id)
        if own["opened"] != 1:
            yield f"{name} was opened {own['opened']} times in its history"
        if case.resolved_at is None and not own["reopened"] and own["told"] + own["escalated"] != case.level:
            yield f"{name} is at step {case.level}, its history says {dict(own)}"


async def workflow_violations(temporal: Client, taken: Snapshot) -> list[str]:
    """No workflow failed or is stuck, and the history of each replays."""
    found = []
    listed = {one.id for one in taken.workflows}
    for session in taken.sessions.values():
        if session_workflow_id(session.id) not in listed:
            found.append(f"class {session.id} has no workflow")
    over = {session_workflow_id(one.id) for one in taken.sessions.values() if one.state in FINAL_STATES}
    classes = {session_workflow_id(session_id) for session_id in taken.sessions}
    for one in taken.workflows:
        name = f"workflow {one.workflow_type} {one.id}"
        if one.status not in (*_OVER, WorkflowExecutionStatus.RUNNING):
            found.append(f"{name} is {one.status}")
        if one.status == WorkflowExecutionStatus.RUNNING and one.id in over:
            found.append(f"{name} runs on after its class")
        if (
            one.status == WorkflowExecutionStatus.RUNNING
            and one.id.startswith(SESSION_PREFIX)
            and one.id not in classes
        ):
            found.append(f"{name} runs without a class")
        if one.status == WorkflowExecutionStatus.RUNNING and await _is_stuck(temporal, one):
            found.append(f"{name} is stuck in a task that fails")
    found += await _not_replaying(temporal, taken.workflows)
    return found


async def _not_replaying(temporal: Client, workflows: Iterable[WorkflowExecution]) -> list[str]:
    by_run = {one.run_id: f"workflow {one.workflow_type} {one.id}" for one in workflows}

    async def histories() -> AsyncIterator[WorkflowHistory]:
        for one in workflows:
            yield await temporal.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()

    replayer = Replayer(workflows=WORKFLOWS, data_converter=DATA_CONVERTER)
    replayed = await replayer.replay_workflows(histories(), raise_on_replay_failure=False)
    failures = replayed.replay_failures.items()
    return [f"{by_run[run_id]} does not replay: {error}" for run_id, error in failures]


async def _is_stuck(temporal: Client, one: WorkflowExecution) -> bool:
    described = await temporal.get_workflow_handle(one.id, run_id=one.run_id).describe()
    raw = described.raw_description
    return raw.HasField("pending_workflow_task") and raw.pending_workflow_task.attempt > _MOST_ATTEMPTS
