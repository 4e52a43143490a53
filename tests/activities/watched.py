"""Running classes of one school in front of a room watch: real Postgres, LiveKit and Temporal."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, Interceptor, OutboundInterceptor, SignalWorkflowInput
from temporalio.service import RPCError

from activities.room_watch import RoomWatcher
from domain.people.roles import Role
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.sessions.states import SessionState
from media_bridge.rooms import LiveKitRooms
from models.repositories import events, sessions
from models.session import Session
from services.case_following import CaseFollower
from services.substitution_start import SubstitutionByCommand
from tests.activities.school_rows import REGION, SchoolRows, now
from workflows.client import CaseClient, SessionClient, session_workflow_id
from workflows.contracts.rooms import WatchInput

NEVER = 3600.0
TIMEOUT = timedelta(minutes=10)


@dataclass
class SignalFailures(Interceptor):
    """Fails the signals to chosen workflows, as a server that refuses them would."""

    failures: dict[str, Exception] = field(default_factory=dict)

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _FailingSignals(next, self.failures)


class _FailingSignals(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, failures: dict[str, Exception]) -> None:
        super().__init__(next)
        self._failures = failures

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        if input.id in self._failures:
            raise self._failures[input.id]
        await super().signal_workflow(input)


@dataclass
class WatchedClasses:
    school: SchoolRows
    rooms: LiveKitRooms
    temporal: Client
    signals: SignalFailures
    ids: list[UUID] = field(default_factory=list)

    async def begin(self, count: int) -> None:
        """Start `count` more live classes, each with a room and a workflow that takes signals and does nothing."""
        for _ in range(count):
            starts_at = now() + timedelta(days=10, hours=2 * len(self.ids) + 2)
            session_id = (await self.school.book("Noor", "Leo", starts_at=starts_at)).session_id
            self.ids.append(session_id)
            began = {"state": SessionState.LIVE, "starts_at": now() - timedelta(minutes=1)}
            await self.school.change(Session, col(Session.id) == session_id, **began)
            await self.rooms.ensure_room(session_id, empty_timeout=TIMEOUT, departure_timeout=TIMEOUT)
            await self.temporal.start_workflow(
                "ClassSession", id=session_workflow_id(session_id), task_queue=f"no-worker-{session_id}"
            )

    def watcher(self, *, every: float = NEVER, **parts: Any) -> RoomWatcher:
        client = SessionClient(self.temporal, REGION)
        values: dict[str, Any] = {
            "database": self.school.database,
            "rooms": self.rooms,
            "client": client,
            "follower": CaseFollower(self.school.database, CaseClient(self.temporal, REGION)),
            "substitutions": SubstitutionByCommand(client),
        }
        return RoomWatcher(**(values | parts), watch=WatchInput(REGION, every))

    async def join(self, session_id: UUID, role: Role, sid: str) -> None:
        await self._happens(session_id, role, sid, EventKind.PARTICIPANT_JOINED)

    async def leave(self, session_id: UUID, role: Role, sid: str) -> None:
        await self._happens(session_id, role, sid, EventKind.PARTICIPANT_LEFT)

    async def person(self, session_id: UUID, role: Role) -> UUID:
        """The id of a participant with this role."""
        async with self.school.database.tenant(self.school.id) as db:
            people = await sessions.participants(db, session_id)
            return next(person.id for person in people if person.role == role)

    async def _happens(self, session_id: UUID, role: Role, sid: str, kind: EventKind) -> None:
        who = str(await self.person(session_id, role))
        async with self.school.database.tenant(self.school.id) as db:
            sid = f"PA_{session_id}_{sid}"
            event = SessionEvent(EventSource.WEBHOOK, f"{sid}:{kind}", kind, now(), who, sid)
            await events.record(db, self.school.id, [(session_id, event)])

    async def signalled(self, session_id: UUID) -> list[str]:
        async with self.school.database.tenant(self.school.id) as db:
            return list((await sessions.get_session(db, session_id)).signalled)

    async def recorded(self, session_id: UUID) -> list[SessionEvent]:
        async with self.school.database.tenant(self.school.id) as db:
            return await events.of_session(db, session_id)

    async def signals_to(self, session_id: UUID) -> int:
        history = await self.temporal.get_workflow_handle(session_workflow_id(session_id)).fetch_history()
        kind = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
        return sum(event.event_type == kind for event in history.events)

    async def end(self) -> None:
        for session_id in self.ids:
            try:
                await self.temporal.get_workflow_handle(session_workflow_id(session_id)).terminate()
            except RPCError:
                continue  # a test has ended it


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
