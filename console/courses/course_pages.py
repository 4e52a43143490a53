"""Pages that edit a course: its topics in the order they are taught, and its enrolled students."""

from contextlib import suppress
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from console.frame import forms
from console.frame.forms import Field
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import by_htmx, go_to, page
from console.frame.viewers import CurrentUser, same_origin
from console.records.class_changes import class_changes_page
from console.records.kinds import COURSE_KIND
from console.records.record_pages import posted_key, posted_version, record_page
from domain.errors import HomeroomError, UnknownReference
from domain.people.access import Permission
from models.repositories import pages, relations
from services import form_keys
from services import topics as operations
from services.inputs.courses import NewEnrollment, NewTopic, TopicChange
from services.resources.catalogue import COURSES, ENROLLMENTS, STUDENTS, TOPICS

router = APIRouter(prefix="/courses/{key}", include_in_schema=False, route_class=PageRoute)
WRITE, ENROLL = permits(Permission.COURSES_WRITE), permits(Permission.ENROLLMENTS_WRITE)
SAME_ORIGIN = Depends(same_origin)
MAX_CANDIDATES = 20
_TOPIC = (Field("title", "Title", wrong="Enter a single line of text."),)


@router.post("/topics", dependencies=[SAME_ORIGIN, WRITE])
async def add_topic(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    form = forms.with_input(forms.build(_TOPIC, NewTopic, {}), posted)
    try:
        new = NewTopic.model_validate({**forms.values(form), "course_id": key})
        async with shared.database.tenant(who.organization_id) as db:
            await COURSES.get(db, key)
            await TOPICS.create(db, who.organization_id, uuid7(), new, now)
    except ValidationError as error:
        topic_form = forms.with_errors(form, error)
        return await record_page(request, shared, who, COURSE_KIND, key, now, 422, topic_form=topic_form)
    return go_to(request, f"/courses/{key}#topics", "made")


@router.get("/topics/{topic_id}", dependencies=[WRITE])
async def edit_topic(
    request: Request, key: UUID, topic_id: UUID, shared: Shared, who: CurrentUser
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        topic = await TOPICS.get(db, topic_id)
    form = forms.build(_TOPIC, NewTopic, {"title": topic.title})
    return _topic_page(request, key, topic_id, form, topic.version)


@router.post("/topics/{topic_id}", dependencies=[SAME_ORIGIN, WRITE])
async def rename_topic(
    request: Request, key: UUID, topic_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        topic = await TOPICS.get(db, topic_id)
    current = forms.build(_TOPIC, NewTopic, {"title": topic.title})
    form = forms.with_input(current, posted)
    try:
        change = TopicChange.model_validate(forms.values(form))
        async with shared.database.tenant(who.organization_id) as db:
            await TOPICS.update(db, topic_id, change, posted_version(posted), now)
    except HomeroomError as error:
        return _topic_page(request, key, topic_id, forms.with_conflict(form, current, error), topic.version)
    except ValidationError as error:
        return _topic_page(request, key, topic_id, forms.with_errors(form, error), posted_version(posted))
    return go_to(request, f"/courses/{key}#topics", "saved")


@router.post("/topics/{topic_id}/move", dependencies=[SAME_ORIGIN, WRITE])
async def move_topic(
    request: Request, key: UUID, topic_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    offset = -1 if forms.text(await forms.posted(request), "to") == "up" else 1
    async with shared.database.tenant(who.organization_id) as db:
        await COURSES.get(db, key)
        await operations.move(db, key, topic_id, offset, now)
    return go_to(request, f"/courses/{key}#topics", "moved")


@router.post("/topics/{topic_id}/retire", dependencies=[SAME_ORIGIN, WRITE])
async def retire_topic(
    request: Request, key: UUID, topic_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await TOPICS.retire(db, topic_id, None, now)
    return go_to(request, f"/courses/{key}#topics", "retired")


@router.post("/topics/{topic_id}/restore", dependencies=[SAME_ORIGIN, WRITE])
async def restore_topic(
    request: Request, key: UUID, topic_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await TOPICS.restore(db, topic_id, now)
    return go_to(request, f"/courses/{key}#topics", "restored")


@router.get("/enroll", dependencies=[ENROLL])
async def find_student(
    request: Request, key: UUID, shared: Shared, who: CurrentUser, q: str = ""
) -> Response:
    """Students to enroll, found by name."""
    async with shared.database.tenant(who.organization_id) as db:
        course = await COURSES.get(db, key)
        enrolled = {student.id for _, student in await relations.enrolled_in(db, key)}
        wanted = pages.PageRequest("name", MAX_CANDIDATES, text=q[:200], searched=STUDENTS.searched)
        students, more = await pages.page(db, STUDENTS.table, wanted)
    template = "parts/candidates.html" if by_htmx(request) else "candidates.html"
    return page(
        request,
        template,
        title=f"Enroll in {course.title}",
        action=f"/courses/{key}/enroll",
        back=f"/courses/{key}",
        field="student_id",
        verb="Enroll",
        version=None,
        candidates=[
            (student.id, student.name, student.external_id or "", student.id in enrolled)
            for student in students
        ],
        present="Already enrolled",
        more=more,
        q=q,
        make=("Add a new student", "/people/students/new"),
        path="/courses",
    )


@router.post("/enroll", dependencies=[SAME_ORIGIN, ENROLL])
async def enroll(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    try:
        new = NewEnrollment.model_validate({"course_id": key, "student_id": forms.text(posted, "student_id")})
    except ValidationError as error:
        raise UnknownReference("nobody was selected", next_step="Select a student.") from error
    with suppress(IntegrityError):  # the student is enrolled already
        async with shared.database.tenant(who.organization_id) as db:
            await COURSES.get(db, key)
            enrollment_id = await form_keys.claim(db, who, posted_key(posted), "enroll", new, now)
            row = await ENROLLMENTS.create(db, who.organization_id, enrollment_id, new, now)
        changes = await shared.course_members.joined(who, row, now)
        if changes:
            return await class_changes_page(
                request,
                shared,
                who,
                row,
                changes,
                verb="Enrolled",
                back=f"/courses/{key}/enroll",
                path="/courses",
            )
    return go_to(request, f"/courses/{key}/enroll", "enrolled")


@router.post("/enrollments/{enrollment_id}/retire", dependencies=[SAME_ORIGIN, ENROLL])
async def leave(
    request: Request, key: UUID, enrollment_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        row = await ENROLLMENTS.retire(db, enrollment_id, None, now)
    changes = await shared.course_members.left(who, row, now)
    if changes:
        return await class_changes_page(
            request, shared, who, row, changes, verb="Unenrolled", back=f"/courses/{key}", path="/courses"
        )
    return go_to(request, f"/courses/{key}#enrolled", "left")


def _topic_page(request: Request, key: UUID, topic_id: UUID, form: forms.Form, version: int) -> Response:
    return page(
        request,
        "record_form.html",
        200 if form.ok else 422,
        form=form,
        hidden={"version": str(version)},
        title="Rename topic",
        action=f"/courses/{key}/topics/{topic_id}",
        back=f"/courses/{key}#topics",
        save="Save",
        path="/courses",
    )
