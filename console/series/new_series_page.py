"""The page that creates a series of classes of a course, after a look at its dates."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from console.frame import choices, forms
from console.frame.forms import Form
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import CurrentUser, same_origin
from console.records.record_pages import posted_key
from console.series.series_form import DAYS, new_form, posted_days, read_new
from domain.errors import HomeroomError, TransitionRefused
from domain.people.access import Permission
from models.course import Course
from models.people import Student
from models.repositories import relations
from services import form_keys, organizations
from services.resources.catalogue import COURSES
from services.series import PlannedClass

router = APIRouter(
    prefix="/courses/{key}/series",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.SESSIONS_WRITE)],
)


@router.get("")
async def show_form(request: Request, key: UUID, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        course, students = await _course(db, key)
        zone = (await organizations.organization(db)).time_zone
        instructors = await choices.instructors(db)
    form = new_form({"minutes": 60, "count": 12, "time_zone": zone, "weeks": 1, "ends": "count"}, instructors)
    chosen = {str(student.id) for student in students}
    return _page(request, course, students, form, [], chosen, str(uuid7()))


@router.post("", dependencies=[Depends(same_origin)])
async def preview_or_create(
    request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    """`do` says which; a preview shows the form again, with the dates below it."""
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        course, students = await _course(db, key)
        instructors = await choices.instructors(db)
    form = forms.with_input(new_form({}, instructors), posted)
    days, chosen = posted_days(posted), forms.texts(posted, "student_ids")
    enrolled = {str(student.id) for student in students}
    shown: tuple[Sequence[PlannedClass], bool] = ((), False)
    try:
        new = read_new(form, days, key, None if set(chosen) == enrolled and enrolled else chosen)
        if forms.text(posted, "do") == "create":
            async with shared.database.tenant(who.organization_id) as db:
                series_id = await form_keys.claim(db, who, posted_key(posted), "series", new, now)
            row = await shared.series.create(who, series_id, new, now)
            return go_to(request, f"/series/{row.id}", "series_made")
        shown = (await shared.series.preview(who, new, now), True)
    except (ValidationError, HomeroomError) as error:
        form = forms.with_errors(form, error)
    return _page(
        request,
        course,
        students,
        form,
        days,
        set(chosen),
        forms.text(posted, "key"),
        shown[0],
        previewed=shown[1],
    )


async def _course(db: AsyncSession, key: UUID) -> tuple[Course, Sequence[Student]]:
    """The course and whom it enrolls. Raises NotFound, TransitionRefused for a retired course."""
    course = await COURSES.get(db, key)
    if course.retired_at:
        raise TransitionRefused("this course is retired", next_step="Restore it first.")
    enrolled = await relations.enrolled_in(db, key)
    return course, [student for _, student in enrolled if student.retired_at is None]


def _page(
    request: Request,
    course: Course,
    students: Sequence[Student],
    form: Form,
    days: Sequence[str],
    chosen: set[str],
    key: str,
    planned: Sequence[PlannedClass] = (),
    *,
    previewed: bool = False,
) -> Response:
    return page(
        request, "new_series.html", form.status, course=course, students=students, form=form, days=days,
        all_days=DAYS, chosen=chosen, key=key, planned=planned, previewed=previewed, path="/courses",
        conflicts=sum(bool(one.conflicts) for one in planned),
        skipped=sum(bool(one.closed) for one in planned), zone=form["time_zone"].value or "UTC",
    )  # fmt: skip
