"""Pages that add and remove a student's guardians and what an instructor is qualified for, certified and checked."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from api.http.dependencies import Now, Shared
from console.frame import forms
from console.frame.forms import Field
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import by_htmx, go_to, page
from console.frame.viewers import CurrentUser, same_origin
from console.records.kinds import INSTRUCTOR_KIND
from console.records.record_pages import posted_version, record_page
from domain.errors import HomeroomError, InvalidInput, UnknownReference
from domain.people.access import Permission
from models.repositories import pages, people
from services import people as operations
from services.inputs.people import BackgroundCheckIn, CertificateIn, QualificationIn
from services.resources.catalogue import GUARDIANS, STUDENTS

router = APIRouter(include_in_schema=False, route_class=PageRoute)
WRITE = permits(Permission.PEOPLE_WRITE)
SAME_ORIGIN = Depends(same_origin)
STUDENT, INSTRUCTOR = "/people/students/{key}", "/people/instructors/{key}"
MAX_CANDIDATES = 20
_QUALIFICATION = (
    Field("subject", "Subject", wrong="Enter a single line of text."),
    Field("level", "Level", empty=""),
)
_DAY = "Choose a day."
_CERTIFICATE = (
    Field("name", "Certificate", wrong="Enter a single line of text."),
    Field("number", "Number", empty=""),
    Field("issued_on", "Issued on", "date", wrong=_DAY),
    Field("expires_on", "Last day", "date", wrong=_DAY),
)
_CHECK = (
    Field("kind", "Background check", wrong="Enter a single line of text."),
    Field("valid_until", "Last day", "date", wrong=_DAY),
)


@router.get(f"{STUDENT}/guardians", dependencies=[WRITE])
async def find_guardian(
    request: Request, key: UUID, shared: Shared, who: CurrentUser, q: str = ""
) -> Response:
    """Guardians to add, found by name or email."""
    async with shared.database.tenant(who.organization_id) as db:
        student = await STUDENTS.get(db, key)
        linked = (await people.guardian_ids(db, [key])).get(key, [])
        wanted = pages.PageRequest("name", MAX_CANDIDATES, text=q[:200], searched=GUARDIANS.searched)
        guardians, more = await pages.page(db, GUARDIANS.table, wanted)
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
        candidates=[
            (guardian.id, guardian.name, guardian.email, guardian.id in linked) for guardian in guardians
        ],
        present="Already a guardian",
        more=more,
        q=q,
        make=("Add a new guardian", "/people/guardians/new"),
        path="/people/students",
    )


@router.post(f"{STUDENT}/guardians", dependencies=[SAME_ORIGIN, WRITE])
async def add_guardian(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    guardian = _id(forms.text(posted, "guardian_id"))
    async with shared.database.tenant(who.organization_id) as db:
        await operations.add_guardian(db, key, guardian, posted_version(posted), now)
    return go_to(request, f"/people/students/{key}", "made")


@router.post(f"{STUDENT}/guardians/{{guardian_id}}/remove", dependencies=[SAME_ORIGIN, WRITE])
async def remove_guardian(
    request: Request, key: UUID, guardian_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        await operations.remove_guardian(db, key, guardian_id, posted_version(posted), now)
    return go_to(request, f"/people/students/{key}", "removed")


@router.post(f"{INSTRUCTOR}/qualifications", dependencies=[SAME_ORIGIN, WRITE])
async def qualify(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    form = forms.with_input(forms.build(_QUALIFICATION, QualificationIn, {}), posted)
    try:
        new = QualificationIn.model_validate(forms.values(form))
        async with shared.database.tenant(who.organization_id) as db:
            await operations.add_qualification(db, key, new, posted_version(posted), now)
    except (ValidationError, HomeroomError) as error:
        qualification_form = forms.with_errors(form, error)
        return await record_page(
            request, shared, who, INSTRUCTOR_KIND, key, now, 422, qualification_form=qualification_form
        )
    return go_to(request, f"/people/instructors/{key}", "made")


@router.post(f"{INSTRUCTOR}/qualifications/remove", dependencies=[SAME_ORIGIN, WRITE])
async def disqualify(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    subject, level = forms.text(posted, "subject"), forms.text(posted, "level")
    async with shared.database.tenant(who.organization_id) as db:
        await operations.remove_qualification(db, key, subject, level, posted_version(posted), now)
    return go_to(request, f"/people/instructors/{key}", "removed")


@router.post(f"{INSTRUCTOR}/credentials", dependencies=[SAME_ORIGIN, WRITE])
async def add_credential(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """A certificate, or a background check where `of` says so."""
    posted = await forms.posted(request)
    of, schema, fields = _kind_of_credential(posted)
    form = forms.with_input(forms.build(fields, schema, {}), posted)
    try:
        new = schema.model_validate(forms.values(form))
        async with shared.database.tenant(who.organization_id) as db:
            await operations.add_credential(db, key, new, posted_version(posted), now)
    except (ValidationError, HomeroomError) as error:
        refused = {f"{of}_form": forms.with_errors(form, error)}
        return await record_page(request, shared, who, INSTRUCTOR_KIND, key, now, 422, **refused)
    return go_to(request, f"/people/instructors/{key}#credentials", "made")


@router.post(f"{INSTRUCTOR}/credentials/remove", dependencies=[SAME_ORIGIN, WRITE])
async def remove_credential(
    request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    posted = await forms.posted(request)
    _, schema, fields = _kind_of_credential(posted)
    form = forms.with_input(forms.build(fields, schema, {}), posted)
    try:
        gone = schema.model_validate(forms.values(form))
    except ValidationError as error:
        raise InvalidInput("the form is incomplete", next_step="Reload the page and try again.") from error
    async with shared.database.tenant(who.organization_id) as db:
        await operations.remove_credential(db, key, gone, posted_version(posted), now)
    return go_to(request, f"/people/instructors/{key}#credentials", "removed")


def _kind_of_credential(
    posted: FormData,
) -> tuple[str, type[CertificateIn] | type[BackgroundCheckIn], tuple[Field, ...]]:
    if forms.text(posted, "of") == "check":
        return "check", BackgroundCheckIn, _CHECK
    return "certificate", CertificateIn, _CERTIFICATE


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UnknownReference("nobody was selected", next_step="Select a guardian.") from error
