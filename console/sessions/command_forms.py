"""Commands of the session page: each dialog posts a form here, and stays open where the command is refused."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import Field
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from api.http.problems import status_of
from api.http.state import State
from console.frame import times
from console.frame.observing import to_room
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.problem_texts import shown
from console.frame.rendering import by_htmx, done, go_to, page
from console.frame.texts import gettext
from console.frame.viewers import CurrentUser, same_origin
from domain.errors import InstructorUnavailable, RepeatedTime
from domain.people.access import Permission, Principal
from domain.scheduling.wall_time import wall_time_to_utc
from domain.sessions.states import SessionState
from models.repositories import pages, sessions, substitutions
from services import cases
from services.class_moves import is_overridable
from services.inputs.attendance import AttendanceIn
from services.inputs.fields import Moment, Name, Schema, WallTime
from services.inputs.sessions import Reason, RoomMessage
from services.inputs.substitutions import NewSubstitution
from services.inputs.volunteers import NewVolunteerCall
from services.resources.catalogue import STUDENTS
from services.substitutions import withdraw
from services.visibility import visible_session

router = APIRouter(
    prefix="/sessions/{session_id}",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[Depends(same_origin)],
)
MAX_CANDIDATES = 20


class MoveForm(Schema):
    starts_at: WallTime  # in the time zone of the class
    starts_at_shown: Moment | None = None  # that the form was filled from
    starts_at_offset: int | None = None  # from UTC in seconds; the chosen side of a repeated time
    minutes: int = Field(ge=1, le=24 * 60)
    override_reason: str = Field("", max_length=500)


class EndForm(Schema):
    ends_at: WallTime  # in the time zone of the class
    ends_at_shown: Moment | None = None
    ends_at_offset: int | None = None

    def end(self, zone: ZoneInfo) -> datetime:
        """In UTC. Raises RepeatedTime where the form has to say which side is meant."""
        offset = times.from_utc(self.ends_at_offset)
        return wall_time_to_utc(self.ends_at, zone, shown=self.ends_at_shown, offset=offset)


class SubstituteForm(Schema):
    instructor_id: UUID | None = None  # None: by the ranking
    broadcast: bool = False


class AddForm(Schema):
    student_id: UUID
    key: UUID | None = None  # of the shared page of candidates; adding twice adds once
    override_reason: str = Field("", max_length=500)


class AbsenceForm(Schema):
    cannot_come: bool


class RenewalForm(Schema):
    keep_in_room: bool = False


class GuestForm(Schema):
    name: Name


@router.post("/reschedule", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def reschedule(
    request: Request, session_id: UUID, shared: Shared, who: CurrentUser, form: Annotated[MoveForm, Form()]
) -> Response:
    zone = ZoneInfo((await visible_session(shared.database, who, session_id)).time_zone)
    offset = times.from_utc(form.starts_at_offset)
    try:
        starts_at = wall_time_to_utc(form.starts_at, zone, shown=form.starts_at_shown, offset=offset)
    except RepeatedTime as error:
        return _choice_of_side(request, error, "starts_at_offset", form.starts_at, zone)
    ends_at = starts_at + timedelta(minutes=form.minutes)
    reason = form.override_reason.strip() or None
    try:
        await shared.classes.reschedule(who, session_id, starts_at, ends_at, override_reason=reason)
    except InstructorUnavailable as error:
        if not by_htmx(request) or not is_overridable(error):
            raise
        return page(request, "parts/override_of_rules.html", status_of(error), error=shown(error))
    return _done(request, session_id, "Rescheduled. Everyone will be notified.")


@router.post("/extend", dependencies=[permits(Permission.SESSIONS_RUN)])
async def extend(
    request: Request, session_id: UUID, shared: Shared, who: CurrentUser, form: Annotated[EndForm, Form()]
) -> Response:
    return await _with_end(
        request, session_id, shared, who, form, shared.classes.extend, gettext("Class extended.")
    )


@router.post("/reopen", dependencies=[permits(Permission.SESSIONS_RUN)])
async def reopen(
    request: Request, session_id: UUID, shared: Shared, who: CurrentUser, form: Annotated[EndForm, Form()]
) -> Response:
    is_ending = (await visible_session(shared.database, who, session_id)).state == SessionState.ENDING
    message = (
        gettext("The class goes on in a moment, once its recording is stored.")
        if is_ending
        else gettext("Class reopened. Tell its people to use their links again.")
    )
    return await _with_end(request, session_id, shared, who, form, shared.classes.reopen, message)


@router.post("/end", dependencies=[permits(Permission.SESSIONS_RUN)])
async def end(request: Request, session_id: UUID, shared: Shared, who: CurrentUser) -> Response:
    await shared.classes.end(who, session_id)
    return _done(request, session_id, gettext("Class is ending."))


@router.post("/cancel", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def cancel(
    request: Request, session_id: UUID, shared: Shared, who: CurrentUser, form: Annotated[Reason, Form()]
) -> Response:
    await shared.classes.cancel(who, session_id, form.reason)
    return _done(request, session_id, "Cancelled. Everyone will be notified.")


@router.post("/substitute", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def substitute(
    request: Request,
    session_id: UUID,
    shared: Shared,
    who: CurrentUser,
    form: Annotated[SubstituteForm, Form()],
) -> Response:
    wanted = NewSubstitution(instructor_id=form.instructor_id, broadcast=form.broadcast)
    await shared.classes.find_substitute(who, session_id, wanted)
    return _done(
        request, session_id, "Instructors are asked by mail. The first who accepts teaches the class."
    )


@router.post("/substitute/withdraw", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def withdraw_search(
    request: Request, session_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        session = await sessions.get_visible(db, session_id, who)
        if going_on := await substitutions.searching(db, session.id):
            await withdraw(db, going_on.id, now)
    return _done(request, session_id, "The search has ended. Offers hold no more.")


@router.post("/volunteers", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def open_to_volunteers(
    request: Request,
    session_id: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    form: Annotated[NewVolunteerCall, Form()],
) -> Response:
    await shared.volunteer_calls.open(who, session_id, form, now)
    return _done(request, session_id, "Volunteers are asked by mail. The first who takes the class has it.")


@router.post("/volunteers/close", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def close_to_volunteers(
    request: Request, session_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    await shared.volunteer_calls.withdraw(who, session_id, now)
    return _done(request, session_id, "The class keeps its instructor, and is offered no more.")


@router.post("/guests", dependencies=[permits(Permission.SESSIONS_RUN)])
async def invite_guest(
    request: Request, session_id: UUID, shared: Shared, who: CurrentUser, form: Annotated[GuestForm, Form()]
) -> Response:
    _, guest = await shared.classes.invite_guest(who, session_id, uuid7(), form.name)
    async with shared.database.tenant(who.organization_id) as db:
        urls = await shared.join_codes.urls(db, [guest])
    return page(request, "parts/guest.html", name=guest.name, url=urls[guest.id])


@router.post("/people", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def add_people(
    request: Request,
    session_id: UUID,
    shared: Shared,
    who: CurrentUser,
    form: Annotated[AddForm, Form()],
) -> Response:
    reason = form.override_reason.strip() or None
    try:
        await shared.classes.add_students(who, session_id, [form.student_id], override_reason=reason)
    except InstructorUnavailable as error:
        if not is_overridable(error):
            raise
        session = await visible_session(shared.database, who, session_id)
        return page(
            request,
            "add_anyway.html",
            status_of(error),
            title=f"Add to {session.title}",
            back=f"/sessions/{session_id}",
            session_id=session_id,
            student_id=form.student_id,
            error=shown(error),
            path="/today",
        )
    return go_to(request, f"/sessions/{session_id}", "added")


@router.get("/people", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def find_people(
    request: Request, session_id: UUID, shared: Shared, who: CurrentUser, q: str = ""
) -> Response:
    """Students to add to the class, found by name."""
    wanted = pages.PageRequest("name", MAX_CANDIDATES, text=q[:200], searched=STUDENTS.searched)
    async with shared.database.tenant(who.organization_id) as db:
        session = await sessions.get_visible(db, session_id, who)
        people = await sessions.participants(db, session_id)
        students, more = await pages.page(db, STUDENTS.table, wanted)
    in_class = {person.student_id for person in people if person.in_class}
    return page(
        request,
        "parts/candidates.html" if by_htmx(request) else "candidates.html",
        title=f"Add to {session.title}",
        action=f"/sessions/{session_id}/people",
        back=f"/sessions/{session_id}",
        field="student_id",
        verb="Add",
        version=None,
        candidates=[(row.id, row.name, row.external_id or "", row.id in in_class) for row in students],
        present="In the class",
        more=more,
        q=q,
        make=("Add a new student", "/people/students/new"),
        path="/today",
    )


@router.post("/people/{participant_id}/remove", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def remove_person(
    request: Request, session_id: UUID, participant_id: UUID, shared: Shared, who: CurrentUser
) -> Response:
    await shared.classes.remove_participant(who, session_id, participant_id)
    return _done(request, session_id, "Removed from the class.")


@router.post("/students/{student_id}/absence", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def announce_absence(
    request: Request,
    session_id: UUID,
    student_id: UUID,
    shared: Shared,
    who: CurrentUser,
    form: Annotated[AbsenceForm, Form()],
    now: Now,
) -> Response:
    await shared.absences.announce(who, session_id, student_id, cannot_come=form.cannot_come, now=now)
    told = "Excused. The instructor has been told." if form.cannot_come else "Expected again."
    return _done(request, session_id, told)


@router.post("/check-in", dependencies=[permits(Permission.SESSIONS_RUN)])
async def check_in(
    request: Request, session_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    await shared.check_ins.check_in(who, session_id, now)
    return _done(request, session_id, gettext("Checked in."))


@router.post("/nudge", dependencies=[permits(Permission.SESSIONS_RUN)])
async def nudge(request: Request, session_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    await shared.nudges.send(who, session_id, uuid7(), now)
    return _done(request, session_id, "The instructor is asked by mail now.")


@router.post("/messages", dependencies=[permits(Permission.SESSIONS_RUN)])
async def message_room(
    request: Request,
    session_id: UUID,
    shared: Shared,
    who: CurrentUser,
    form: Annotated[RoomMessage, Form()],
    now: Now,
) -> Response:
    await shared.room_messages.send(who, session_id, uuid7(), form.text, now)
    return _done(request, session_id, "Sent to everybody in the room.")


@router.post("/observe", dependencies=[permits(Permission.SESSIONS_RUN)])
async def observe(request: Request, session_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Lead the reader into the room as a guest."""
    return await to_room(request, shared, who, session_id, now)


