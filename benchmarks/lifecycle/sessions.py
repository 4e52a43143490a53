"""Drives real sessions from booking to close within seconds: people join and leave, the instructor approves."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle

from benchmarks.lifecycle.cues import Cues
from domain.notices.kinds import NoticeKind
from domain.sessions.policies import SessionPolicy
from tests.workflows.recording_activities import World
from tests.workflows.session_driver import REGION, workers
from workflows.class_session import ClassSession
from workflows.client import SessionClient, session_workflow_id
from workflows.contracts.common import StepInput
from workflows.session.messages import (
    Approve,
    Booking,
    ClassSessionResult,
    PresenceSignal,
)

PAUSE = 0.1  # seconds between one message to a workflow and the next
STARTS_IN = timedelta(seconds=2.8)
# As many steps as the default policy has, in three seconds instead of a day.
POLICY = SessionPolicy(
    reminders_before=(timedelta(seconds=2), timedelta(seconds=1)),
    briefing_before=timedelta(seconds=0.6),
    room_before=timedelta(seconds=0.3),
    empty_room_for=timedelta(seconds=0.3),
    empty_room_ends_after=timedelta(),
)
Handle = WorkflowHandle[ClassSession, ClassSessionResult]


@dataclass
class QuietActivities(World):
    """Activities that do nothing but give a cue when a draft waits for its review."""

    cues: Cues = field(default_factory=Cues)

    async def note(self, call: str, step: StepInput | None = None) -> None:
        if call == f"notice:{NoticeKind.REVIEW_REQUEST}":
            self.cues.give()


class Sessions:
    def __init__(self, client: Client) -> None:
        self._client = client
        self._sessions = SessionClient(client, REGION)
        self._activities = QuietActivities()

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        async with workers(self._client, self._activities):
            yield

    async def drive(self, _: int) -> Sequence[HistoryEvent]:
        """Run one class. Returns its history."""
        session_id, starts_at = uuid4(), datetime.now(UTC) + STARTS_IN
        await self._sessions.book(uuid4(), session_id, _booking(starts_at))
        await self._attend(session_id, starts_at)
        handle: Handle = self._client.get_workflow_handle(
            session_workflow_id(session_id), result_type=ClassSessionResult
        )
        await self._activities.cues.wait(handle.id)
        await self._sessions.approve_documentation(session_id, Approve(1, "person"))
        result = await handle.result()
        assert (result.state, result.outcome) == ("closed", "held")
        return (await handle.fetch_history()).events

    async def _attend(self, session_id: UUID, starts_at: datetime) -> None:
        await asyncio.sleep((starts_at - datetime.now(UTC)).total_seconds())
        for in_room in (1, 2, 3, 0):  # the instructor, the first student, everybody, nobody
            now = datetime.now(UTC)
            presence = PresenceSignal(now, in_room, starts_at, None if in_room else now)
            await self._sessions.report_presence(session_id, presence)
            await asyncio.sleep(PAUSE)


def _booking(starts_at: datetime) -> Booking:
    students = (uuid4(), uuid4())
    ends_at = starts_at + timedelta(minutes=30)
    return Booking(uuid4(), uuid4(), students, starts_at, ends_at, policy=POLICY)
