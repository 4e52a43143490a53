"""The form that adds a student with a guardian and a course at once."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from console.frame import choices, forms
from console.frame.forms import Field, Form, Options
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import CurrentUser, same_origin
from console.records.class_changes import class_changes_page
from console.records.record_pages import AFTER, path_after, posted_key
from domain.errors import FormReused, HomeroomError
from domain.people.access import Permission
from models.course import Course
from models.repositories import pages
from services import form_keys
from services.inputs.courses import NewCourse
from services.inputs.fields import Email, Language, Name, Schema, TimeZone
from services.inputs.people import NewGuardian
from services.new_students import NewStudentWithGuardian, add_student_with_guardian
from services.organizations import organization

router = APIRouter(
    prefix="/people/families/new",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.PEOPLE_WRITE)],
)
MAX_COURSES = 500


class FamilyForm(Schema):
    student_name: Name
    guardian_name: Name
    guardian_email: Email
    language: Language
    time_zone: TimeZone
    course_id: UUID | None = None
    course_title: Name | None = None

    def new(self) -> NewStudentWithGuardian:
        course: UUID | NewCourse | None = self.course_id
        if self.course_title:
            course = NewCourse(title=self.course_title, subject=self.course_title)
        return NewStudentWithGuardian(
            self.student_name,
            NewGuardian(
                name=self.guardian_name,
                email=self.guardian_email,
                language=self.language,
                time_zone=self.time_zone,
            ),
            course,
        )


@router.get("")
async def family_form(request: Request, shared: Shared, who: CurrentUser, after: str = "") -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        own = await organization(db)
        form = await _form(db, {"language": own.language, "time_zone": own.time_zone})
    return _page(request, form, str(uuid7()), after)


@router.post("", dependencies=[Depends(same_origin)])
async def add(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    key, after = posted_key(posted), forms.text(posted, "after")
    async with shared.database.tenant(who.organization_id) as db:
        form = forms.with_input(await _form(db, {}), posted)
    try:
        typed = FamilyForm.model_validate(forms.values(form))
        async with shared.database.tenant(who.organization_id) as db:
            student = await form_keys.claim(db, who, key, "add a student with a guardian", typed, now)
            enrollment = await add_student_with_guardian(db, who.organization_id, student, typed.new(), now)
    except (ValidationError, HomeroomError, IntegrityError) as error:
        next_key = uuid7() if isinstance(error, FormReused) else key
        return _page(request, forms.with_errors(form, error), str(next_key), after)
    back = path_after(after) or f"/people/students/{student}"
    if enrollment and (changes := await shared.course_members.joined(who, enrollment, now)):
        return await class_changes_page(
            request, shared, who, enrollment, changes, verb="Enrolled", back=back, path="/people/students"
        )
    return go_to(request, back, "made")


async def _form(db: AsyncSession, values: dict[str, Any]) -> Form:
    courses, _ = await pages.page(db, Course, pages.PageRequest("title", MAX_COURSES))
    options: Options = [("", "None yet"), *((str(course.id), course.title) for course in courses)]
    fields = (
        Field("student_name", "Name of the student", wrong="Enter a single line of text."),
        Field("guardian_name", "Name of the guardian", wrong="Enter a single line of text."),
        Field(
            "guardian_email",
            "Email of the guardian",
            "email",
            "A guardian who is here already is linked by name and address.",
            "Enter an email address, such as ada@school.example.",
        ),
        Field("language", "Language of the guardian", "select", options=choices.languages),
        Field("time_zone", "Time zone of the family", "select", options=choices.zones),
        Field("course_id", "Course", "select", options=lambda: options),
        Field(
            "course_title", "Or a new course", hint="Its title. The course is added and the student enrolled."
        ),
    )
    return forms.build(fields, FamilyForm, values)


def _page(request: Request, form: Form, key: str, after: str) -> Response:
    hidden = {"key": key} | ({"after": after} if after in AFTER else {})
    return page(
        request, "record_form.html", form.status, form=form, hidden=hidden, title="Add a student",
        action="/people/families/new", back="/people/students", path="/people/students", save="Add",
        other=("Add a student without a guardian", "/people/students/new"),
    )  # fmt: skip
