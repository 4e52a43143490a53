"""What must hold after classes were held under faults."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlmodel import col, select
from temporalio.client import WorkflowExecutionStatus
from temporalio.worker import Replayer

from domain.cases.kinds import ExceptionKind
from domain.sessions.states import FINAL_STATES
from models.database import Database
from models.documentation import Documentation
from models.exception_case import ExceptionCase
from models.notice import WITHDRAWN, Notice
from models.record import AttendanceRow
from models.recording import AudioSegmentRow
from models.session import Session
from tests.faults.class_story import ClassStory, PlayedClass, Visit
from tests.faults.faulty_stack import FaultyStack
from wiring.temporal import DATA_CONVERTER
from workflows.client import session_workflow_id
from workflows.registry import WORKFLOWS

_SLACK = timedelta(seconds=1)  # LiveKit's times are whole seconds
_MAY_BE_MISSED = timedelta(
    seconds=12
)  # whoever is there between two looks of the watch, and whose webhooks are lost
_SETTLES = 20.0  # seconds in which mails that wait may still go out


async def violations(stack: FaultyStack, story: ClassStory) -> list[str]:
    """What does not hold, by class; empty if all does."""
    found = list(story.unanswered)
    async with aclosing(Database(stack.urls.application)) as database:
        await _mails_settle(database, story)
        mailed = Counter(
            str(mail["headers"].get("Message-ID", "")).strip("<>").partition("@")[0]
            for mail in await asyncio.to_thread(stack.mail.messages)
        )
        for played in story.classes:
            found += [
                f"class {played.id}: {what}" for what in await _of_class(stack, database, played, mailed)
            ]
        found += await _two_places(database, story)
    return found


async def _mails_settle(database: Database, story: ClassStory) -> None:
    async with asyncio.timeout(_SETTLES):
        while True:
            waiting = 0
            for organization_id in {played.organization_id for played in story.classes}:
                async with database.tenant(organization_id) as db:
                    rows = list(await db.scalars(select(Notice)))
                waiting += sum(row.waits and row.send_after < datetime.now(UTC) for row in rows)
            if not waiting:
                return
            await asyncio.sleep(0.5)


async def _of_class(
    stack: FaultyStack, database: Database, played: PlayedClass, mailed: Counter[str]
) -> list[str]:
    async with database.tenant(played.organization_id) as db:
        session = (await db.scalars(select(Session).where(col(Session.id) == played.id))).one()
        about = col(ExceptionCase.session_id) == played.id
        cases = list(await db.scalars(select(ExceptionCase).where(about)))
        notices = list(await db.scalars(select(Notice).where(col(Notice.session_id) == played.id)))
        attendance = list(
            await db.scalars(select(AttendanceRow).where(col(AttendanceRow.session_id) == played.id))
        )
        segments = list(
            await db.scalars(select(AudioSegmentRow).where(col(AudioSegmentRow.session_id) == played.id))
        )
        draft = (
            await db.scalars(select(Documentation).where(col(Documentation.session_id) == played.id))
        ).one_or_none()
    found = [f"case {one.kind} has no owner or due time" for one in cases if not one.owner or not one.due_at]
    found += await _workflow(stack, played)
    if session.state not in FINAL_STATES:
        return [*found, f"is stuck in {session.state}"]
    found += _commands(played, session)
    found += _notices(notices, cases, mailed)
    if session.outcome == "held":
        found += _attendance(played, attendance)
        found += _record(cases, segments, draft)
    elif played.visits and session.live_at is None and session.state == "closed":
        found.append("was attended and counts as not held")
    return found


async def _workflow(stack: FaultyStack, played: PlayedClass) -> list[str]:
    handle = stack.temporal.get_workflow_handle(session_workflow_id(UUID(played.id)))
    found = []
    status = (await handle.describe()).status
    if status != WorkflowExecutionStatus.COMPLETED:
        found.append(f"its workflow is {status}")
    replayer = Replayer(workflows=WORKFLOWS, data_converter=DATA_CONVERTER)
    replayed = await replayer.replay_workflow(await handle.fetch_history(), raise_on_replay_failure=False)
    if replayed.replay_failure:
        found.append(f"its history does not replay: {replayed.replay_failure}")
    return found


def _commands(played: PlayedClass, session: Session) -> list[str]:
    """Every command that was answered has its effect; a class that ended otherwise before has none to have."""
    found = []
    for command, body in played.commands:
        if command == "cancel" and session.state != "cancelled":
            found.append("was cancelled and is not")
        if command == "extend" and session.ends_at != datetime.fromisoformat(body["ends_at"]):
            found.append(f"was extended and ends at {session.ends_at}")
        if command == "end" and (session.ended_at is None or session.ended_at > session.ends_at):
            found.append(f"was ended and ended at {session.ended_at}")
    return found


def _notices(notices: Iterable[Notice], cases: Iterable[ExceptionCase], mailed: Counter[str]) -> list[str]:
    """Each message is sent and in the mailbox, or withdrawn, or failed with a case; none is written twice."""
    found = []
    undelivered = {case.detail.get("notice_id") for case in cases}
    for row in notices:
        if row.sent_at and not mailed[str(row.id)]:
            found.append(f"{row.kind} counts as sent and never was")
        if row.waits and row.send_after < datetime.now(UTC):
            found.append(f"{row.kind} waits for nobody")
        if row.failed_at and row.error != WITHDRAWN and str(row.id) not in undelivered:
            found.append(f"{row.kind} failed without a case")
        if row.failed_at and mailed[str(row.id)] and row.error == WITHDRAWN:
            found.append(f"{row.kind} was withdrawn and sent")
    said = Counter((row.kind, row.recipient_id) for row in notices)
    found += [f"{kind} was written twice to one person" for (kind, _), count in said.items() if count > 1]
    return found


def _attendance(played: PlayedClass, attendance: Iterable[AttendanceRow]) -> list[str]:
    """To the second where LiveKit's word has come; nobody is counted twice, and nobody who came is absent."""
    found = []
    rows = {str(row.participant_id): row for row in attendance}
    for who, visits in played.visits.items():
        row = rows.get(who)
        truth = sum((visit.left_at - visit.joined_at for visit in visits), timedelta())
        if row is None or not row.came:
            if truth > _MAY_BE_MISSED:
                found.append(f"{who} was there for {truth} and did not come")
            continue
        if len(row.connections) > len(visits):
            found.append(f"{who} was there {len(visits)} times, counted {len(row.connections)}")
        for connection in row.connections:
            if _is_announced(connection) and not any(_is_exact(connection, visit) for visit in visits):
                found.append(f"{who} has a visit that was none: {connection}, of {visits}")
        spans = sorted((one["joined_at"], one["left_at"] or "") for one in row.connections)
        if (
            any(later[0] < earlier[1] for earlier, later in pairwise(spans))
            and row.seconds
            > (
                max(visit.gone_at for visit in visits) - min(visit.asked_at for visit in visits) + _SLACK
            ).total_seconds()
        ):
            found.append(f"{who} is counted twice: {row.connections}")
    return found


