"""Who cares for a student, and what an instructor is qualified for."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError

from api.http.dependencies import Now, Shared
from console.frame import forms
from console.frame.forms import Field
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import by_htmx, page, went
from console.frame.viewers import Desk, same_origin
from console.records.kinds import INSTRUCTOR_KIND
from console.records.record_pages import record_page, version_of
from domain.errors import HomeroomError, UnknownReference
from domain.people.access import Permission
from models.repositories import pages, people
from services import people as operations
from services.inputs.people import QualificationIn
from services.resources.catalogue import GUARDIANS, STUDENTS

router = APIRouter(include_in_schema=False, route_class=PageRoute)
WRITE = permits(Permission.PEOPLE_WRITE)
OWN_SITE = Depends(same_origin)
STUDENT, INSTRUCTOR = "/people/students/{key}", "/people/instructors/{key}"
FOUND = 20
_QUALIFICATION = (
    Field("subject", "Subject", wrong="Enter a single line of text."),
    Field("level", "Level", empty=""),
)


@router.get(f"{STUDENT}/guardians", dependencies=[WRITE])
async def find_guardian(request: Request, key: UUID, shared: Shared, who: Desk, q: str = "") -> Response:
    """Those who may be added, by what is searched for."""
    async with shared.database.tenant(who.organization_id) as db:
        student = await STUDENTS.get(db, key)
        has = (await people.guardian_ids(db, [key])).get(key, [])
        wanted = pages.Asked("name", FOUND, text=q[:200], searched=GUARDIANS.searched)
        found, more = await pages.page(db, GUARDIANS.table, wanted)
    template = "parts/candidates.html" if by_htmx(request) else "candidates.html"
    return page(
        request,
        template,
        title=f"Add a guardian of {student.name}",
        action=f"/people/students/{key}/guardians",
        back=f"/people/students/{key}",
        field="guardian_id",
        verb="Add",
        version=student.version,
        candidates=[(one.id, one.name, one.email, one.id in has) for one in found],
        present="Already a guardian",
        more=more,
        q=q,
        make=("Add a new guardian", "/people/guardians/new"),
        path="/people/students",
    )


@router.post(f"{STUDENT}/guardians", dependencies=[OWN_SITE, WRITE])
async def add_guardian(request: Request, key: UUID, shared: Shared, who: Desk, now: Now) -> Response:
    posted = await forms.posted(request)
    guardian = _id(forms.text(posted, "guardian_id"))
    async with shared.database.tenant(who.organization_id) as db:
        await operations.add_guardian(db, key, guardian, version_of(posted), now)
    return went(request, f"/people/students/{key}", "made")


@router.post(f"{STUDENT}/guardians/{{guardian_id}}/remove", dependencies=[OWN_SITE, WRITE])
async def remove_guardian(
    request: Request, key: UUID, guardian_id: UUID, shared: Shared, who: Desk, now: Now
) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        await operations.remove_guardian(db, key, guardian_id, version_of(posted), now)
    return went(request, f"/people/students/{key}", "removed")


@router.post(f"{INSTRUCTOR}/qualifications", dependencies=[OWN_SITE, WRITE])
async def qualify(request: Request, key: UUID, shared: Shared, who: Desk, now: Now) -> Response:
    posted = await forms.posted(request)
    form = forms.typed(forms.blank(_QUALIFICATION, QualificationIn, {}), posted)
    try:
        new = QualificationIn.model_validate(forms.body(form))
        async with shared.database.tenant(who.organization_id) as db:
            await operations.add_qualification(db, key, new, version_of(posted), now)
    except (ValidationError, HomeroomError) as error:
        wrong = forms.refused(form, error)
        return await record_page(
            request, shared, who, INSTRUCTOR_KIND, key, now, 422, qualification_form=wrong
        )
    return went(request, f"/people/instructors/{key}", "made")


@router.post(f"{INSTRUCTOR}/qualifications/remove", dependencies=[OWN_SITE, WRITE])
async def disqualify(request: Request, key: UUID, shared: Shared, who: Desk, now: Now) -> Response:
    posted = await forms.posted(request)
    subject, level = forms.text(posted, "subject"), forms.text(posted, "level")
    async with shared.database.tenant(who.organization_id) as db:
        await operations.remove_qualification(db, key, subject, level, version_of(posted), now)
    return went(request, f"/people/instructors/{key}", "removed")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UnknownReference("nobody was selected", next_step="Select a guardian.") from error