@router.post("/people/{participant_id}/attendance", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def set_attendance(
    request: Request,
    session_id: UUID,
    participant_id: UUID,
    shared: Shared,
    who: CurrentUser,
    form: Annotated[AttendanceIn, Form()],
    now: Now,
) -> Response:
    await shared.attendance_overrides.set(who, session_id, participant_id, form.status, form.reason, now)
    return _done(request, session_id, f"Counts as {form.status}.")


@router.post(
    "/people/{participant_id}/renew-link",
    dependencies=[permits(Permission.SESSIONS_WRITE), permits(Permission.LINKS_READ)],
)
async def renew_link(
    request: Request,
    session_id: UUID,
    participant_id: UUID,
    shared: Shared,
    who: CurrentUser,
    form: Annotated[RenewalForm, Form()],
    now: Now,
) -> Response:
    await shared.join_links.renew(who, session_id, participant_id, keep_in_room=form.keep_in_room, now=now)
    return _done(request, session_id, "The earlier link has ended. The new one is mailed, and here to copy.")


@router.post("/people/{participant_id}/send-out", dependencies=[permits(Permission.SESSIONS_RUN)])
async def send_out(
    request: Request, session_id: UUID, participant_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    await shared.moderation.remove_as_staff(who, session_id, participant_id, now)
    return _done(request, session_id, gettext("Removed from the room."))


@router.post("/people/{participant_id}/readmit", dependencies=[permits(Permission.SESSIONS_RUN)])
async def readmit(
    request: Request, session_id: UUID, participant_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    await shared.moderation.readmit_as_staff(who, session_id, participant_id, now)
    return _done(request, session_id, gettext("Let back in. Their join link works again."))


@router.post("/exceptions/{case_id}/resolve", dependencies=[permits(Permission.EXCEPTIONS_WRITE)])
async def resolve(
    request: Request, session_id: UUID, case_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await cases.resolve(db, who, case_id, "resolved on the class page", now)
    return _done(request, session_id, "Exception resolved.")


async def _with_end(
    request: Request,
    session_id: UUID,
    shared: State,
    who: Principal,
    form: EndForm,
    command: Callable[[Principal, UUID, datetime], Awaitable[None]],
    message: str,
) -> Response:
    """Give a command that takes a new end of the class."""
    zone = ZoneInfo((await visible_session(shared.database, who, session_id)).time_zone)
    try:
        await command(who, session_id, form.end(zone))
    except RepeatedTime as error:
        return _choice_of_side(request, error, "ends_at_offset", form.ends_at, zone)
    return _done(request, session_id, message)


def _choice_of_side(
    request: Request, error: RepeatedTime, name: str, wall: datetime, zone: ZoneInfo
) -> Response:
    """A refusal that adds the choice between both sides of a repeated time to the dialog's form."""
    if not by_htmx(request):
        raise error
    sides = times.sides_of(wall, zone)
    return page(
        request, "parts/choice_of_side.html", status_of(error), error=shown(error), name=name, sides=sides
    )


def _done(request: Request, session_id: UUID, message: str) -> Response:
    return done(request, f"/sessions/{session_id}", message)
