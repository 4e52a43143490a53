"""Exceptions (cases): open them, say who works on each and what was done, and resolve them.

Each change is written to the history of the case and counted: the workflow of the case is told of it after the commit
(`services/case_following.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, object_session
from uuid_utils.compat import uuid7

from domain.cases.catalogue import case_kind
from domain.cases.kinds import AfterCancellation, ExceptionKind
from domain.cases.states import (
    REOPENS_WITHIN,
    CaseState,
    EntryKind,
    check_acknowledge,
    check_reopen,
    check_unresolved,
)
from domain.errors import TransitionRefused
from domain.people.access import Principal
from domain.subjects import Subject
from models.access import Member
from models.authorship import HOMEROOM
from models.exception_case import CaseEntry, ExceptionCase
from models.repositories import cases, entities
from models.repositories.cases import QueuedCase
from services.case_routing import routed, routing_of

# What the workflow of a case acts on, beside its opening.
_TOLD_OF = frozenset(
    {
        EntryKind.ACKNOWLEDGED,
        EntryKind.STARTED,
        EntryKind.ASSIGNED,
        EntryKind.SNOOZED,
        EntryKind.RESOLVED,
        EntryKind.SELF_RESOLVED,
        EntryKind.REOPENED,
    }
)
_TOGETHER_WITHIN = timedelta(
    minutes=5
)  # cases of one outage that are opened so soon after each other are one incident


@dataclass(frozen=True)
class Evidence:
    """A row that shows what happened, such as a notice, an event of the room or a recorded segment."""

    kind: str
    id: str
    at: datetime | None = None

    def stored(self) -> dict[str, str]:
        return {"kind": self.kind, "id": self.id} | ({"at": self.at.isoformat()} if self.at else {})


def member_or_nobody(actor: str) -> str:
    """The assignee of a case about what an actor has begun: members work on cases, keys and others do not."""
    return actor if actor.startswith("member:") else ""


@dataclass(frozen=True)
class NewCase:
    organization_id: UUID
    subject: Subject
    kind: ExceptionKind
    occasion: str = ""  # tells apart cases of one kind and subject
    detail: Mapping[str, str] = field(default_factory=dict)  # codes, counts, ids
    key: str = ""  # of this report of the cause, so that no report counts twice; empty: there is only one
    evidence: tuple[Evidence, ...] = ()
    assignee: str = ""  # who is to work on it from the start: "member:<id>"…; empty: whoever takes it

    @classmethod
    def about_session(
        cls,
        organization_id: UUID,
        session_id: UUID,
        kind: ExceptionKind,
        occasion: str,
        detail: Mapping[str, str],
        key: str = "",
        assignee: str = "",
    ) -> Self:
        subject = Subject.session(session_id)
        return cls(organization_id, subject, kind, occasion, detail, key, assignee=assignee)


async def open_case(db: AsyncSession, new: NewCase, now: datetime) -> bool:
    """Report a cause, of which subject, kind and occasion tell; returns whether this opened a case.

    While a case of the cause is unresolved, the report is added to it. A case that has resolved itself a moment ago is
    opened again; after one that a person has resolved, the next report opens a new one. A report that was made before
    changes nothing, nor does one about a cancelled class of a kind that ends with a cancellation.
    """
    of_kind = case_kind(new.kind)
    ends_cancelled = of_kind.after_cancellation == AfterCancellation.ENDS

    async def route(row: ExceptionCase) -> None:
        routing = await routed(db, new.kind, new.subject, now)
        row.severity, row.queue, row.routing_version = routing.severity, routing.queue, routing.version
        row.acknowledge_due_at = now + routing.acknowledge_within

    cause = f"homeroom:case:{new.subject.id}:{new.kind}:{new.occasion}"
    row = ExceptionCase(
        id=uuid5(NAMESPACE_URL, f"{cause}:{new.key}" if new.key else cause),
        organization_id=new.organization_id,
        subject_kind=new.subject.kind,
        subject_id=new.subject.id,
        kind=new.kind,
        occasion=new.occasion,
        severity=of_kind.severity,
        owner=of_kind.owner,
        queue=of_kind.owner,
        due_at=now + of_kind.due_within,
        acknowledge_due_at=now + of_kind.acknowledge_within,
        detail=dict(new.detail),
        evidence=[one.stored() for one in new.evidence],
        opened_at=now,
        reports=[new.key],
        outage=of_kind.outage or "",
        assignee=new.assignee,
    )
    reported = await cases.report(
        db,
        row,
        now - REOPENS_WITHIN,
        route,
        unless_cancelled=new.subject.session_id if ends_cancelled else None,
    )
    if reported is None:
        return False
    case, inserted = reported
    if inserted:
        _write(db, case, EntryKind.OPENED, HOMEROOM, now, detail=dict(new.detail))
        if case.outage:
            await cases.join_incident(db, case, now - _TOGETHER_WITHIN, now)
    elif case.state.is_over:
        _open_again(case, now + (await routing_of(db, case)).acknowledge_within)
        _write(db, case, EntryKind.REOPENED, HOMEROOM, now, detail=dict(new.detail))
    else:
        _write(db, case, EntryKind.REPORTED, HOMEROOM, now, detail=dict(new.detail))
    await db.flush()
    return inserted


def follow(case: ExceptionCase, detail: Mapping[str, str], now: datetime) -> None:
    """Let an open case say what is found of its cause now, which is written to its history if it has changed."""
    followed = {**case.detail, **detail}
    if followed != case.detail:
        case.detail = followed
        db = object_session(case)
        assert db is not None, "the case was read in a transaction"
        _write(db, case, EntryKind.REPORTED, HOMEROOM, now, detail=dict(detail))


async def acknowledge(db: AsyncSession, who: Principal, case_id: UUID, now: datetime) -> QueuedCase:
    """Say that somebody has seen a case: nobody else is told of it. Raises NotFound, TransitionRefused."""
    queued = await cases.get(db, case_id, lock=True)
    acknowledge_locked(db, who, queued.case, now)
    return queued


def acknowledge_locked(db: AsyncSession, who: Principal, case: ExceptionCase, now: datetime) -> None:
    """As `acknowledge`, of a row that this transaction has locked. Raises TransitionRefused."""
    check_acknowledge(case.state)
    if case.state != CaseState.ACKNOWLEDGED:
        _acknowledge(case, who, now)
        case.state = CaseState.ACKNOWLEDGED
        _write(db, case, EntryKind.ACKNOWLEDGED, who.actor, now)


async def start(db: AsyncSession, who: Principal, case_id: UUID, now: datetime) -> QueuedCase:
    """Say that the caller works on a case now. Raises NotFound, TransitionRefused."""
    queued = await _unresolved(db, case_id)
    _acknowledge(queued.case, who, now)
    queued.case.state, queued.case.assignee = CaseState.IN_PROGRESS, who.actor
    _write(db, queued.case, EntryKind.STARTED, who.actor, now)
    return queued


async def assign(
    db: AsyncSession, who: Principal, case_id: UUID, member_id: UUID | None, now: datetime
) -> QueuedCase:
    """Assign a case to a member of staff; None: to the caller, who has seen it then.

    Raises NotFound, UnknownReference, TransitionRefused for a case that is resolved.
    """
    queued = await _unresolved(db, case_id)
    if member_id is not None:
        await entities.in_use(db, Member, member_id)
    assign_locked(db, who, queued.case, member_id, now)
    return queued


def assign_locked(
    db: AsyncSession, who: Principal, case: ExceptionCase, member_id: UUID | None, now: datetime
) -> None:
    """As `assign`, of a row that this transaction has locked, to a member in use. Raises TransitionRefused."""
    check_unresolved(case.state)
    case.assignee = f"member:{member_id}" if member_id else who.actor
    if case.assignee == who.actor and case.state in (CaseState.OPEN, CaseState.SNOOZED):
        _acknowledge(case, who, now)
        case.state = CaseState.ACKNOWLEDGED
    _write(db, case, EntryKind.ASSIGNED, who.actor, now, detail={"assignee": case.assignee})


async def snooze(
    db: AsyncSession, who: Principal, case_id: UUID, duration: timedelta, now: datetime
) -> QueuedCase:
    """Put a case aside for a while, after which it comes back. Raises NotFound, TransitionRefused."""
    queued = await _unresolved(db, case_id)
    until = now + duration
    _acknowledge(queued.case, who, now)
    queued.case.state, queued.case.snoozed_until = CaseState.SNOOZED, until
    _write(db, queued.case, EntryKind.SNOOZED, who.actor, now, detail={"until": until.isoformat()})
    return queued


async def comment(db: AsyncSession, who: Principal, case_id: UUID, text: str, now: datetime) -> QueuedCase:
    """Add a comment, also to a case that is resolved. Raises NotFound."""
    queued = await cases.get(db, case_id, lock=True)
    queued.case.comments += 1
    _write(db, queued.case, EntryKind.COMMENTED, who.actor, now, text=text)
    return queued


async def resolve(
    db: AsyncSession, who: Principal, case_id: UUID, resolution: str, now: datetime
) -> QueuedCase:
    """Resolve a case. Raises NotFound, TransitionRefused for a case that is resolved already."""
    queued = await _unresolved(db, case_id)
    resolve_locked(db, who, queued.case, resolution, now)
    await end_incident(db, queued.case, now)
    return queued


def resolve_locked(
    db: AsyncSession, who: Principal, case: ExceptionCase, resolution: str, now: datetime
) -> None:
    """As `resolve`, of a row that this transaction has locked; its incident goes on. Raises TransitionRefused."""
    check_unresolved(case.state)
    _resolve(case, CaseState.RESOLVED, who.actor, resolution, now)
    _write(db, case, EntryKind.RESOLVED, who.actor, now, text=resolution)


def resolve_by_itself(case: ExceptionCase, why: str, now: datetime) -> None:
    """Resolve a case whose cause has gone away; `case` belongs to a transaction and is locked.

    Its incident is ended by whoever tells its workflow.
    """
    _resolve(case, CaseState.SELF_RESOLVED, HOMEROOM, why, now)
    db = object_session(case)
    assert db is not None, "the case was read in a transaction"
    _write(db, case, EntryKind.SELF_RESOLVED, HOMEROOM, now, text=why)


async def resolve_about(
    db: AsyncSession,
    subject: Subject,
    kind: ExceptionKind,
    why: str,
    now: datetime,
    occasion: str | None = None,
) -> None:
    """Resolve the cases of a kind about a subject whose cause has gone away; with `occasion` those of it alone."""
    for case in await cases.unresolved_about(db, subject.kind, subject.id, kind):
        if occasion in (None, case.occasion):
            resolve_by_itself(case, why, now)


async def reopen(db: AsyncSession, who: Principal, case_id: UUID, now: datetime) -> QueuedCase:
    """Open a resolved case again. Raises NotFound, TransitionRefused if its cause has a newer one."""
    queued = await cases.get(db, case_id, lock=True)
    check_reopen(queued.case.state)
    if await cases.unresolved_one(db, queued.case):
        raise TransitionRefused(
            "the same has happened again since, and has an open exception", next_step="Work on that one."
        )
    _open_again(queued.case, now + (await routing_of(db, queued.case)).acknowledge_within)
    _write(db, queued.case, EntryKind.REOPENED, who.actor, now)
    return queued


def note(
    db: AsyncSession, case: ExceptionCase, kind: EntryKind, now: datetime, detail: Mapping[str, Any]
) -> None:
    """Write what Homeroom itself did about a case to its history."""
    _write(db, case, kind, HOMEROOM, now, detail=detail)


async def wake(db: AsyncSession, case: ExceptionCase, now: datetime) -> None:
    """Bring back a snoozed case whose time has come."""
    case.state, case.snoozed_until, case.level = CaseState.OPEN, None, 0
    case.acknowledge_due_at = now + (await routing_of(db, case)).acknowledge_within
    note(db, case, EntryKind.WOKEN, now, {})


async def _unresolved(db: AsyncSession, case_id: UUID) -> QueuedCase:
    queued = await cases.get(db, case_id, lock=True)
    check_unresolved(queued.case.state)
    return queued


def _acknowledge(case: ExceptionCase, who: Principal, now: datetime) -> None:
    """Record who has seen the case first. Their request may have come before the case that it waited for."""
    case.snoozed_until = None
    if case.acknowledged_at is None:
        case.acknowledged_at, case.acknowledged_by = max(now, case.opened_at), who.actor


def _open_again(case: ExceptionCase, acknowledge_due_at: datetime) -> None:
    case.state, case.resolved_at, case.resolved_by, case.resolution = CaseState.OPEN, None, "", ""
    case.acknowledged_at, case.acknowledged_by, case.level = None, "", 0
    case.acknowledge_due_at = acknowledge_due_at


def _resolve(case: ExceptionCase, state: CaseState, by: str, resolution: str, now: datetime) -> None:
    case.state, case.resolved_by, case.resolution = state, by, resolution
    case.resolved_at = max(now, case.opened_at)  # as with an acknowledgement
    case.snoozed_until = None


async def end_incident(db: AsyncSession, case: ExceptionCase, now: datetime) -> None:
    """End the incident of a resolved case if it was its last unresolved one."""
    if case.incident_id is not None:
        await db.flush()
        await cases.end_incidents(db, {case.incident_id}, now)


def _write(
    db: AsyncSession | Session,
    case: ExceptionCase,
    kind: EntryKind,
    by: str,
    now: datetime,
    *,
    text: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write to the history of a case, and count what its workflow has to be told of."""
    if kind in _TOLD_OF:
        case.changes += 1
    db.add(
        CaseEntry(
            id=uuid7(),
            organization_id=case.organization_id,
            case_id=case.id,
            happened_at=now,
            by=by,
            kind=kind,
            text=text,
            detail=dict(detail or {}),
        )
    )
