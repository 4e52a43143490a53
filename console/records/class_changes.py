"""The page after a student joined or left a course: which coming classes follow, and which stay as they are and why."""

from fastapi import Request
from fastapi.responses import Response

from api.http.state import State
from console.frame.rendering import page
from domain.people.access import Principal
from models.course import Enrollment
from services.course_members import ClassChanges
from services.resources.catalogue import COURSES, STUDENTS


async def class_changes_page(
    request: Request,
    shared: State,
    who: Principal,
    enrollment: Enrollment,
    changes: ClassChanges,
    *,
    verb: str,
    back: str,
    path: str,
) -> Response:
    """`verb` says what the student did; `back` is where "Done" leads; `path` is the area of the navigation."""
    async with shared.database.tenant(who.organization_id) as db:
        student = await STUDENTS.get(db, enrollment.student_id)
        course = await COURSES.get(db, enrollment.course_id)
    title = f"{verb}: {student.name}"
    return page(
        request, "class_changes.html", title=title, changes=changes, course=course, back=back, path=path
    )