def _is_announced(connection: dict[str, str]) -> bool:
    return connection["joined_by"] == connection["left_by"] == "announced"


def _is_exact(connection: dict[str, str], visit: Visit) -> bool:
    joined, left = (datetime.fromisoformat(connection[name]) for name in ("joined_at", "left_at"))
    return (
        visit.asked_at - _SLACK <= joined <= visit.joined_at + _SLACK
        and visit.left_at - _SLACK <= left <= visit.gone_at + _SLACK
    )


def _record(
    cases: Iterable[ExceptionCase], segments: Iterable[AudioSegmentRow], draft: Documentation | None
) -> list[str]:
    """A class has its record, or a case that says what is missing."""
    kinds = {case.kind for case in cases}
    found = []
    if not list(segments) and not kinds & {ExceptionKind.RECORDING_MISSING, ExceptionKind.RECORDING_GAP}:
        found.append("has no recording and no case")
    if any(not segment.transcribed for segment in segments) and (
        ExceptionKind.TRANSCRIPT_INCOMPLETE not in kinds
    ):
        found.append("has audio that is not transcribed, and no case")
    if draft is None and not kinds & {ExceptionKind.STEP_FAILED, ExceptionKind.TRANSCRIPT_INCOMPLETE}:
        found.append("has no documentation and no case")
    return found


async def _two_places(database: Database, story: ClassStory) -> list[str]:
    """Nobody has two classes at one time."""
    found = []
    for organization_id in {played.organization_id for played in story.classes}:
        async with database.tenant(organization_id) as db:
            sessions = list(await db.scalars(select(Session)))
        times: dict[object, list[tuple[datetime, datetime]]] = defaultdict(list)
        for session in sessions:
            if session.state != "cancelled":
                times[session.instructor_id].append((session.starts_at, session.ended_at or session.ends_at))
        for spans in times.values():
            ordered = sorted(spans)
            found += [
                f"an instructor has two classes at {later[0]}"
                for earlier, later in pairwise(ordered)
                if later[0] < earlier[1]
            ]
    return found
