"""Sessions: booking, commands, timeline, join links."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from uuid_utils.compat import uuid7

from api.dependencies import Now, OwnSession, Shared, TheCaller, Work
from api.operations import seeding
from api.operations.commands import SessionCommands, workflow_url
from api.schemas.common import Moment
from api.schemas.sessions import (
    BookedOut,
    JoinLinkOut,
    Move,
    NewEnd,
    NewGuest,
    NewSession,
    Reason,
    SessionOut,
    TimelineOut,
)
from api.state import State
from integrations.links import LINK_OUTLIVES_CLASS, JoinLink
from models.course import Course
from models.repositories import people, sessions
from models.session import Participant, Session
from workflows.class_session import ClassSession
from workflows.commands import Booking, Cancel, EndClass, Extend, Reschedule

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])


def _commands(shared: State) -> SessionCommands:
    return SessionCommands(shared.temporal, shared.settings.region)


def _workflow_url(shared: State, session_id: UUID) -> str:
    return workflow_url(shared.settings.temporal_ui_url, shared.settings.temporal_namespace, session_id)


@router.post("", status_code=201)
async def book(new: NewSession, who: TheCaller, shared: Shared) -> BookedOut:
    """Book a class. From here on a workflow carries it."""
    async with shared.database.tenant(who.organization_id) as db:
        organization = await seeding.organization(db)
        policy = await seeding.policy_of(db)
        students = new.student_ids
        if students is None:
            await people.get(db, Course, new.course_id)
            students = await people.enrolled_students(db, new.course_id)
    booking = Booking(
        course_id=new.course_id,
        instructor_id=new.instructor_id,
        student_ids=tuple(students),
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        topic_ids=tuple(new.topic_ids),
        time_zone=new.time_zone or organization.time_zone,
        policy=policy,
    )
    booked = await _commands(shared).book(who.organization_id, uuid7(), booking)
    return BookedOut(
        id=booked.session_id,
        participants=booked.participants,
        workflow_url=_workflow_url(shared, booked.session_id),
    )


@router.get("")
async def list_sessions(
    db: Work,
    shared: Shared,
    now: Now,
    start: Annotated[Moment | None, Query(alias="from")] = None,
    end: Annotated[Moment | None, Query(alias="to")] = None,
) -> list[SessionOut]:
    """Sessions by start; the coming week by default."""
    start = start or now - timedelta(days=1)
    rows = await sessions.sessions_between(db, start, end or start + timedelta(days=8))
    return [SessionOut.of(row, _workflow_url(shared, row.id)) for row in rows]


@router.get("/{session_id}")
async def get_session(session_id: UUID, db: Work, shared: Shared) -> SessionOut:
    return SessionOut.of(await sessions.get_session(db, session_id), _workflow_url(shared, session_id))


@router.post("/{session_id}/reschedule", status_code=204)
async def reschedule(session_id: OwnSession, move: Move, shared: Shared) -> None:
    await _commands(shared).update(
        session_id, ClassSession.reschedule, Reschedule(move.starts_at, move.ends_at)
    )


@router.post("/{session_id}/extend", status_code=204)
async def extend(session_id: OwnSession, end: NewEnd, shared: Shared) -> None:
    await _commands(shared).update(session_id, ClassSession.extend, Extend(end.ends_at))


@router.post("/{session_id}/cancel", status_code=204)
async def cancel(session_id: OwnSession, reason: Reason, who: TheCaller, shared: Shared) -> None:
    await _commands(shared).update(session_id, ClassSession.cancel, Cancel(reason.reason, who.actor))


@router.post("/{session_id}/end", status_code=204)
async def end(session_id: OwnSession, who: TheCaller, shared: Shared) -> None:
    await _commands(shared).update(session_id, ClassSession.end, EndClass(who.actor))


@router.get("/{session_id}/timeline")
async def timeline(session_id: UUID, db: Work) -> list[TimelineOut]:
    await sessions.get_session(db, session_id)
    return [TimelineOut.of(row) for row in await sessions.timeline(db, session_id)]


@router.get("/{session_id}/join-links")
async def join_links(session_id: UUID, db: Work, shared: Shared) -> list[JoinLinkOut]:
    session = await sessions.get_session(db, session_id)
    return [_join_link(shared, session, person) for person in await sessions.participants(db, session_id)]


@router.post("/{session_id}/guests", status_code=201)
async def invite_guest(session_id: UUID, guest: NewGuest, db: Work, shared: Shared) -> JoinLinkOut:
    """Somebody who sits in: sees, hears and speaks, and is not part of the attendance."""
    session = await sessions.get_session(db, session_id)
    person = await sessions.add_observer(db, session, uuid7(), guest.name)
    return _join_link(shared, session, person)


def _join_link(shared: State, session: Session, person: Participant) -> JoinLinkOut:
    link = JoinLink(session.id, session.organization_id, person.id, person.role)
    return JoinLinkOut(
        participant_id=person.id,
        role=person.role,
        name=person.name,
        url=shared.links.join_url(link, session.ends_at + LINK_OUTLIVES_CLASS),
    )
