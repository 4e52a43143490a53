"""Sessions: book, list, move, extend, cancel and end; people; timeline, join links and guests."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.http.authentication import Needs, needs
from api.http.dependencies import Now, Shared, TheCaller, VisibleSession, Work
from api.http.idempotency import ApiRoute, CommandId, Ids
from api.http.list_queries import SessionsQuery
from api.http.paging import Page, next_cursor
from api.http.state import State
from api.schemas.sessions import AddedOut, BookedOut, JoinLinkOut, SessionOut, TimelineOut
from domain.people.access import Permission
from models.repositories import class_lists, sessions
from models.session import Participant, Session
from services import joining
from services.inputs.sessions import (
    AddedStudents,
    Move,
    NewEnd,
    NewGuest,
    NewSession,
    Reason,
    RenewalIn,
    RoomMessage,
    SubstituteIn,
)
from services.inputs.substitutions import NewSubstitution
from services.reach import unreachable

router = APIRouter(prefix="/v1/sessions", tags=["sessions"], route_class=ApiRoute)
READ, WRITE = [needs(Permission.SESSIONS_READ)], [needs(Permission.SESSIONS_WRITE)]
RUN = [needs(Permission.SESSIONS_RUN)]


@router.post("", status_code=201, dependencies=WRITE)
async def book(new: NewSession, who: TheCaller, ids: Ids, shared: Shared) -> BookedOut:
    """Book a class. Its workflow starts with the booking.

    A class that breaks a rule about its instructor is refused with `instructor-unavailable`, with a sentence for each
    rule and their codes in `rules`; an `override_reason` books it anyway. Without availability every hour will do.
    What a course requires is met by what is on record alone; whether instructors without known qualifications may teach
    every course is `assume_qualified` in the scheduling rules.
    """
    booked = await shared.classes.book(who.organization_id, ids.next(), new)
    async with shared.database.tenant(who.organization_id) as db:
        not_told = await unreachable(db, await sessions.participants(db, booked.session_id))
    return BookedOut(
        id=booked.session_id,
        participants=booked.participants,
        not_told=[person.student_id for person in not_told if person.student_id],
        workflow_url=shared.workflow_url(booked.session_id),
    )


@router.get("", dependencies=READ)
async def list_sessions(
    db: Work, who: TheCaller, shared: Shared, now: Now, query: Annotated[SessionsQuery, Query()]
) -> Page[SessionOut]:
    """List sessions by start time. Instructors see only their own."""
    start, end = query.between(now)
    rows, more = await class_lists.page(db, who, query.wanted(), query.narrowed(start, end))
    items = [SessionOut.of(row, shared.workflow_url(row.id)) for row in rows]
    return Page(items=items, next_cursor=next_cursor(rows, more, query.sort))


@router.get("/{session_id}", dependencies=READ)
async def get_session(session: VisibleSession, shared: Shared) -> SessionOut:
    """Read a session."""
    return SessionOut.of(session, shared.workflow_url(session.id))


@router.post("/{session_id}/reschedule", status_code=204, dependencies=WRITE)
async def reschedule(
    session_id: UUID, move: Move, who: TheCaller, shared: Shared, command: CommandId
) -> None:
    """Move a class to another time. The rules about its instructor hold as for a booking."""
    await shared.classes.reschedule(
        who, session_id, move.starts_at, move.ends_at, command, override_reason=move.override_reason
    )


@router.post("/{session_id}/extend", status_code=204, dependencies=RUN)
async def extend(session_id: UUID, end: NewEnd, who: TheCaller, shared: Shared, command: CommandId) -> None:
    """Extend a class that has begun."""
    await shared.classes.extend(who, session_id, end.ends_at, command)


@router.post("/{session_id}/cancel", status_code=204, dependencies=WRITE)
async def cancel(
    session_id: UUID, reason: Reason, who: TheCaller, shared: Shared, command: CommandId
) -> None:
    """Cancel a class. Everyone who was notified about it is notified again."""
    await shared.classes.cancel(who, session_id, reason.reason, command)


@router.post("/{session_id}/end", status_code=204, dependencies=RUN)
async def end(session_id: UUID, who: TheCaller, shared: Shared, command: CommandId) -> None:
    """End a running class and close its room."""
    await shared.classes.end(who, session_id, command)


@router.post("/{session_id}/reopen", status_code=204, dependencies=RUN)
async def reopen(session_id: UUID, end: NewEnd, who: TheCaller, shared: Shared, command: CommandId) -> None:
    """Let a class that was ended by mistake go on to a new end, until its documentation is approved.

    The room opens again, everybody's join link works, and the recording goes on. A class that is still ending goes on
    once its recording is stored. The draft of the first part is replaced. Nobody is notified.
    """
    await shared.classes.reopen(who, session_id, end.ends_at, command)


@router.post("/{session_id}/substitute", status_code=204, dependencies=WRITE)
async def substitute(
    session_id: UUID, request: SubstituteIn, who: TheCaller, shared: Shared, command: CommandId
) -> None:
    """Find another instructor, as `POST /v1/sessions/{session_id}/substitutions` does."""
    wanted = NewSubstitution(instructor_id=request.instructor_id)
    await shared.classes.find_substitute(who, session_id, wanted, command)


@router.post("/{session_id}/participants", dependencies=WRITE)
async def add_students(
    session_id: UUID, added: AddedStudents, who: TheCaller, shared: Shared, command: CommandId
) -> AddedOut:
    """Add students to a class that is not over. Their guardians are told, and the instructor is briefed again.

    Who is in the class already stays as they are. A student who has another class at that time is refused, as is one
    who can't have classes then, unless there is an `override_reason`; then nobody is added.
    """
    made = await shared.classes.add_students(
        who, session_id, added.student_ids, command, override_reason=added.override_reason
    )
    return AddedOut(participant_ids=list(made))


@router.delete("/{session_id}/participants/{participant_id}", status_code=204, dependencies=WRITE)
async def remove_participant(
    session_id: UUID, participant_id: UUID, who: TheCaller, shared: Shared, command: CommandId
) -> None:
    """Remove a student or a guest from a class that is not over.

    Their join link stops working, they leave the room if they are in it, and a student's guardians are told. The last
    student can't be removed: cancel the class instead.
    """
    await shared.classes.remove_participant(who, session_id, participant_id, command)


@router.post(
    "/{session_id}/participants/{participant_id}/renew-link",
    dependencies=WRITE,
)
async def renew_link(
    session_id: UUID, participant_id: UUID, options: RenewalIn, who: TheCaller, shared: Shared, now: Now
) -> JoinLinkOut:
    """Renew a person's join link. The earlier link ends at once; the new one is returned, and mailed to those who get
    the person's messages.

    Who is in the room with the earlier link is put out of it, unless you keep them in. `links:read` is needed too.
    """
    Needs(Permission.LINKS_READ).check(who)
    session, person = await shared.join_links.renew(
        who, session_id, participant_id, keep_in_room=options.keep_in_room, now=now
    )
    async with shared.database.tenant(who.organization_id) as db:
        short = await shared.join_codes.urls(db, [person])
    return _join_link(shared, session, person, short[person.id])


@router.post("/{session_id}/participants/{participant_id}/send-out", status_code=204, dependencies=RUN)
async def send_out(session_id: UUID, participant_id: UUID, who: TheCaller, shared: Shared, now: Now) -> None:
    """Remove a person from the room of the class. Their join link is refused until they are readmitted."""
    await shared.moderation.remove_as_staff(who, session_id, participant_id, now)


@router.post("/{session_id}/participants/{participant_id}/readmit", status_code=204, dependencies=RUN)
async def readmit(session_id: UUID, participant_id: UUID, who: TheCaller, shared: Shared, now: Now) -> None:
    """Let a person in again who was removed from the room. Their join link works again.

    An instructor who was replaced after the room had opened is let in beside who teaches now: a new link is mailed to
    them.
    """
    await shared.moderation.readmit_as_staff(who, session_id, participant_id, now)


@router.post("/{session_id}/check-in", status_code=204, dependencies=RUN)
async def check_in(session_id: UUID, who: TheCaller, shared: Shared, now: Now) -> None:
    """Confirm that the instructor of a class will be there: they say so themselves, or have told the school.

    A class that is moved has to be confirmed again. An instructor who has neither confirmed nor come shortly before the
    class is asked by mail.
    """
    await shared.check_ins.check_in(who, session_id, now)


@router.post("/{session_id}/nudge", status_code=204, dependencies=RUN)
async def nudge(session_id: UUID, who: TheCaller, ids: Ids, shared: Shared, now: Now) -> None:
    """Ask the instructor of a class by mail, at once, to check in, or after the planned start to come.

    Refused once they are in the room. Before the start, an instructor who has checked in is not asked.
    """
    await shared.nudges.send(who, session_id, ids.next(), now)


@router.post("/{session_id}/messages", status_code=204, dependencies=RUN)
async def message_room(
    session_id: UUID, message: RoomMessage, who: TheCaller, ids: Ids, shared: Shared, now: Now
) -> None:
    """Show a message of the school to everybody in the open room of a class. It is part of the chat."""
    await shared.room_messages.send(who, session_id, ids.next(), message.text, now)


@router.put("/{session_id}/students/{student_id}/absence", status_code=204, dependencies=WRITE)
async def announce_absence(
    session_id: UUID, student_id: UUID, who: TheCaller, shared: Shared, now: Now
) -> None:
    """Say that a student cannot come to a class that is still to start. The instructor and the school are told."""
    await shared.absences.announce(who, session_id, student_id, cannot_come=True, now=now)


@router.delete("/{session_id}/students/{student_id}/absence", status_code=204, dependencies=WRITE)
async def take_back_absence(
    session_id: UUID, student_id: UUID, who: TheCaller, shared: Shared, now: Now
) -> None:
    """Say that a student is coming to a class after all."""
    await shared.absences.announce(who, session_id, student_id, cannot_come=False, now=now)


@router.get("/{session_id}/timeline", dependencies=[needs(Permission.RECORD_READ)])
async def timeline(session: VisibleSession, db: Work) -> list[TimelineOut]:
    """List the steps around a class, done and planned."""
    return [TimelineOut.of(row) for row in await sessions.timeline(db, session.id)]


@router.get("/{session_id}/join-links", dependencies=[needs(Permission.LINKS_READ)])
async def join_links(session: VisibleSession, db: Work, shared: Shared) -> list[JoinLinkOut]:
    """List the join links of a class, one per person."""
    people = await sessions.participants(db, session.id)
    in_class = [person for person in people if person.in_class]
    short = await shared.join_codes.urls(db, in_class)
    return [_join_link(shared, session, person, short[person.id]) for person in in_class]


@router.post("/{session_id}/guests", status_code=201, dependencies=RUN)
async def invite_guest(
    session_id: UUID, guest: NewGuest, who: TheCaller, ids: Ids, shared: Shared
) -> JoinLinkOut:
    """Add a guest and return their join link. Guests see, hear and speak, and don't count toward attendance."""
    session, person = await shared.classes.invite_guest(who, session_id, ids.next(), guest.name)
    async with shared.database.tenant(who.organization_id) as db:
        short = await shared.join_codes.urls(db, [person])
    return _join_link(shared, session, person, short[person.id])


def _join_link(shared: State, session: Session, person: Participant, short_url: str) -> JoinLinkOut:
    return JoinLinkOut(
        participant_id=person.id,
        role=person.role,
        name=person.name,
        url=joining.join_url(shared.links, session, person),
        short_url=short_url,
    )
