"""Running classes with their people, on record, in rooms and as workflows that take signals."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
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
RECONNECTS = 3  # connections of each person that are over
QUALITY_EVENTS = 50  # per class: the watch has no use for them
_STARTS_AT_ONCE = 50


@dataclass
class RunningClass:
    session_id: UUID
    organization_id: UUID
    people: dict[str, Role] = field(default_factory=dict)  # by identity

    def sid(self, identity: str, connection: int = RECONNECTS) -> str:
        return f"PA_{identity[:12]}_{connection}"


async def begin_classes(database: Database, count: int) -> list[RunningClass]:
    """Everybody is in the room, after some reconnects, as LiveKit has announced."""
    made = await make_classes(database, ORGANIZATIONS, count // ORGANIZATIONS)
    classes = [RunningClass(session_id, organization_id) for session_id, organization_id in made.items()]
    for organization_id in dict.fromkeys(made.values()):
        own = [one for one in classes if one.organization_id == organization_id]
        await _people(database, organization_id, own)
        async with database.tenant(organization_id) as db:
            await db.execute(sa.update(Session).values(state=SessionState.LIVE))
            await events.record(db, organization_id, [(one.session_id, e) for one in own for e in _past(one)])
    return classes


async def _people(database: Database, organization_id: UUID, classes: Sequence[RunningClass]) -> None:
    rows = []
    for one in classes:
        for role in (Role.INSTRUCTOR, *(Role.STUDENT for _ in range(STUDENTS))):
            key = uuid4()
            one.people[identity_of(key)] = role
            rows.append(
                Participant(
                    id=key,
                    organization_id=organization_id,
                    session_id=one.session_id,
                    role=role,
                    name="Somebody",
                )
            )
    async with database.tenant(organization_id) as db:
        db.add_all(rows)


def _past(one: RunningClass) -> Iterator[SessionEvent]:
    now = datetime.now(UTC)
    for identity in one.people:
        for connection in range(RECONNECTS + 1):
            sid = one.sid(identity, connection)
            yield _event(EventKind.PARTICIPANT_JOINED, identity, sid, now)
            if connection < RECONNECTS:
                yield _event(EventKind.PARTICIPANT_LEFT, identity, sid, now)
    identity = next(iter(one.people))
    for number in range(QUALITY_EVENTS):
        source_id = f"quality:{one.session_id}:{number}"
        yield SessionEvent(
            EventSource.CLIENT, source_id, EventKind.QUALITY, now, identity, data={"level": "good"}
        )


def _event(kind: EventKind, identity: str, sid: str, at: datetime) -> SessionEvent:
    return SessionEvent(EventSource.WEBHOOK, f"{sid}:{kind}", kind, at, identity, sid)


async def everybody_leaves(database: Database, classes: Sequence[RunningClass]) -> None:
    now = datetime.now(UTC)
    for organization_id in dict.fromkeys(one.organization_id for one in classes):
        left = [
            (one.session_id, _event(EventKind.PARTICIPANT_LEFT, identity, one.sid(identity), now))
            for one in classes
            if one.organization_id == organization_id
            for identity in one.people
        ]
        async with database.tenant(organization_id) as db:
            await events.record(db, organization_id, left)


def rooms_of(classes: Sequence[RunningClass]) -> dict[str, dict[str, str]]:
    """The identities in the rooms, by participant sid."""
    return {
        room_name(one.session_id): {one.sid(identity): identity for identity in one.people} for one in classes
    }


async def start_workflows(temporal: Client, classes: Sequence[RunningClass]) -> None:
    """They take signals, and no worker runs them."""
    places = asyncio.Semaphore(_STARTS_AT_ONCE)

    async def start(one: RunningClass) -> None:
        async with places:
            await temporal.start_workflow(
                "ClassSession", id=session_workflow_id(one.session_id), task_queue="no-worker"
            )

    await asyncio.gather(*(start(one) for one in classes))
