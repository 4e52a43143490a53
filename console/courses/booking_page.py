"""Booking a class of a course."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import Field as Bound
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from console.frame import forms
from console.frame.forms import Field, Form, Options
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import page, went
from console.frame.viewers import Desk, same_origin
from console.records import related
from console.records.record_pages import made_as
from domain.errors import HomeroomError, TransitionRefused
from domain.people.access import Permission, Principal
from domain.scheduling.wall_time import wall_time_to_utc
from models.course import Course, Topic
from models.people import Student
from models.repositories import people, relations
from services import organizations
from services.inputs.fields import Schema, WallTime
from services.inputs.sessions import NewSession
from services.resources.catalogue import COURSES

router = APIRouter(
    prefix="/courses/{key}/book",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.SESSIONS_WRITE)],
)
_USUAL_MINUTES = 60


class BookingForm(Schema):
    instructor_id: UUID
    starts_at: WallTime
    minutes: int = Bound(ge=1, le=24 * 60)


@dataclass(frozen=True)
class Offered:
    """What a class of the course may be made of."""

    course: Course
    time_zone: str
    instructors: Options
    topics: Sequence[Topic]
    students: Sequence[Student]

    def form(self, values: Mapping[str, Any]) -> Form:
        fields = (
            Field("instructor_id", "Instructor", "select", options=lambda: self.instructors),
            Field(
                "starts_at",
                "Starts at",
                "datetime-local",
                f"In the organization's time zone, {self.time_zone}.",
            ),
            Field("minutes", "Length in minutes", "number"),
        )
        return forms.blank(fields, BookingForm, values)


@router.get("")
async def ask(request: Request, key: UUID, shared: Shared, who: Desk, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        offered = await _offered(db, who, key)
    form = offered.form({"minutes": _USUAL_MINUTES})
    everybody = {str(student.id) for student in offered.students}
    return _page(request, offered, form, set(), everybody, str(uuid7()))


@router.post("", dependencies=[Depends(same_origin)])
async def book(request: Request, key: UUID, shared: Shared, who: Desk, now: Now) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        offered = await _offered(db, who, key)
    form = forms.typed(offered.form({}), posted)
    topics, students = forms.texts(posted, "topic_ids"), forms.texts(posted, "student_ids")
    try:
        asked = BookingForm.model_validate(forms.body(form))
        starts_at = wall_time_to_utc(offered.time_zone, asked.starts_at)
        new = NewSession.model_validate(
            {
                "course_id": key,
                "instructor_id": asked.instructor_id,
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(minutes=asked.minutes),
                "student_ids": students,
                "topic_ids": topics,
            }
        )
        booked = await shared.classes.book(who.organization_id, made_as(posted), new)
    except (ValidationError, HomeroomError) as error:
        wrong = forms.refused(form, error)
        # The workflow of a booking that was refused is over: another try is another class.
        return _page(request, offered, wrong, set(topics), set(students), str(uuid7()))
    return went(request, f"/sessions/{booked.session_id}", "booked")


async def _offered(db: AsyncSession, who: Principal, key: UUID) -> Offered:
    course = await COURSES.get(db, key)
    if course.retired_at:
        raise TransitionRefused("this course is retired", next_step="Restore it first.")
    teachers = [(str(one.id), one.name) for one in await people.instructors(db)]
    return Offered(
        course,
        (await organizations.organization(db)).time_zone,
        teachers,
        await related.topics(db, key),
        [one for _, one in await relations.enrolled_in(db, key) if one.retired_at is None],
    )


def _page(
    request: Request, offered: Offered, form: Form, topics: set[str], students: set[str], key: str
) -> Response:
    return page(
        request, "book.html", form.status, offered=offered, form=form, topics=topics, students=students, key=key,
        path="/courses",
    )  # fmt: skip
