"""The page that books a class of a course."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import Field as Bound
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from console.frame import forms, times
from console.frame.forms import Field, Form, Options
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import CurrentUser, same_origin
from console.records import related
from console.records.record_pages import posted_key
from domain.errors import HomeroomError, TransitionRefused, Unavailable
from domain.people.access import Permission, Principal
from domain.scheduling.wall_time import wall_time_to_utc
from models.course import Course, Topic
from models.people import Student
from models.repositories import people, relations
from services import form_keys, organizations
from services.class_moves import is_overridable
from services.inputs.fields import Schema, WallTime
from services.inputs.sessions import NewSession, OverrideReason
from services.resources.catalogue import COURSES

router = APIRouter(
    prefix="/courses/{key}/book",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.SESSIONS_WRITE)],
)
_DEFAULT_MINUTES = 60


class BookingForm(Schema):
    instructor_id: UUID
    starts_at: WallTime
    starts_at_offset: int | None = None  # from UTC in seconds; the chosen side of a repeated time
    minutes: int = Bound(ge=1, le=24 * 60)
    override_reason: OverrideReason = None


@dataclass(frozen=True)
class BookingChoices:
    """The course, and the instructors, topics and students that a class of it can have."""

    course: Course
    time_zone: str
    instructors: Options
    topics: Sequence[Topic]
    students: Sequence[Student]

    @property
    def enrolled(self) -> set[str]:
        return {str(student.id) for student in self.students}

    def form(self, values: Mapping[str, Any], starts_at: str = "") -> Form:
        """`starts_at` is the typed start: where it occurs twice, the form asks for its side."""
        fields = (
            Field("instructor_id", "Instructor", "select", options=lambda: self.instructors),
            Field(
                "starts_at",
                "Starts at",
                "datetime-local",
                f"In the organization's time zone, {times.zone_name(self.time_zone)}.",
            ),
            Field("starts_at_offset", "", "select", options=lambda: _sides(starts_at, self.time_zone)),
            Field("minutes", "Length in minutes", "number"),
            Field("override_reason", "Override reason", hint="It is kept in the audit log with your name."),
        )
        return forms.build(fields, BookingForm, values)


@router.get("")
async def booking_form(
    request: Request,
    key: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    student_id: UUID | None = None,
    instructor_id: UUID | None = None,
) -> Response:
    """Filled with the person on whose page the booking began."""
    async with shared.database.tenant(who.organization_id) as db:
        choices = await _choices(db, who, key)
    form = choices.form({"minutes": _DEFAULT_MINUTES, "instructor_id": instructor_id})
    chosen = choices.enrolled & {str(student_id)} or choices.enrolled
    return _page(request, choices, form, set(), chosen, str(uuid7()))


@router.post("", dependencies=[Depends(same_origin)])
async def book(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        choices = await _choices(db, who, key)
    form = forms.with_input(choices.form({}, forms.text(posted, "starts_at")), posted)
    topics, students = forms.texts(posted, "topic_ids"), forms.texts(posted, "student_ids")
    try:
        booking = BookingForm.model_validate(forms.values(form))
        offset = times.from_utc(booking.starts_at_offset)
        starts_at = wall_time_to_utc(booking.starts_at, ZoneInfo(choices.time_zone), offset=offset)
        new = NewSession.model_validate(
            {
                "course_id": key,
                "instructor_id": booking.instructor_id,
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(minutes=booking.minutes),
                "student_ids": None if set(students) == choices.enrolled else students,
                "topic_ids": topics,
                "override_reason": booking.override_reason,
            }
        )
        async with shared.database.tenant(who.organization_id) as db:
            session_id = await form_keys.claim(db, who, posted_key(posted), "book", new, now)
        booked = await shared.classes.book(who.organization_id, session_id, new)
    except (ValidationError, HomeroomError) as error:
        shown = forms.with_errors(form, error)
        # The workflow of a refused booking has ended, so another attempt needs a new id. A booking that was not
        # answered may have been made: sent again unchanged, the form gets its answer.
        key_of_next = forms.text(posted, "key") if isinstance(error, Unavailable) else str(uuid7())
        return _page(request, choices, shown, set(topics), set(students), key_of_next)
    return go_to(request, f"/sessions/{booked.session_id}", "booked")


def _sides(typed: str, zone: str) -> Options:
    try:
        return times.sides_of(datetime.fromisoformat(typed).replace(tzinfo=None), ZoneInfo(zone))
    except (ValueError, OverflowError):
        return ()


async def _choices(db: AsyncSession, who: Principal, key: UUID) -> BookingChoices:
    course = await COURSES.get(db, key)
    if course.retired_at:
        raise TransitionRefused("this course is retired", next_step="Restore it first.")
    instructors = [(str(person.id), person.name) for person in await people.instructors(db)]
    return BookingChoices(
        course,
        (await organizations.organization(db)).time_zone,
        instructors,
        await related.topics(db, key),
        [student for _, student in await relations.enrolled_in(db, key) if student.retired_at is None],
    )


def _page(
    request: Request, choices: BookingChoices, form: Form, topics: set[str], students: set[str], key: str
) -> Response:
    return page(
        request, "book.html", form.status, choices=choices, form=form, topics=topics, students=students, key=key,
        overridable=is_overridable(form.problem), path="/courses",
    )  # fmt: skip
