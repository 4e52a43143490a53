"""Writes cases of a school: about a class in a state, of an incident, or very many."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from domain.cases.catalogue import case_kind
from domain.cases.kinds import ExceptionKind
from domain.sessions.states import SessionState
from domain.subjects import Subject, SubjectKind
from models.exception_case import ExceptionCase, Incident
from models.repositories import sessions
from services.cases import Evidence, NewCase, open_case
from tests.api.queue_rows import MANY_CHANGES
from tests.campus import School


async def class_in(opened: School, state: SessionState) -> UUID:
    """A class that is in this state for the pages, whatever its workflow says.

    The room watch misses the room of one that is live, and may open a case of that.
    """
    session_id = UUID(await opened.book())
    async with opened.transaction() as db:
        await sessions.change(db, session_id, state=state)
    return session_id


async def case_about(
    opened: School,
    subject: Subject,
    kind: ExceptionKind,
    occasion: str = "",
    detail: Mapping[str, str] | None = None,
    evidence: tuple[Evidence, ...] = (),
) -> UUID:
    new = NewCase(opened.id, subject, kind, occasion, detail or {}, evidence=evidence)
    async with opened.transaction() as db:
        await open_case(db, new, datetime.now(UTC))
    answer = await opened.get(f"/v1/exceptions?kind={kind}&subject_id={subject.id}")
    return next(UUID(case["id"]) for case in answer["items"] if case["occasion"] == occasion)


async def add_many(opened: School, session_id: UUID, count: int, *, of_incident: bool = False) -> UUID:
    """Cases of every kind about a class, each due a minute after the one before; returns their incident's id.

    Pages show their rows: no workflow is told of them, whatever is done with them.
    """
    now, kinds = datetime.now(UTC), list(ExceptionKind)
    incident = Incident(
        id=uuid4(), organization_id=opened.id, outage="recorders", opened_at=now, latest_at=now
    )
    async with opened.transaction() as db:
        if of_incident:
            db.add(incident)
            await db.flush()
        for number in range(count):
            kind = kinds[number % len(kinds)]
            opened_at = now - timedelta(minutes=number)
            values: dict[str, Any] = {"incident_id": incident.id} if of_incident else {}
            db.add(
                ExceptionCase(
                    id=uuid7(),
                    organization_id=opened.id,
                    subject_kind=SubjectKind.SESSION,
                    subject_id=session_id,
                    kind=kind,
                    occasion=f"{'incident' if of_incident else 'room'} {number}",
                    severity=case_kind(kind).severity,
                    owner=case_kind(kind).owner,
                    queue=case_kind(kind).owner,
                    due_at=now + timedelta(minutes=number - 5),
                    acknowledge_due_at=now,
                    opened_at=opened_at,
                    followed=MANY_CHANGES,
                    **values,
                )
            )
    return incident.id
