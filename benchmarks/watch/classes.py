"""Running classes: participants and events in the database, people in rooms, workflows that take signals."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col
from temporalio.client import Client

from domain.people.roles import Role, identity_of, room_name
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.sessions.states import SessionState
from models.database import Database
from models.repositories import events
from models.session import Participant, Session
from tests.api.classes import make_classes
from workflows.client import session_workflow_id

ORGANIZATIONS = 2
STUDENTS = 4
RECONNECTS = 3  # ended connections of each person
QUALITY_EVENTS = 50  # per class; the watch must skip them
_STARTS_AT_ONCE = 50


@dataclass
class RunningClass:
    session_id: UUID
    organization_id: UUID
    people: dict[str, Role] = field(default_factory=dict)  # by identity

    def sid(self, identity: str, connection: int = RECONNECTS) -> str:
        return f"PA_{identity[:12]}_{connection}"


async def begin_classes(
    database: Database, count: int, organizations: int = ORGANIZATIONS
) -> list[RunningClass]:
    """Start live classes in which everybody is in the room after some reconnects."""
    made = await make_classes(database, organizations, count // organizations)
    classes = [RunningClass(session_id, organization_id) for session_id, organization_id in made.items()]
    for organization_id in dict.fromkeys(made.values()):
        own = [running for running in classes if running.organization_id == organization_id]
        await _people(database, organization_id, own)
        async with database.tenant(organization_id) as db:
            await db.execute(sa.update(Session).values(state=SessionState.LIVE))
            await events.record(
                db, organization_id, [(running.session_id, e) for running in own for e in _past(running)]
            )
    return classes


async def _people(database: Database, organization_id: UUID, classes: Sequence[RunningClass]) -> None:
    async with database.tenant(organization_id) as db:
        query = sa.select(col(Session.id), col(Session.instructor_id))
        teachers = dict((await db.execute(query)).tuples().all())
        for running in classes:
            for role in (Role.INSTRUCTOR, *(Role.STUDENT for _ in range(STUDENTS))):
                key = uuid4()
                running.people[identity_of(key)] = role
                db.add(
                    Participant(
                        id=key,
                        organization_id=organization_id,
                        session_id=running.session_id,
                        role=role,
                        instructor_id=teachers[running.session_id] if role == Role.INSTRUCTOR else None,
                        name="Somebody",
                    )
                )


def _past(running: RunningClass) -> Iterator[SessionEvent]:
    now = datetime.now(UTC)
    for identity in running.people:
        for connection in range(RECONNECTS + 1):
            sid = running.sid(identity, connection)
            yield _event(EventKind.PARTICIPANT_JOINED, identity, sid, now)
            if connection < RECONNECTS:
                yield _event(EventKind.PARTICIPANT_LEFT, identity, sid, now)
    identity = next(iter(running.people))
    for number in range(QUALITY_EVENTS):
        source_id = f"quality:{running.session_id}:{number}"
        yield SessionEvent(
            EventSource.CLIENT, source_id, EventKind.QUALITY, now, identity, data={"level": "good"}
        )


def _event(kind: EventKind, identity: str, sid: str, at: datetime) -> SessionEvent:
    return SessionEvent(EventSource.WEBHOOK, f"{sid}:{kind}", kind, at, identity, sid)


async def everybody_leaves(database: Database, classes: Sequence[RunningClass]) -> None:
    now = datetime.now(UTC)
    for organization_id in dict.fromkeys(running.organization_id for running in classes):
        left = [
            (running.session_id, _event(EventKind.PARTICIPANT_LEFT, identity, running.sid(identity), now))
            for running in classes
            if running.organization_id == organization_id
            for identity in running.people
        ]
        async with database.tenant(organization_id) as db:
            await events.record(db, organization_id, left)


def rooms_of(classes: Sequence[RunningClass]) -> dict[str, dict[str, str]]:
    """The identities by participant sid, for each room."""
    return {
        room_name(running.session_id): {running.sid(identity): identity for identity in running.people}
        for running in classes
    }


async def start_workflows(temporal: Client, classes: Sequence[RunningClass]) -> None:
    """Start workflows that take signals and that no worker runs."""
    slots = asyncio.Semaphore(_STARTS_AT_ONCE)

    async def start(running: RunningClass) -> None:
        async with slots:
            await temporal.start_workflow(
                "ClassSession", id=session_workflow_id(running.session_id), task_queue="no-worker"
            )

    await asyncio.gather(*(start(running) for running in classes))
