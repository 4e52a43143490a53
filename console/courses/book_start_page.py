"""The page where booking a class begins: it finds the course, for a student or an instructor if one was chosen."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.dependencies import Shared
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import by_htmx, go_to, page
from console.frame.viewers import CurrentUser
from domain.people.access import Permission
from models.course import Course
from models.people import Student
from models.repositories import pages, relations
from services.resources.catalogue import COURSES, STUDENTS

router = APIRouter(
    prefix="/book",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.SESSIONS_WRITE)],
)
MAX_COURSES = 20


@router.get("")
async def choose_course(
    request: Request,
    shared: Shared,
    who: CurrentUser,
    q: str = "",
    student_id: UUID | None = None,
    instructor_id: UUID | None = None,
) -> Response:
    """Leads straight to the booking form where there is a single course to choose."""
    async with shared.database.tenant(who.organization_id) as db:
        student = await STUDENTS.get(db, student_id) if student_id else None
        courses, more = await _courses(db, q[:200], student)
    people = {"student_id": student_id, "instructor_id": instructor_id}
    chosen = {name: str(value) for name, value in people.items() if value}
    if len(courses) == 1 and not q and not by_htmx(request):
        return go_to(request, _booking_url(courses[0].id, chosen))
    return page(
        request,
        "parts/courses_to_book.html" if by_htmx(request) else "book_start.html",
        courses=[(course, _booking_url(course.id, chosen)) for course in courses],
        more=more,
        q=q,
        student=student,
        chosen=chosen,
        path="/today",
    )


async def _courses(db: AsyncSession, text: str, student: Student | None) -> tuple[list[Course], bool]:
    """Courses by title, and whether there are more; with a student only those they are enrolled in."""
    if student is not None:
        enrolled = [course for _, course in await relations.courses_of_student(db, student.id)]
        return [course for course in enrolled if course.retired_at is None], False
    wanted = pages.PageRequest("title", MAX_COURSES, text=text, searched=COURSES.searched)
    return await pages.page(db, Course, wanted)


def _booking_url(course_id: UUID, chosen: Mapping[str, str]) -> str:
    return f"/courses/{course_id}/book" + (f"?{urlencode(chosen)}" if chosen else "")
